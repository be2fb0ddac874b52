#!/bin/bash
# kill_device.sh - a device's program is killed (SIGKILL) at random moments, while it records and while it syncs. What was
# said to be recorded is there, the book is sound, and the ward gets everything once. SEED=n ROUNDS=n: another campaign.
. "$(dirname "$0")/lib.sh"
ROUNDS=${ROUNDS:-24} SEED=${SEED:-7}
RANDOM=$SEED
world secretary deputy
: >"$TMP/written"
cut=0

# Kills what was begun after so many milliseconds.
kill_after() { # PID MOST
    pause_ms $((RANDOM % $2))
    kill -KILL "$1" 2>/dev/null
    wait "$1" 2>/dev/null
}

most_ms=90 # a sync is killed within so many; sooner, as long as none was cut
for ((round = 0; round < ROUNDS || (round < 3 * ROUNDS && cut == 0); round++)); do
    at="round $round (seed $SEED)"
    bulk d1 3 $((1000 + RANDOM)) >>"$TMP/written"
    # One more, which may or may not have come to be: it counts if its id was told.
    (exec "$BUILD/chibo" add --home "$H/d1" resolution --json --set date=03/05/2017 --set title=Một --set text=Hai \
        >"$TMP/said" 2>/dev/null) &
    kill_after $! 12
    sed -n 's/^{"v":1,"id":"\([0-9a-f]*\)".*/\1/p' "$TMP/said" >>"$TMP/written"
    (exec "$BUILD/chibo" sync --home "$H/d1" --json >"$TMP/said" 2>/dev/null) &
    kill_after $! $most_ms
    grep -q '"sent"' "$TMP/said" || cut=$((cut + 1))
    [ $cut -gt 0 ] || most_ms=$((most_ms / 2 + 1))
    chibo d1 verify --json >/dev/null
    is "$at: the book is sound" $? 0
    is "$at: recorded and not there" "$(comm -23 <(sort "$TMP/written") <(ids d1) | wc -l)" 0
done
chibo d1 sync --json >"$TMP/said" 2>&1
is "in the end it syncs" "$? $(number refused "$(cat "$TMP/said")")" "0 0"
is "it proves it" "$(number complete "$(chibo d1 verify --json)")" true
chibo d2 sync --json >/dev/null
is "the ward has all, once" "$(ids d2 | md5sum)" "$(ids d1 | md5sum)"
holds "some syncs were cut ($cut of $round)" test $cut -gt 0
serve_stop
finish
