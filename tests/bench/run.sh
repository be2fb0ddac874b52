#!/bin/bash
# run.sh - every figure beside its limit program, in one run on one machine; writes the table of docs/performance.md.
#
#     BENCH_RUNS=5 BUILD=build tests/bench/run.sh [small] [add] [upload] [ingest] [bytes] [link] [commands]
#
# Without names: all of them, and the page is written.
# Each line: name: value, limit, ratio, goal, met or MISSED. Times are medians; BENCH_RUNS of each (at least 5).
set -u
cd "$(dirname "$0")/../.." || exit 1
BUILD=${BUILD:-build} RUNS=${BENCH_RUNS:-5} PAGE=docs/performance.md
WORK=$(mktemp -d "${TMPDIR:-/tmp}/chibo-bench.XXXXXX")
. tests/bench/lib.sh
. tests/bench/slow.sh
. tests/bench/scale.sh
. tests/bench/first.sh
. tests/bench/commands.sh
TABLE=$WORK/table
COUNT=10000 CLIENTS=50 EACH=500

# result NAME VALUE LIMIT RATIO GOAL AWK-CONDITION
result() {
    local verdict=MISSED
    [ "$(awk "BEGIN { print ($6) ? 1 : 0 }")" = 1 ] && verdict=met
    echo "$1: $2, limit $3, ratio $4, goal $5, $verdict"
    echo "| $1 | $2 | $3 | $4 | $5 | $verdict |" >>"$TABLE"
}
note() { echo "$1: $2" && echo "| $1 | $2 | | | $3 | |" >>"$TABLE"; }

prepare() {
    "$PYTHON" tests/bench/gen.py "$COUNT" 1 "$WORK/rows" || die "gen.py"
    "$PYTHON" tests/bench/gen.py --sql "$WORK/rows" | sqlite3 "$WORK/table.db" || die "sqlite3"
    read -r RAW ZSTD3 <<<"$("$PYTHON" tests/bench/gen.py --zstd 3 "$WORK/rows")"
    note "rows" "$COUNT records, $RAW B, $ZSTD3 B as one zstd-3 frame" "study: 3,784,263 and 1,096,343 B"
}

# --- one record on this machine ------------------------------------------------------------------------------------

bench_add() {
    local sql="INSERT INTO record VALUES (randomblob(16), 1, 'aa', 900, 'Trần Minh Bảo', 20261104, 'nhà văn hóa tổ 3', 12,
        'buổi', 1, 'dân-vận', 'Vận động các hộ góp ý bản tự kiểm điểm trước ngày họp tới');"
    "$B/limit_add" "$WORK/limit" "$WORK/rows" || die "limit_add"
    read -r limit limit_cpu _ <<<"$("$B/spawn" 201 "$B/limit_add" "$WORK/limit")"
    read -r sqlite sqlite_cpu _ <<<"$("$B/spawn" 201 sqlite3 "$WORK/table.db" "$sql")"
    read -r add add_cpu add_rss <<<"$("$B/spawn" 201 "$CHIBO" --home "$WORK/lan" add task --set \
        "duty=Vận động các hộ góp ý bản tự kiểm điểm trước ngày họp tới, việc số %d" --set from=2026-11-04)"
    [ -n "$add" ] || die "add"
    note "bare process, LMDB, one durable commit" "$(calc "%.2f ms (CPU %.2f)" "$limit / 1000, $limit_cpu / 1000")" "study: 0.8 to 1.0 ms"
    result "add, whole process, wall" "$(calc "%.2f ms" "$add / 1000")" "$(calc "%.2f ms" "$limit / 1000")" \
        "$(calc "%.2f" "$add / $limit")" "<= 2" "$add <= 2 * $limit"
    result "add beside sqlite3's insert, wall" "$(calc "%.2f ms" "$add / 1000")" "$(calc "%.2f ms" "$sqlite / 1000")" \
        "$(calc "%.2f" "$add / $sqlite")" "< 1" "$add < $sqlite"
    note "add, CPU and greatest resident set" "$(calc "%.2f ms, %.1f MiB" "$add_cpu / 1000, $add_rss / 1024")" ""
}

# --- upload ----------------------------------------------------------------------------------------------------------

# limit_upload KIND: one line: wall us, client CPU us, server CPU us, bytes.
limit_upload() {
    rm -rf "$WORK/limit-s" "$WORK/limit-c" && PORT=$(bash tests/free_port.sh)
    "$B/limit_serve" "$1" "$PORT" "$WORK/limit-s" 1 >"$WORK/limit.out" &
    local pid=$! wall cpu server
    read -r -t 0.1 <> <(:)
    read -r wall cpu _ <<<"$(SPAWN_OUT=$WORK/limit.up "$B/spawn" 1 "$B/limit_send" "$1" "$PORT" "$WORK/limit-c" "$WORK/rows")"
    wait "$pid"
    read -r _ server <"$WORK/limit.out"
    echo "$wall $cpu $server $(cat "$WORK/limit.up")"
}

# The same of chibo: a ward and a device that know nothing of each other's records yet.
chibo_upload() {
    local before wall cpu WARD_PID
    rm -rf "$WORK/w" "$WORK/c"
    ward "$WORK/w"
    cell "$WORK/w" CB-001
    device "$WORK/w" "$WORK/c" CB-001 secretary
    "$B/fill" "$WORK/c" "$WORK/rows" >/dev/null || die "fill"
    before=$(cpu_us "$WARD_PID")
    read -r wall cpu _ <<<"$(SPAWN_OUT=$WORK/sync.out "$B/spawn" 1 "$CHIBO" --home "$WORK/c" sync --json)"
    echo "$wall $cpu $(($(cpu_us "$WARD_PID") - before)) $(field app_out <"$WORK/sync.out") $(field sent <"$WORK/sync.out")" \
        >>"$WORK/chibo.runs"
    ward_stop
}

column() { awk -v c="$2" '{ print $c }' "$1" | median; }

bench_upload() {
    local i f w c s lw lc ls
    : >"$WORK/bare.runs" && : >"$WORK/full.runs" && : >"$WORK/chibo.runs"
    for i in $(seq "$RUNS"); do
        limit_upload bare >>"$WORK/bare.runs"
        limit_upload full >>"$WORK/full.runs"
        chibo_upload
    done
    [ "$(column "$WORK/chibo.runs" 5)" = "$COUNT" ] || die "upload sent $(column "$WORK/chibo.runs" 5) records"
    f=$WORK/bare.runs
    note "bare upload: TLS, zstd-3, puts, commit" "$(calc "%.3f s, CPU %.0f + %.0f ms, %d B" \
        "$(column "$f" 1) / 1e6, $(column "$f" 2) / 1000, $(column "$f" 3) / 1000, $(column "$f" 4)")" \
        "study: 0.060 s, 28 + 14 ms, 1,164,972 B at the link"
    f=$WORK/full.runs lw=$(column "$f" 1) lc=$(column "$f" 2) ls=$(column "$f" 3)
    f=$WORK/chibo.runs w=$(column "$f" 1) c=$(column "$f" 2) s=$(column "$f" 3) bytes=$(column "$f" 4)
    result "upload of $COUNT, wall" "$(calc "%.3f s" "$w / 1e6")" "$(calc "%.3f s" "$lw / 1e6")" \
        "$(calc "%.2f" "$w / $lw")" "<= 2" "$w <= 2 * $lw"
    result "upload of $COUNT, CPU of both sides" "$(calc "%.0f + %.0f ms" "$c / 1000, $s / 1000")" \
        "$(calc "%.0f + %.0f ms" "$lc / 1000, $ls / 1000")" "$(calc "%.2f" "($c + $s) / ($lc + $ls)")" "<= 2" \
        "$c + $s <= 2 * ($lc + $ls)"
    result "upload of $COUNT, application bytes up" "$bytes B" "$ZSTD3 B" "$(calc "%.3f" "$bytes / $ZSTD3")" "<= 0.95" \
        "$bytes <= 0.95 * $ZSTD3"
}

# --- ingest from many ------------------------------------------------------------------------------------------------

limit_ingest() {
    local i pid clients=
    PORT=$(bash tests/free_port.sh)
    taskset -c 0 "$B/limit_serve" full "$PORT" "$WORK/ingest-s" "$CLIENTS" >"$WORK/limit.out" &
    pid=$!
    read -r -t 0.1 <> <(:)
    for i in $(seq 0 $((CLIENTS - 1))); do
        taskset -c 1 "$B/limit_send" half "$PORT" "$WORK/none" "$WORK/part.$i" >/dev/null &
        clients="$clients $!"
    done
    wait $clients "$pid"
    read -r records cpu <"$WORK/limit.out"
    calc "%.0f\n" "$records * 1e6 / $cpu"
}

chibo_ingest() {
    local i before after watch clients=
    for i in $(seq 0 $((CLIENTS - 1))); do
        "$B/fill" "$WORK/d$i" "$WORK/part.$i" >/dev/null || die "fill"
    done
    before=$(cpu_us "$WARD_PID")
    for i in $(seq 0 $((CLIENTS - 1))); do
        # More than a few strangers at once from one address are sent away; they come again.
        (until taskset -c 1 "$CHIBO" --home "$WORK/d$i" sync --json >"$WORK/d$i.out" 2>&1; do :; done) &
        clients="$clients $!"
    done
    while anon_kb "$WARD_PID"; do read -r -t 0.01 <> <(:); done >"$WORK/anon" &
    watch=$!
    wait $clients
    after=$(cpu_us "$WARD_PID")
    kill "$watch" && wait "$watch" 2>/dev/null
    local sent
    sent=$(cat "$WORK"/d*.out | field sent | awk '{ n += $1 } END { print n }')
    [ "$sent" = $((CLIENTS * EACH)) ] || die "ingest: $sent of $((CLIENTS * EACH)) records"
    echo "$(calc "%.0f" "$sent * 1e6 / ($after - $before)") $(sort -g "$WORK/anon" | tail -n 1)" >>"$WORK/ingest.runs"
}

bench_ingest() {
    local i limit got rss
    local WARD_PID
    ward "$WORK/w50" taskset -c 0
    for i in $(seq 0 $((CLIENTS - 1))); do
        cell "$WORK/w50" "CB-1$i"
        device "$WORK/w50" "$WORK/d$i" "CB-1$i" secretary
    done
    : >"$WORK/ingest.runs" && : >"$WORK/ingest.limit"
    for i in $(seq "$RUNS"); do
        "$PYTHON" tests/bench/gen.py $((CLIENTS * EACH)) $((100 + i)) "$WORK/part" "$CLIENTS"
        limit_ingest >>"$WORK/ingest.limit"
        chibo_ingest
    done
    ward_stop
    limit=$(median <"$WORK/ingest.limit") got=$(column "$WORK/ingest.runs" 1) rss=$(column "$WORK/ingest.runs" 2)
    result "ingest from $CLIENTS, records per server CPU second" "$got" "$limit" "$(calc "%.2f" "$got / $limit")" ">= 0.6" \
        "$got >= 0.6 * $limit"
    result "ingest from $CLIENTS, RssAnon of the server" "$(calc "%.1f MiB" "$rss / 1024")" "16 MB" \
        "$(calc "%.2f" "$rss * 1024 / 16e6")" "<= 1" "$rss * 1024 <= 16000000"
}

# --- one record, and nothing -----------------------------------------------------------------------------------------

# each_way HISTORY WHAT HOW: a sync of one new record up and one down, RUNS times.
each_way() {
    local i up=$WORK/up down=$WORK/down trips=$WORK/trips name="one record each way ($2), $1 before"
    : >"$up" && : >"$down" && : >"$trips"
    for i in $(seq "$RUNS"); do
        "$3" binh "$1$i.0" && sync "$WORK/binh" >/dev/null
        "$3" lan "$1$i.1" && sync "$WORK/lan" >"$WORK/sync.out"
        field app_out <"$WORK/sync.out" >>"$up"
        field app_in <"$WORK/sync.out" >>"$down"
        field round_trips <"$WORK/sync.out" >>"$trips"
    done
    result "$name: bytes up" "$(median <"$up") B" "" "" "<= 450" "$(median <"$up") <= 450"
    result "$name: bytes down" "$(median <"$down") B" "" "" "<= 450" "$(median <"$down") <= 450"
    result "$name: round trips" "$(sort -g "$trips" | tail -1)" "1" "" "1" "$(sort -g "$trips" | tail -1) == 1"
}

new_task() {
    "$CHIBO" --home "$WORK/$1" add task --set "duty=Vận động các hộ góp ý bản tự kiểm điểm trước ngày họp tới, việc số $2" \
        --set from=2026-11-04 --set due=2026-12-15 >/dev/null || die "add"
}

# A row as large as the mean of all.
new_row() {
    local row
    "$PYTHON" tests/bench/gen.py 200 "${2/./}" "$WORK/one" 200
    row=$(find "$WORK" -name 'one.*' -size -382c -size +372c | head -n 1)
    "$B/fill" "$WORK/$1" "$row" >/dev/null || die "fill"
    rm -f "$WORK"/one.*
}

# small HISTORY: the figures of a cell with so many records.
small() {
    each_way "$1" "a task in a sentence" new_task
    each_way "$1" "a row of 375 B" new_row
    sync "$WORK/lan" >"$WORK/sync.out"
    result "nothing new, $1 before: bytes up" "$(field app_out <"$WORK/sync.out") B" "" "" "<= 64" \
        "$(field app_out <"$WORK/sync.out") <= 64"
    result "nothing new, $1 before: bytes down" "$(field app_in <"$WORK/sync.out") B" "" "" "<= 48" \
        "$(field app_in <"$WORK/sync.out") <= 48"
}

bench_small() {
    "$PYTHON" tests/bench/gen.py 1 7 "$WORK/first"
    "$B/fill" "$WORK/lan" "$WORK/first" >/dev/null
    sync "$WORK/lan" >/dev/null && sync "$WORK/binh" >/dev/null
    small 1
    "$B/fill" "$WORK/lan" "$WORK/rows" >/dev/null
    sync "$WORK/lan" >/dev/null && sync "$WORK/binh" >/dev/null && sync "$WORK/lan" >/dev/null
    small "$COUNT"
}

# --- bytes of an upload, by level ------------------------------------------------------------------------------------

# upload_bytes LEVEL OPTION FILE: what the frames of one upload weigh.
upload_bytes() {
    rm -rf "$WORK/core" && mkdir "$WORK/core"
    "$B/core" $2 "$WORK/core" "$3" "$1" | sed -n 's/^upload.*; \([0-9]*\) B up.*/\1/p'
}

# packed NAME ZSTD3 OPTION FILE [--unknown]: level 3 and level 19 beside one zstd-3 frame of the rows.
packed() {
    local level goal bytes
    for level in 3 19; do
        [ "$level" = 3 ] && goal=0.85 || goal=0.75
        [ "${5:-}" = --unknown ] && goal=1.00 # what no table knows must not make it worse than zstd alone
        bytes=$(upload_bytes "$level" "$3" "$4")
        result "upload of $COUNT $1, level $level" "$bytes B" "$2 B" "$(calc "%.3f" "$bytes / $2")" "<= $goal" "$bytes <= $goal * $2"
    done
}

bench_bytes() {
    local rows
    packed "rows" "$ZSTD3" "" "$WORK/rows"
    for shuffled in "" --shuffled --unknown; do
        # A seed that the dictionary was not trained on; shuffled: no syllable where training saw it; or none that it saw at all.
        "$PYTHON" tests/gen/gen.py "$COUNT" 9 "$WORK/generated" $shuffled || die "gen.py"
        read -r _ rows _ <<<"$("$PYTHON" tests/gen/gen.py --rows "$WORK/generated")"
        packed "generated changes${shuffled:+, syllables ${shuffled#--}}" "$rows" --changes "$WORK/generated" $shuffled
    done
}

# --- the page --------------------------------------------------------------------------------------------------------

machine() {
    local disk
    disk=$(df --output=source,fstype "$WORK" | tail -n 1 | tr -s ' ')
    echo "$(nproc) × $(sed -n 's/^model name.*: //p' /proc/cpuinfo | head -n 1), $(awk '/MemTotal/ { printf "%.0f GiB", $2 / 1048576 }' \
        /proc/meminfo), Linux $(uname -r), $(. /etc/os-release && echo "$PRETTY_NAME"), stores on $disk. Command: \`make bench\`," \
        "$RUNS runs of each, $(date -u +%F), load before $LOAD."
}

page() {
    [ -e "$PAGE" ] || return 0
    {
        sed '/<!-- bench: begin -->/q' "$PAGE"
        printf '\n%s\n\n| figure | value | limit | ratio | goal | |\n|---|---|---|---|---|---|\n' "$(machine)"
        cat "$TABLE"
        printf '\n'
        sed -n '/<!-- bench: end -->/,$p' "$PAGE"
    } >"$WORK/page" && cat "$WORK/page" >"$PAGE"
}

LOAD=$(cut -d " " -f 1 /proc/loadavg)
: >"$TABLE"
prepare
ward "$WORK/ward"
cell "$WORK/ward" CB-001
device "$WORK/ward" "$WORK/lan" CB-001 secretary
device "$WORK/ward" "$WORK/binh" CB-001 deputy
for part in ${*:-small add upload ingest bytes link scale repair first commands}; do
    "bench_$part"
done
[ $# -gt 0 ] || page
