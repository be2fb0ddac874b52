#!/bin/bash
# kill.sh - the server is killed (SIGKILL) at random moments while several devices upload. What it acknowledged is there
# when it comes back, once; what it did not comes with the next sync. SEED=n ROUNDS=n plays another campaign. The moments lie
# within what an upload takes on this machine: they come later as long as nothing was acknowledged before, earlier as long
# as nothing was cut, and a campaign goes on until it has seen both.
. "$(dirname "$0")/lib.sh"
ROUNDS=${ROUNDS:-14} SEED=${SEED:-20}
RANDOM=$SEED
DEVICES="d1 d2 d3"
EYE=d4 # writes nothing: what the ward has, as another device sees it

world secretary deputy deputy deputy
: >"$TMP/written"
acknowledged=0 whole=0 partial=0
most_ms=160 # the latest moment
for ((round = 0; round < ROUNDS || (round < 3 * ROUNDS && (partial == 0 || whole == 3 * round)); round++)); do
    for d in $DEVICES; do
        bulk $d 4 $((2000 + RANDOM)) >>"$TMP/written"
    done
    uploads=()
    for d in $DEVICES; do
        (chibo $d sync --json >"$TMP/$d.said" 2>&1; echo $? >"$TMP/$d.status") &
        uploads+=($!)
    done
    pause_ms $((RANDOM % most_ms))
    serve_stop KILL
    wait "${uploads[@]}"
    # What each device takes for received is what the ward signed for.
    : >"$TMP/received"
    for d in $DEVICES; do
        case $(cat "$TMP/$d.status") in
            0) whole=$((whole + 1)) ;;
            13) ;;
            *) is "round $round (seed $SEED): $d" "$(cat "$TMP/$d.status" "$TMP/$d.said")" "cut, or through" ;;
        esac
        ids $d sync=received >>"$TMP/received"
    done
    sort -u "$TMP/received" -o "$TMP/received"
    [ "$(wc -l <"$TMP/received")" -eq $acknowledged ] || partial=$((partial + 1))
    acknowledged=$(wc -l <"$TMP/received")
    [ $partial -gt 0 ] || most_ms=$((most_ms * 2 < 9000 ? most_ms * 2 : 9000))
    [ $whole -lt $((3 * (round + 1))) ] || most_ms=$((most_ms / 2 + 1))
    serve
    chibo $EYE sync --json >/dev/null || is "round $round (seed $SEED): another device syncs" no yes
    is "round $round (seed $SEED): acknowledged and not there" "$(comm -23 "$TMP/received" <(ids $EYE) | wc -l)" 0
    is "round $round (seed $SEED): there and never written" "$(comm -13 <(sort "$TMP/written") <(ids $EYE) | wc -l)" 0
done

for d in $DEVICES $EYE; do
    chibo $d sync --json >"$TMP/said" 2>&1
    is "in the end $d syncs" $? 0
done
chibo $EYE sync --json >/dev/null
is "in the end all is there, each once" "$(ids $EYE | md5sum)" "$(sort "$TMP/written" | md5sum)"
for d in $DEVICES $EYE; do
    is "$d proves it" "$(number complete "$(chibo $d verify --json)")" true
    is "$d has all" "$(chibo $d sync --json >/dev/null; ids $d | wc -l)" "$(wc -l <"$TMP/written")"
done
# Killed too early or too late each time, this would have tested nothing.
holds "some uploads were cut ($whole of $((3 * round)) were not)" test $whole -lt $((3 * round))
holds "some were acknowledged before the end" test $partial -gt 0
serve_stop
finish
