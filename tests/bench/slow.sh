# slow.sh - figures behind a slow link (tests/bench/link.c): round trips, IP bytes, time. Sourced by run.sh; the part `link`.
. tests/bench/link.sh

# A row as large as the mean, filled into a device: HOME SEED
slow_row() {
    local row
    "$PYTHON" tests/bench/gen.py 200 "$2" "$WORK/one" 200
    row=$(find "$WORK" -name 'one.*' -size -382c -size +372c | head -n 1)
    "$B/fill" "$1" "$row" >/dev/null || die "fill"
    rm -f "$WORK"/one.*
}

# slow_sync HOME: sets MS and what link_count sets. What TCP still says after the end is waited for: two round trips.
slow_sync() {
    link_count
    MS=$(far_ms "$CHIBO" --home "$1" sync --json)
    read -r -t 1.2 <> <(:)
    link_count
}

# slow_each WHAT WITH-NEWS-DOWN UP-GOAL DOWN-GOAL: one record up (and one down), a new process, a resumed session, 300 ms
slow_each() {
    local i
    : >"$WORK/ms" && : >"$WORK/up" && : >"$WORK/down"
    for i in $(seq "$RUNS"); do
        if [ "$2" = yes ]; then
            slow_row "$WORK/far-b" "$((1000 + i))" && near "$CHIBO" --home "$WORK/far-b" sync >/dev/null
        fi
        slow_row "$WORK/far-a" "$((2000 + i + ($3)))"
        slow_sync "$WORK/far-a"
        echo "$MS" >>"$WORK/ms" && echo "$UP_BYTES" >>"$WORK/up" && echo "$DOWN_BYTES" >>"$WORK/down"
    done
    result "$1: round trips of 300 ms" "$(calc "%.2f" "$(median <"$WORK/ms") / 300")" "3" \
        "$(calc "%.2f" "$(median <"$WORK/ms") / 900")" "<= 3.2 trips" "$(median <"$WORK/ms") <= 3.2 * 300"
    result "$1: IP bytes up" "$(median <"$WORK/up") B" "" "" "<= $3" "$(median <"$WORK/up") <= $3"
    result "$1: IP bytes down" "$(median <"$WORK/down") B" "" "" "<= $4" "$(median <"$WORK/down") <= $4"
}

slow_full_handshake() {
    kill "$WARD_PID" && wait "$WARD_PID" # sessions to resume live in its memory
    link_serve "$WORK/far-w"
    slow_row "$WORK/far-a" 3001
    slow_sync "$WORK/far-a"
    note "the same after a restart of the server, full handshake" \
        "$(calc "%.2f" "$MS / 300") trips, $UP_BYTES B up, $DOWN_BYTES B down" ""
}

# slow_cpu HISTORY: the server's CPU for a session with one record up, mean of 20.
slow_cpu() {
    local i before
    for i in $(seq 20); do
        slow_row "$WORK/far-a" "$((4000 + $1 % 1000 + i))"
        [ "$i" = 1 ] && before=$(cpu_us "$WARD_PID")
        near "$CHIBO" --home "$WORK/far-a" sync >/dev/null || die "sync"
    done
    before=$(calc "%.0f" "($(cpu_us "$WARD_PID") - $before) / 20")
    result "server CPU of a session with one record, $1 before" "$(calc "%.2f ms" "$before / 1000")" "" "" "<= 1 ms" "$before <= 1000"
}

# slow_bulk NAME HOME UP-KBIT DOWN-KBIT RTT-MS GOAL: a sync and the time its IP bytes and three round trips need at these rates.
slow_bulk() {
    local ideal
    slow_sync "$2"
    ideal=$(calc "%.0f" "$UP_BYTES * 8 / $3 + $DOWN_BYTES * 8 / $4 + 3 * $5")
    result "$1" "$(calc "%.1f s" "$MS / 1000") for $UP_BYTES + $DOWN_BYTES B" "$(calc "%.1f s" "$ideal / 1000")" \
        "$(calc "%.2f" "$MS / $ideal")" "<= $6" "$MS <= $6 * $ideal"
}

# The bytes of the frames beside what the changes weigh, packed as one piece at the highest level with the dictionary, and
# what each of three changesets (150; 256 and 144), the one scope and the session may add.
slow_two_weeks() {
    local limit app
    "$PYTHON" tests/bench/gen.py 150 5 "$WORK/up150" && "$PYTHON" tests/bench/gen.py 400 6 "$WORK/down400"
    "$B/fill" "$WORK/far-b" "$WORK/down400" >/dev/null && near "$CHIBO" --home "$WORK/far-b" sync >/dev/null
    "$B/fill" "$WORK/far-a" "$WORK/up150" >/dev/null
    slow_bulk "two weeks away (150 up, 400 down), 64 kbit/s, 600 ms, 2 % loss" "$WORK/far-a" 64 64 600 2
    limit=$("$PYTHON" tests/bench/gen.py --known "$WORK/up150") || die "gen.py"
    limit=$(calc "%.0f" "1.15 * ($limit + $("$PYTHON" tests/bench/gen.py --known "$WORK/down400")) + 3 * 100 + 80 + 100")
    app=$(($(field app_out <"$WORK/far.out") + $(field app_in <"$WORK/far.out")))
    result "two weeks away: bytes of frames, both ways" "$app B" "$limit B" "$(calc "%.2f" "$app / $limit")" "<= 1" "$app <= $limit"
}

slow_upload() {
    "$B/fill" "$WORK/far-a" "$WORK/rows" >/dev/null || die "fill"
    slow_bulk "upload of $COUNT, 128/256 kbit/s, 300 ms, 2 % loss" "$WORK/far-a" 128 256 300 1.1
}

# The same ward and devices, another link.
slow_relink() {
    kill "$WARD_PID" && wait "$WARD_PID"
    KILL=${KILL/ $WARD_PID/}
    link_down
    link_up "$@"
    link_serve "$WORK/far-w"
    near "$CHIBO" --home "$WORK/far-a" sync >/dev/null # the session to resume is a new one
}

bench_link() {
    link_possible || { note "slow link" "not measured: no network namespaces here" "" && return; }
    link_up 150 0 0 0
    link_ward "$WORK/far-w"
    link_device "$WORK/far-w" "$WORK/far-a" secretary
    link_device "$WORK/far-w" "$WORK/far-b" deputy
    slow_row "$WORK/far-b" 1 && near "$CHIBO" --home "$WORK/far-b" sync >/dev/null
    near "$CHIBO" --home "$WORK/far-a" sync >/dev/null && near "$CHIBO" --home "$WORK/far-a" sync >/dev/null
    slow_each "one row of 375 B each way, new process, 300 ms" yes 1200 1250
    slow_each "one row of 375 B up, new process, 300 ms" no 1150 920
    slow_full_handshake
    slow_cpu 30
    "$B/fill" "$WORK/far-b" "$WORK/rows" >/dev/null && near "$CHIBO" --home "$WORK/far-b" sync >/dev/null
    near "$CHIBO" --home "$WORK/far-a" sync >/dev/null
    slow_cpu "$COUNT"
    slow_relink 300 64 64 2
    slow_two_weeks
    slow_relink 150 128 256 2
    "$PYTHON" tests/bench/gen.py "$COUNT" 77 "$WORK/rows"
    slow_upload
    link_down
}
