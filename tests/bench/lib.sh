# lib.sh - what the bench scripts share: numbers, a ward, devices. Sourced; needs BUILD, PYTHON and WORK (a folder that is
# removed at the end).
export CHIBO_LANG=en
CHIBO=$BUILD/chibo CHIBOD=$BUILD/chibod B=$BUILD/tests/bench PYTHON=${PYTHON:-/usr/bin/python3}
KILL=

finish() {
    [ -n "$KILL" ] && kill $KILL 2>/dev/null && wait $KILL 2>/dev/null
    declare -F link_down >/dev/null && link_down
    rm -rf "$WORK"
}
trap finish EXIT

die() {
    echo "bench: $*" >&2
    exit 1
}

median() { sort -g | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'; }
calc() { awk "BEGIN { printf \"$1\", $2 }"; }
field() { sed -n "s/.*\"$1\":\([0-9]*\).*/\1/p"; }

# CPU of all threads of a process so far, microseconds.
cpu_us() { cat "/proc/$1"/task/*/schedstat | awk '{ ns += $1 } END { printf "%d\n", ns / 1000 }'; }
anon_kb() { awk '/^RssAnon/ { print $2 }' "/proc/$1/status" 2>/dev/null; }

# ward DIR [COMMAND...]: a new ward, running (under COMMAND, such as taskset); its process in WARD_PID.
ward() {
    local dir=$1 i
    shift
    PORT=$(bash tests/free_port.sh) || die "no port"
    "$CHIBOD" init "$dir" --name "Phường Tân Thanh" --listen "127.0.0.1:$PORT" >/dev/null || die "init of the ward"
    "$@" "$CHIBOD" run "$dir" >"$dir.log" 2>&1 &
    WARD_PID=$! KILL="$KILL $!"
    for i in $(seq 1200); do
        (: <"/dev/tcp/127.0.0.1/$PORT") 2>/dev/null && return
        read -r -t 0.05 <> <(:)
    done
    die "the ward does not answer"
}

ward_stop() {
    kill "$WARD_PID" && wait "$WARD_PID"
    KILL=${KILL/ $WARD_PID/}
}

cell() { "$CHIBOD" org "$1" add --code "$2" --name "Chi bộ $2" --type TDP >/dev/null || die "org $2"; }

# device WARD HOME CODE ROLE: enrolled, and at rest.
device() {
    local invite
    invite=$("$CHIBOD" invite "$1" --org "$3" --role "$4" --person "Nguyễn Thị Lan") || die "invite"
    "$CHIBO" --home "$2" init "$invite" >/dev/null || die "enrolment"
    sync "$2" >/dev/null
}

# A session that settles what the last one confirmed; its line of JSON.
sync() { "$CHIBO" --home "$1" sync --json || die "sync of $1"; }
