# lib.sh - what the tests of whole processes share: a ward with one cell, its devices, a server that can be killed, a
# link that can be cut. Sourced; a test ends with `finish`.
#
#     world ROLE...      a ward, cell CB-014, and a device for each role: d1, d2, ... enrolled, synced; the server runs
#     serve / serve_stop [SIGNAL]      the server;  link [WORDS] / unlink: a relay between the devices and the server
#     is WHAT GOT WANT                 a check
set -u
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 1
export LC_ALL=C.UTF-8 CHIBO_LANG=en
BUILD=$(realpath "${BUILD:-build}")
NAME=$(basename "$0" .sh)
TMP=$(realpath "$(mktemp -d)")
PASSED=0 FAILED=0 SERVER="" RELAY=""
W=$TMP/phuong H=$TMP
unset CHIBO_HOME CHIBO_TEST_CUT_BYTES LANGUAGE
trap clean EXIT

clean() {
    local pid
    for pid in $SERVER $RELAY; do
        kill -KILL "$pid" 2>/dev/null
    done
    wait 2>/dev/null
    rm -rf "$TMP"
}

is() {
    if [ "$2" = "$3" ]; then
        PASSED=$((PASSED + 1))
    else
        FAILED=$((FAILED + 1))
        printf '%s: %s: got "%s", wanted "%s"\n' "$NAME" "$1" "$2" "$3"
    fi
}
holds() { # WHAT COMMAND...
    local what=$1
    shift
    if "$@"; then is "$what" yes yes; else is "$what" "no ($*)" yes; fi
}
finish() {
    echo "$NAME: $PASSED passed, $FAILED failed"
    [ "$FAILED" -eq 0 ]
    exit
}

# Waits for what a command shows, not for a time; a minute at most, or PATIENCE hundredths of a second.
until_true() {
    local n=0
    until "$@" >/dev/null 2>&1; do
        n=$((n + 1))
        [ $n -lt "${PATIENCE:-6000}" ] || return 1
        pause 0.01
    done
    return 0
}
pause() { read -r -t "$1" _ <> <(:); }
pause_ms() { pause "$(($1 / 1000)).$(printf '%03d' $(($1 % 1000)))"; }

# number NAME JSON-LINE
number() { [[ $2 =~ \"$1\":\"?([^\",}]*) ]] && printf '%s' "${BASH_REMATCH[1]}"; }

chibo() { # DEVICE COMMAND...
    local device=$1 command=$2
    shift 2
    "$BUILD/chibo" "$command" --home "$H/$device" "$@"
}

build_tool() { # NAME FLAGS...: tests/e2e/NAME.c
    local name=$1
    shift
    "${CC:-cc}" -D_GNU_SOURCE -O1 -o "$TMP/$name" "tests/e2e/$name.c" "$@" || exit 1
}

# ---- server and link ----

serve() { # [WORDS BEFORE THE PROGRAM]
    local before
    before=$(grep -c event=ready "$TMP/log" 2>/dev/null)
    "$@" "$BUILD/chibod" run "$W" 2>>"$TMP/log" </dev/null &
    SERVER=$!
    until_true serves_again "${before:-0}" || is "the server begins" "$(tail -n 2 "$TMP/log")" ready
}
serves_again() { [ "$(grep -c event=ready "$TMP/log")" -gt "$1" ]; }

serve_stop() {
    kill -"${1:-TERM}" "$SERVER"
    wait "$SERVER" 2>/dev/null
    local status=$?
    [ "${1:-TERM}" != TERM ] || is "the server ends well" $status 0
    SERVER=""
}

# The devices know FRONT; the server listens there, or at BACK when a link stands between.
listens_at() { sed -i "s/^nghe = .*/nghe = 127.0.0.1:$1/" "$W/cau-hinh"; }
link() {
    : >"$TMP/link"
    "$TMP/cutter" "$FRONT" "$BACK" "$@" >"$TMP/link" &
    RELAY=$!
    until_true grep -q port "$TMP/link"
}
unlink() {
    kill "$RELAY" 2>/dev/null
    wait "$RELAY" 2>/dev/null
    RELAY=""
}
link_said() { # up|down: of the last connection
    until_true grep -q '^up' "$TMP/link"
    sed -n "s/.*\b$1 \([0-9]*\).*/\1/p" "$TMP/link" | tail -n 1
}
# The server is through with all that came before a cut. (Of a link cut in the handshake it says nothing.)
server_settled() { PATIENCE=${1:-6000} until_true cut_noticed; }
cut_noticed() { tail -n 1 "$TMP/log" | grep -q 'event=session .*err='; }

# ---- a world ----

world() {
    local role n=0
    build_tool cutter
    FRONT=$(bash tests/free_port.sh) BACK=$(bash tests/free_port.sh)
    "$BUILD/chibod" init "$W" --name "Phường Thử" --listen "127.0.0.1:$FRONT" || exit 1
    serve
    "$BUILD/chibod" org "$W" add --code CB-014 --name "Chi bộ Tổ dân phố 14" --type TDP >/dev/null || exit 1
    for role in "$@"; do
        n=$((n + 1))
        "$BUILD/chibo" init --home "$H/d$n" "$("$BUILD/chibod" invite "$W" --org CB-014 --role "$role" \
            --person "Nguyễn Văn Mẫu $n")" >/dev/null || exit 1
        chibo d$n sync --json >/dev/null || exit 1
    done
}

# bulk DEVICE COUNT BYTES: so many resolutions, each with so many bytes that cannot be packed; their ids to stdout
bulk() {
    local i
    for ((i = 0; i < $2; i++)); do
        chibo "$1" add resolution --json --set date=02/05/2017 --set "title=Nghị quyết $i" \
            --set "text=$(head -c $(($3 * 3 / 4)) /dev/urandom | base64 -w 0)" |
            sed -n 's/^{"v":1,"id":"\([0-9a-f]*\)".*/\1/p'
    done
}
ids() { # DEVICE [FIELD=VALUE]: of its resolutions, ascending
    chibo "$1" list resolution --json ${2:+--where "$2"} | sed -n 's/^{"v":1,"id":"\([0-9a-f]*\)".*/\1/p' | sort
}
