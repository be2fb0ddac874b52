# lib_walk.sh - what the walkthroughs share: a conversation at a bare terminal on the fourth of November 2026, in the evening.
#
#     talk [WORD…] <<'E'            chibo with these words; the lines are those of typed.py; what was shown is in $OUT, the
#     part of a question | answer   status in $STATUS, the number of lines that were typed in $ANSWERS
#     E
#     shows [WORD…]                 the same of a command that asks nothing; shows_chibod: of the ward's server
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
FAST=$(mktemp -d -p /dev/shm 2>/dev/null || mktemp -d) # homes: what a disk costs is no matter here
trap 'clean; rm -rf "$FAST"' EXIT
export CHIBO_HOME=$FAST/nha
${CC:-cc} -shared -fPIC -o "$TMP/clock.so" tests/cli/clock.c -ldl || exit 1
unset TERM # whatever kind of terminal it is
that_evening() { (export LD_PRELOAD="$TMP/clock.so" SHIFT_S=$((1793795400 - $(date +%s))); "$@"); } # 04/11/2026 19:30 in Vietnam
converse() { # PROGRAM WORD…: the conversation stands in a file
    that_evening "$PYTHON" tests/cli/typed.py "@$TMP/talk" "$BUILD/$1" "${@:2}" >"$TMP/out" 2>"$TMP/err"
    STATUS=$? OUT=$(cat "$TMP/out") ANSWERS=$(tail -n 1 "$TMP/err")
    if [ $STATUS -ne 99 ]; then pass; else fail "$(cat "$TMP/err")" "$OUT"; fi
}
talk() { cat >"$TMP/talk"; converse chibo "$@"; }
shows() { : >"$TMP/talk"; converse chibo "$@"; }
shows_chibod() { : >"$TMP/talk"; converse chibod "$@"; }
