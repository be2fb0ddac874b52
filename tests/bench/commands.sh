# commands.sh - what each command costs on a store as full as it gets: CPU of a cell's device with COMMANDS_CELL records
# (20,000), and of the ward's server with COMMANDS_CELLS cells of as many (25: 500,000). Sourced by run.sh; the part
# `commands`. CPU, not the clock: other work on the machine does not count.
COMMANDS_RUNS=${COMMANDS_RUNS:-5}

# commands_fill HOME SEED: a book of changes of every kind that gen.py makes, in a cell's words
commands_fill() {
    "$PYTHON" tests/gen/gen.py "${COMMANDS_CELL:-20000}" "$2" "$WORK/commands.changes" || die "gen.py"
    "$B/fill" "$1" "$WORK/commands.changes" changes >/dev/null || die "fill"
}

# on_cell NAME GOAL_MS|- WORDS...: of `chibo`, CPU and greatest resident set; goal -: it prints all there is
on_cell() {
    local name=$1 goal=$2 cpu rss
    shift 2
    read -r _ cpu rss <<<"$(SPAWN_OUT=$WORK/commands.out "$B/spawn" "$COMMANDS_RUNS" "$CHIBO" --home "$WORK/commands-a" "$@" 2>"$WORK/commands.said")"
    [ -n "$cpu" ] || die "$name: $(tail -n 2 "$WORK/commands.said")"
    if [ "$goal" = - ]; then
        note "$name" "$(calc "%.1f ms CPU, %.1f MiB" "$cpu / 1000, $rss / 1024")" "streams"
    else
        result "$name" "$(calc "%.1f ms CPU, %.1f MiB" "$cpu / 1000, $rss / 1024")" "" "" "<= $goal ms" "$cpu <= $goal * 1000"
    fi
}

# on_ward NAME GOAL_MS|- WORDS...: of `chibod` and the server that answers it, the median of both together
on_ward() {
    local name=$1 goal=$2 i before word=$3 cpu all=()
    shift 3
    for i in $(seq "$COMMANDS_RUNS"); do
        before=$(cpu_us "$WARD_PID")
        read -r _ cpu _ <<<"$("$B/spawn" 1 "$CHIBOD" "$word" "$WORK/commands-w" "$@")"
        all+=("$(($(cpu_us "$WARD_PID") - before + ${cpu:-9999999}))")
    done
    cpu=$(printf '%s\n' "${all[@]}" | median)
    if [ "$goal" = - ]; then
        note "$name" "$(calc "%.1f ms CPU" "$cpu / 1000")" "streams"
    else
        result "$name" "$(calc "%.1f ms CPU" "$cpu / 1000")" "" "" "<= $goal ms" "$cpu <= $goal * 1000"
    fi
}

# id KIND: one of them in the middle of the store
commands_id() { "$CHIBO" --home "$WORK/commands-a" list "$1" --json | sed -n 's/^{"v":1,"id":"\([0-9a-f]*\)".*/\1/p' | sed -n "${2:-7}p"; }

commands_cell() {
    local task meeting member minutes n="cell of ${COMMANDS_CELL:-20000}: chibo"
    task=$(commands_id task 40) meeting=$(commands_id meeting 3) member=$(commands_id member) minutes=$(commands_id minutes 3)
    local text="duty=Vận động các hộ góp ý bản tự kiểm điểm, việc số %d"
    on_cell "$n add task" 50 add task --set "$text" --set from=2026-11-04
    on_cell "$n add fee_payment" 50 add fee_payment --set "member=$member" --set month=11/2026 --set "amount=3%d000"
    on_cell "$n add member" 50 add member --set family_name=Lò --set given_name=Thử%d --set gender=male --set born=196%d
    on_cell "$n add attendance" 50 add attendance --set "meeting=$meeting" --set "member=$member" --set mark=present
    on_cell "$n add, a member by name" 50 add feedback --set date=4/11/2026 --set "content=Đèn đường hỏng, lần %d"
    on_cell "$n edit" 50 edit "$task" --set "$text"
    on_cell "$n undo" 50 undo
    COMMANDS_RUNS=1 on_cell "$n void" 50 void "$(commands_id resolution 9)"
    on_cell "$n show" 50 show "$task"
    on_cell "$n show, a member" 50 show "$member"
    COMMANDS_RUNS=1 on_cell "$n sign" 50 sign "$minutes"
    on_cell "$n status" 50 status
    on_cell "$n conflicts" 50 conflicts
    on_cell "$n refused" 50 refused
    on_cell "$n due" 50 due
    on_cell "$n badges" 50 badges
    on_cell "$n kinds" 50 kinds
    on_cell "$n rules" 50 rules
    on_cell "$n help" 50 help
    on_cell "$n report, a month" 50 report 11/2026
    on_cell "$n report, a year" 50 report 2026
    on_cell "$n figures" 50 figures 11/2026
    on_cell "$n list, members" - list member
    on_cell "$n list, all roll calls" - list attendance
    on_cell "$n find, what is there once" 50 find "lần 2"
    on_cell "$n find, what is everywhere" - find "sân chơi thiếu nhi"
    on_cell "$n export" - export task --format csv --out "$WORK/commands.csv" --force
    on_cell "$n verify" - verify
    on_cell "$n print minutes" - print minutes "$minutes" --out "$WORK/commands.pdf" --force
}

commands_ward() {
    local n="ward of $((${COMMANDS_CELLS:-25} * ${COMMANDS_CELL:-20000})): chibod"
    on_ward "$n overview" 100 overview
    on_ward "$n report of a month" 100 report 11/2026
    on_ward "$n report of a year" 100 report 2026
    on_ward "$n devices" 100 devices
    on_ward "$n org list" 100 org list
    on_ward "$n invite" 100 invite --org CB-001 --role deputy --person "Trần Văn Mẫu"
    on_ward "$n held, all that waits" - held
    on_ward "$n in-transit" 100 in-transit
    on_ward "$n decisions" 100 decisions
}

bench_commands() {
    local i
    ward "$WORK/commands-w"
    for i in $(seq -f %03g "${COMMANDS_CELLS:-25}"); do
        cell "$WORK/commands-w" "CB-$i"
        device "$WORK/commands-w" "$WORK/commands-b" "CB-$i" secretary
        commands_fill "$WORK/commands-b" "$((10#$i))"
        sync "$WORK/commands-b" >/dev/null && sync "$WORK/commands-b" >/dev/null
        [ "$i" = 001 ] && mv "$WORK/commands-b" "$WORK/commands-a"
        rm -rf "$WORK/commands-b"
    done
    commands_ward
    ward_stop
    commands_cell
    rm -rf "$WORK"/commands*
}
