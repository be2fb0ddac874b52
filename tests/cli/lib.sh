# lib.sh - what the tests of the commands share. Each of them sources it, says what it expects, and ends with `finish`.
#
#     run STATUS COMMAND…   runs it; what it wrote is in $OUT and $ERR; a check that the status is this one
#     says TEXT             a check that stdout holds the text;  complains TEXT: stderr
#     same GOT WANT         a check
#     ward                  a server of this build on a free port, for this test alone; else the test is skipped
#
# Expected texts stand in the tests; the home of the test is $CHIBO_HOME, below $TMP.
set -u
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 1
export LC_ALL=C.UTF-8
BUILD=$(realpath -m "${BUILD:-build}")
PYTHON=${PYTHON:-/usr/bin/python3}
NAME=$(basename "$0" .sh)
TMP=$(realpath "$(mktemp -d)")
PASSED=0 FAILED=0 SERVER=
PATIENCE_S=60 # for what must come; a machine may be busy
export CHIBO_HOME=$TMP/nha
unset CHIBO_LANG CHIBO_TEST_CUT_BYTES LANGUAGE
trap clean EXIT

chibo() { "$BUILD/chibo" "$@"; }
chibod() { "$BUILD/chibod" "$@"; }

clean() {
    [ -z "$SERVER" ] || unserve -KILL
    rm -rf "$TMP"
}

pass() { PASSED=$((PASSED + 1)); }
fail() {
    FAILED=$((FAILED + 1))
    echo "$NAME: line ${BASH_LINENO[1]}: $1"
    [ -z "${2:-}" ] || sed 's/^/    /' <<<"$2"
}

run() {
    local want=$1 status
    shift
    "$@" >"$TMP/out" 2>"$TMP/err" </dev/null
    status=$?
    OUT=$(cat "$TMP/out") ERR=$(cat "$TMP/err")
    if [ "$status" -eq "$want" ]; then pass; else fail "status $status, not $want: $*" "$OUT$ERR"; fi
}
says() { if grep -qF -- "$1" <<<"$OUT"; then pass; else fail "not said: $1" "$OUT"; fi; }
silent_on() { if grep -qF -- "$1" <<<"$OUT"; then fail "said: $1" "$OUT"; else pass; fi; }
complains() { if grep -qF -- "$1" <<<"$ERR"; then pass; else fail "no complaint: $1" "$ERR"; fi; }
same() { if [ "$1" = "$2" ]; then pass; else fail "got  ${1:0:400}" "want ${2:0:400}"; fi; }
lines() { same "$(grep -c . <<<"$OUT")" "$1"; }
# typed ANSWERS COMMAND…: of chibo, by a person at a terminal (typed.py); what was shown is in $OUT, its status in $STATUS
typed() {
    "$PYTHON" tests/cli/typed.py "$1" "$BUILD/chibo" "${@:2}" >"$TMP/out" 2>"$TMP/err"
    STATUS=$? OUT=$(cat "$TMP/out")
}
# field NAME: of the JSON line in $OUT, the value as JSON
field() { "$PYTHON" -c 'import json,sys
v = json.loads(sys.stdin.readline())
for name in sys.argv[1].split("."):
    v = v[int(name)] if isinstance(v, list) else v.get(name)
print(json.dumps(v, ensure_ascii=False))' "$1" <<<"$OUT"; }

# id COMMAND…: the id that `ghi` prints
id() { "$@" 2>/dev/null </dev/null | grep -oE '^[0-9a-f]{32}'; }
# A member of the book: FAMILY MIDDLE GIVEN
member() { id chibo ghi dang-vien --muc "family_name=$1" --muc "middle_name=$2" --muc "given_name=$3" --muc gender=nam \
    --muc born=1961; }

ward() {
    PORT=$(bash tests/free_port.sh)
    if [ ! -x "$BUILD/chibod" ]; then
        echo "$NAME: 0 passed, 0 failed, 1 skipped"
        exit 0
    fi
    WARD=$TMP/phuong
    chibod init "$WARD" --name 'Phường Tân Thanh' --listen "127.0.0.1:$PORT" "$@" >/dev/null || fail "chibod init"
    chibod org "$WARD" add --code CB-014 --name 'Chi bộ Tổ dân phố 14' --type TDP >/dev/null || fail "chibod org"
    serve
}
# LD_PRELOAD may be given: tests that need another clock.
serve() {
    LD_PRELOAD=${SERVE_PRELOAD:-} "$BUILD/chibod" run "$WARD" >"$TMP/chibod.log" 2>&1 &
    SERVER=$!
    disown "$SERVER" # bash would tell of its death
    local until=$((SECONDS + PATIENCE_S))
    until (exec 3<>"/dev/tcp/127.0.0.1/$PORT") 2>/dev/null; do
        [ $SECONDS -lt $until ] && kill -0 "$SERVER" 2>/dev/null || { fail "the server does not listen" "$(cat "$TMP/chibod.log")"; break; }
        read -rt 0.02 <> <(:) || :
    done
}
unserve() {
    kill "${1:--TERM}" "$SERVER" 2>/dev/null
    tail --pid="$SERVER" -f /dev/null
    SERVER=
}
# invite ROLE PERSON [OPTION…]: the code
invite() {
    local role=$1 person=$2
    shift 2
    chibod invite "$WARD" --org CB-014 --role "$role" --person "$person" "$@"
}

finish() {
    echo "$NAME: $PASSED passed, $FAILED failed"
    [ "$FAILED" -eq 0 ]
}
