#!/bin/bash
# bad_test.sh - every row of cli/bad.tsv: the status, the words, and that the book says the same before and after.
#
# A row begins with a copy of a book that holds a few records; $M is a member of it, $T a task, $U its progress. A ward
# runs beside it: $GOOD is an invite nobody used, $USED one that somebody did. `joined` makes the book one of its cells.
. "$(dirname "$0")/cli/lib.sh"
NAME=bad_test
HERE=$(pwd)/tests
ward --cert-days 30

digest() {
    "$BUILD/tests/t_client_book" --digest "$CHIBO_HOME"
    [ ! -e "$CHIBO_HOME/so/data.mdb" ] || "$BUILD/tests/t_client_book" --digest "$CHIBO_HOME" | grep -q '^OK' ||
        sha256sum <"$CHIBO_HOME/so/data.mdb"
    cat "$CHIBO_HOME/khoa" 2>/dev/null | sha256sum
}

# --- what may happen before a row

joined() { rm -rf "$CHIBO_HOME" && cp -a "$TMP/joined" "$CHIBO_HOME"; }
flip() { "$PYTHON" "$HERE/cli/damage.py" "$2" "$CHIBO_HOME/$1"; }
# A byte of some sealed value: the rows of a page lie at its end, and the newest pages are the live ones.
flip_last() { "$PYTHON" "$HERE/cli/damage.py" value "$CHIBO_HOME/so/data.mdb"; }
newer_store() { "$PYTHON" "$HERE/cli/damage.py" newer "$CHIBO_HOME/so/data.mdb"; }
# The server's clock goes so many days ahead until the row is over.
clock() {
    unserve
    SHIFT_S=$(($1 * 86400)) SERVE_PRELOAD=$TMP/clock.so serve
}

# --- what may stand in a command

holding() {
    "$PYTHON" -c 'import fcntl, subprocess, sys
f = open(sys.argv[1], "r+b"); fcntl.lockf(f, fcntl.LOCK_EX)
sys.exit(subprocess.call(sys.argv[2:]))' "$CHIBO_HOME/so/lock-writer" "$BUILD/chibo" "${@:2}"
}
full_disk() {
    (trap '' XFSZ; ulimit -f $(($(stat -c %s "$CHIBO_HOME/so/data.mdb") / 1024 + 8)); "$@")
}
other_pin() { "$PYTHON" "$HERE/cli/liar.py" invite "$GOOD" pin; }
other_secret() { "$PYTHON" "$HERE/cli/liar.py" invite "$GOOD" secret; }
other_port() { "$PYTHON" "$HERE/cli/liar.py" invite "$GOOD" port; }
# A server that proves the pin of its invite, and then does not keep to the protocol. It serves one device and ends.
liar() {
    rm -f "$TMP/liar"
    "$PYTHON" "$HERE/cli/liar.py" serve "$1" >"$TMP/liar" 2>"$TMP/liar.err" 3>&- &
    local until=$((SECONDS + PATIENCE_S))
    until [ -s "$TMP/liar" ] || [ $SECONDS -gt $until ]; do read -rt 0.02 <> <(:) || :; done
    head -n 1 "$TMP/liar"
}

# --- the book and its ward

${CC:-cc} -shared -fPIC -o "$TMP/clock.so" "$HERE/cli/clock.c" -ldl || fail "clock.so"
GOOD=$(invite secretary 'Lò Văn Thử')
USED=$(invite deputy 'Quàng Thị Ví Dụ')
CHIBO_HOME=$TMP/joined chibo init "$USED" >/dev/null || fail "joined"
chibo init --org CB-014 --name 'Chi bộ 14' >/dev/null || fail "init"
M=$(member Lò Văn Thử)
member Lò Thị Giả >/dev/null
T=$(id chibo add task --set duty='Việc một' --set from=4/11/2026)
U=$(id chibo add task_update --set "task=$T" --set date=5/11/2026 --set percent=10)
mv "$CHIBO_HOME" "$TMP/base"

ROWS=0
while IFS=$'\t' read -r status words before command; do
    [ -n "$status" ] && [ "${status:0:1}" != '#' ] || continue
    ROWS=$((ROWS + 1))
    rm -rf "$CHIBO_HOME" && cp -a "$TMP/base" "$CHIBO_HOME"
    [ "$before" = - ] || eval "$before"
    was=$(digest)
    eval "$command" >"$TMP/out" 2>"$TMP/err" </dev/null
    got=$?
    ERR=$(cat "$TMP/err")
    if [ "$got" -eq "$status" ]; then pass; else fail "row $ROWS: status $got, not $status: $command" "$ERR"; fi
    for word in $(tr '| ' '\n\001' <<<"$words"); do
        complains "$(tr '\001' ' ' <<<"$word")"
    done
    same "row $ROWS: $(digest)" "row $ROWS: $was"
    case $before in *clock* | *unserve*) [ -z "$SERVER" ] || unserve; serve ;; esac
done <"$HERE/cli/bad.tsv"
same "$([ $ROWS -ge 40 ] && echo enough)" enough
finish
