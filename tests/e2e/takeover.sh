#!/bin/bash
# takeover.sh - two sessions of one device at once: the first hangs in the middle of the ward's answer, because the link
# stands still; the second takes over, at once, and the first ends with a sentence. Nothing is lost and nothing doubled.
# No clock: the first is still hanging when the second is through.
. "$(dirname "$0")/lib.sh"
stalled() { sed -n 's/^stalled //p' "$TMP/link"; }
hangs() { kill -0 "$FIRST" 2>/dev/null && [ "$(ps -o stat= -p "$(stalled)" | cut -c 1)" = T ]; }

world secretary deputy
bulk d1 75 64000 | sort >"$TMP/want" # more than the kernel's buffers of one connection hold
chibo d1 sync --json >/dev/null 2>&1 || is "d1 hands it in" no yes
mine=$(chibo d2 add task --json --set duty="Việc của d2" --set from=4/11/2026 2>/dev/null | sed -n 's/.*"id":"\([0-9a-f]*\)".*/\1/p')
serve_stop
listens_at "$BACK"
serve
link stall-down 200000

chibo d2 sync --json >"$TMP/first" 2>&1 &
FIRST=$!
until_true grep -q stalled "$TMP/link"
holds "the first hangs in the middle of the answer" hangs
second() { chibo d2 sync --json >"$TMP/second" 2>&1; }
# What the link had let through before it stood still the first may still be taking in: then the second ends with LOCKED,
# which says to try again. Any other end is wrong.
until second; do
    grep -q '"error":"LOCKED"' "$TMP/second" || break
done
is "the second is through" "$(grep -c '"error"' "$TMP/second") $(grep '"error"' "$TMP/second")" "0 "
holds "and the first hangs still" hangs
is "the server dropped it for the newer one" "$(grep -c 'event=session .*err=BUSY' "$TMP/log")" 1
is "no time-out" "$(grep -c 'event=session .*err=TIMEOUT' "$TMP/log")" 0
kill -CONT "$(stalled)"
wait "$FIRST"
status=$?
# By what was under way when it went on: its link was cut, or another session of this book has gone on.
holds "the first ends as one that may be tried again ($status: $(cat "$TMP/first"))" test $status = 13 -o $status = 11
holds "with a sentence" grep -qE '"error":"(BUSY|CUT|LOCKED)"' "$TMP/first"

is "all of it is there" "$(ids d2 | md5sum)" "$(sort "$TMP/want" | md5sum)"
is "its own is there once" "$(chibo d2 list task --json | grep -c "$mine")" 1
is "whole" "$(number complete "$(chibo d2 verify --json)")" true
chibo d1 sync --json >/dev/null 2>&1
is "the other device has it once" "$(chibo d1 list task --json | grep -c "\"id\":\"$mine\"")" 1
chibo d2 sync --json >"$TMP/third" 2>&1
is "and nothing is left to exchange" "$?:$(number sent "$(cat "$TMP/third")"):$(number received "$(cat "$TMP/third")")" 0:0:0
unlink
serve_stop
finish
