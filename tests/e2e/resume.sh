#!/bin/bash
# resume.sh - a sync that is cut at any byte goes on from there, whichever way the link breaks: nothing is lost, nothing
# comes twice, and no more is sent again than what did not get through and one frame.
. "$(dirname "$0")/lib.sh"
FRAME=65539    # docs/protocol.md 6
# Bytes up that are no change, at most: TLS's handshake with its ticket, hello, what is asked for, goodbye; and what a change
# takes more in one sync than in another, since each is signed and packed anew. Lengths of two syncs compare up to this.
OTHER=3000
HANDSHAKE=$OTHER # less than this may have been cut in the handshake, of which the server says nothing
SERVED=()        # words before the server's
build_tool preload_sync -shared -fPIC -ldl
world secretary deputy
serve_stop
bulk d1 12 24000 | sort >"$TMP/written"
# Something for the way back, too.
bulk d2 6 24000 | sort >"$TMP/other"
serve
chibo d2 sync --json >/dev/null
serve_stop
mkdir "$TMP/state"
cp -a "$H/d1" "$W" "$TMP/state"

# As it was before the sync; the link stands between.
again() {
    rm -rf "${H:?}/d1" "$W"
    cp -a "$TMP/state/d1" "$H/d1"
    cp -a "$TMP/state/phuong" "$W"
    listens_at "$BACK"
    serve "${SERVED[@]}"
}

again
link
whole=$(chibo d1 sync --json)
app=$(number app_out "$whole") up=$(link_said up) down=$(link_said down)
is "uncut: sent" "$(number sent "$whole")" 12
is "uncut: received" "$(number received "$whole")" 6
unlink
serve_stop
holds "it is a sync worth cutting" test "$app" -gt 200000

# cut WHERE WORDS... : cut, then synced without a cut, then looked at
cut() {
    local where=$1 passed first second
    shift
    again
    link "$@"
    chibo d1 sync --json >"$TMP/said" 2>&1
    first=$?
    passed=$(link_said up)
    unlink
    server_settled $((passed < HANDSHAKE ? 1 : 6000))
    link
    second=$(chibo d1 sync --json)
    is "$where: the next sync" $? 0
    unlink
    case $first in
        0) is "$where: all had been said but goodbye" "$(number sent "$second") $(number received "$second")" "0 0" ;;
        13) holds "$where: no more than the rest and a frame ($(number app_out "$second"), $((up - passed)) left)" \
            test "$(number app_out "$second")" -le $((up - passed + FRAME + OTHER)) ;;
        *) is "$where: cut" "$first $(cat "$TMP/said")" 13 ;;
    esac
    is "$where: complete" "$(number complete "$(chibo d1 verify --json)")" true
    is "$where: the device has all" "$(ids d1 | md5sum)" "$(sort "$TMP/written" "$TMP/other" | md5sum)"
    serve_stop
    # Another device, with the server where it always was.
    rm -rf "${H:?}/eye"
    cp -a "$H/d2" "$H/eye"
    listens_at "$FRONT"
    serve
    chibo eye sync --json >/dev/null
    is "$where: the ward has all, once" "$(ids eye | md5sum)" "$(sort "$TMP/written" "$TMP/other" | md5sum)"
    serve_stop
}

for n in 0 1 300 1200 1800 2500 20000 $((up / 4)) $((up * 2 / 5)) $((up / 2)) $((up * 6 / 10)) $((up * 9 / 10)) \
    $((up - 1200)) $((up - 1)); do
    cut "up $n" cut "$n"
done
# At once, while a server with a slow disk is still at work on what came before the cut: the same holds.
HANDSHAKE=$((up + 1)) SERVED=(env SLOW_SYNC_MS=60 "LD_PRELOAD=$TMP/preload_sync")
for n in $((up / 3)) $((up * 2 / 3)) $((up * 9 / 10)); do
    cut "up $n, at once" cut "$n"
done
HANDSHAKE=$OTHER SERVED=()
# As if the machine had vanished: what the server had not read is gone as well, so the bound does not hold.
FRAME=$up
for n in 1500 $((up / 3)) $((up * 8 / 10)) $((up - 1)); do
    cut "up $n, reset" cut "$n" reset
done
# The answer is lost: what it acknowledged is not sent again.
FRAME=65539
for n in 1 $((down / 10)) $((down / 2)) $((down * 9 / 10)) $((down - 60)); do
    cut "down $n" cut-down "$n"
done
finish
