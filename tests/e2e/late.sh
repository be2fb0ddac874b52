#!/bin/bash
# late.sh - never too late: 400 days away, the certificate expired, three new keys of each kind missed, 2,000 changes unsent:
# all of it is in after at most five exchanges, or in quarantine if the device was revoked meanwhile.
. "$(dirname "$0")/lib.sh"
CHANGES=2000
${CC:-cc} -shared -fPIC -o "$TMP/clock.so" tests/cli/clock.c -ldl || exit 1

# The ward's machine lives so many days later.
on_day() {
    DAY=$1
    LATER=(env LD_PRELOAD="$TMP/clock.so" SHIFT_S=$((DAY * 86400)))
}
new_keys() {
    "${LATER[@]}" "$BUILD/chibod" rotate-keys "$W" --tls --ward
    is "new keys on day $DAY" $? 0
}
whole() { # DEVICE: its book is what the ward signed, with nothing left to send
    is "the book of $1 is whole" "$(number complete "$(chibo "$1" verify --json)")" true
}

on_day 0
FRONT=$(bash tests/free_port.sh)
"$BUILD/chibod" init "$W" --name "Phường Thử" --listen "127.0.0.1:$FRONT" --cert-days 30 || exit 1
"$BUILD/chibod" org "$W" add --code CB-014 --name "Chi bộ Tổ dân phố 14" --type TDP >/dev/null || exit 1
invite() { "$BUILD/chibod" invite "$W" --org CB-014 --role "$1" --person "Nguyễn Văn Mẫu" --days 365; }
OLD_INVITE=$(invite committee)
serve
for d in d1:secretary d2:deputy; do
    "$BUILD/chibo" init --home "$H/${d%:*}" "$(invite "${d#*:}")" >/dev/null || exit 1
    chibo "${d%:*}" sync --json >/dev/null || exit 1
    D1=${D1:-$("$BUILD/chibod" devices "$W" --json | grep -oE '"[0-9a-f]{32}"' | tr -d '"')}
done
is "a server with its keys in use gets none" "$("${LATER[@]}" "$BUILD/chibod" rotate-keys "$W" --tls 2>&1 | grep -c 'must be stopped')" 1
serve_stop

# The one that will be late writes, and is not seen again for 400 days.
for ((i = 0; i < CHANGES; i++)); do
    chibo d1 add task --set "duty=Việc $i" --set from=4/11/2026 >/dev/null 2>&1
done
is "unsent" "$(number unsealed "$(chibo d1 status --json)")$(number unsent "$(chibo d1 status --json)")" $CHANGES

# The other one follows each new key as it comes, with a certificate that has expired every time.
for day in 100 200 300; do
    on_day $day
    new_keys
    serve "${LATER[@]}"
    chibo d2 add task --set "duty=Ngày $day" --set from=4/11/2026 >/dev/null 2>&1
    chibo d2 sync --json >"$TMP/out"
    is "who comes on day $day is served" $? 0
    is "what it brought on day $day" "$(number sent "$(cat "$TMP/out")")" 1
    if [ $day = 200 ]; then
        "$BUILD/chibo" init --home "$H/d3" "$OLD_INVITE" >/dev/null
        is "an invite older than the keys" $? 0
    fi
    serve_stop
    whole d2
done

on_day 400
cp -a "$H/d1" "$TMP/d1.away"
cp -a "$W" "$TMP/ward.away"
cp -a "$H/d2" "$TMP/d2.away"

# --- it comes back
serve "${LATER[@]}"
calls=0
until [ "$(number complete "$(chibo d1 verify --json)")" = true ] || [ $calls = 5 ]; do
    calls=$((calls + 1))
    chibo d1 sync --json >>"$TMP/calls" 2>&1
done
holds "at most five exchanges ($calls)" [ "$calls" -le 5 ]
whole d1
is "none of it is left behind" "$(awk -F'"sent":' '{split($2, n, ","); sum += n[1]} END {print sum}' "$TMP/calls")" $CHANGES
for d in d2 d3; do chibo $d sync --json >/dev/null; is "$d comes too" $? 0; done
is "another device has it" "$(chibo d2 list task --json | grep -c '"id"')" $((CHANGES + 3))
whole d3
# Its own clock is nobody's business.
for shift in -$((56 * 365)) $((73 * 365)); do
    (export LD_PRELOAD=$TMP/clock.so SHIFT_S=$((shift * 86400)); chibo d1 sync --json >/dev/null 2>"$TMP/err")
    is "a device whose clock is $((shift / 365)) years off" $? 0
done
serve_stop

# --- or it was revoked meanwhile
rm -rf "${H:?}"/d[12] "${W:?}"
cp -a "$TMP/d1.away" "$H/d1"
cp -a "$TMP/d2.away" "$H/d2"
cp -a "$TMP/ward.away" "$W"
"${LATER[@]}" "$BUILD/chibod" revoke "$W" "$D1" >/dev/null
serve "${LATER[@]}"
size() { "$BUILD/chibod" overview "$W" --json | sed 's/"held.*//' | cksum; }
before=$(size)
for call in 1 2; do
    chibo d1 sync --json >"$TMP/out" 2>"$TMP/err"
    is "revoked: its status" $? 12
    is "revoked: it is told what became of its work" "$(grep -c 'handed in' "$TMP/err")" 1
    is "revoked: it read nothing" "$(cat "$TMP/out")" ""
done
is "no cell's book has changed" "$(size)" "$before"
is "all of it is still on the device" "$(chibo d1 list task --json | grep -c '"id"')" $CHANGES
is "the overview says that it waits" "$(number held "$("$BUILD/chibod" overview "$W" --json)")" $CHANGES
is "the ward sees all of it among what waits" "$("$BUILD/chibod" held "$W" --json | grep -c '"id"')" $CHANGES
ID=$("$BUILD/chibod" held "$W" --json | grep -oE '"id":"[0-9a-f]{64}"' | head -n 1 | cut -d '"' -f 4)
"$BUILD/chibod" refuse "$W" "$ID" --reason "Ghi nhầm" >/dev/null
is "a person refuses one" $? 0
is "which waits no more" "$("$BUILD/chibod" held "$W" --json | grep -c '"id"')" $((CHANGES - 1))
"$BUILD/chibod" refuse "$W" "$ID" --reason "Ghi nhầm" >/dev/null 2>&1
is "nobody decides twice" "$([ $? -ne 0 ] && echo no)" no
ID=$("$BUILD/chibod" held "$W" --json | grep -oE '"id":"[0-9a-f]{64}"' | head -n 1 | cut -d '"' -f 4)
is "it stands in no log" "$("$BUILD/chibod" held "$W" --json | grep "$ID" | grep -c '"leaf":null')" 1
chibo d2 sync --json >/dev/null
before=$(chibo d2 list task --json | grep -c '"id"')
"$BUILD/chibod" accept "$W" "$ID" >/dev/null
is "a person accepts one" $? 0
"$BUILD/chibod" accept "$W" "$ID" >/dev/null 2>&1
is "and once only" $? 2
chibo d1 sync --json >/dev/null 2>&1 # it is brought again
chibo d2 sync --json >/dev/null
is "which is everybody's now, once" "$(chibo d2 list task --json | grep -c '"id"')" $((before + 1))
is "and waits no more" "$("$BUILD/chibod" held "$W" --json | grep -c '"id"')" $((CHANGES - 2))
whole d2

# A copy of the revoked laptop's disk: what each of the two writes waits, and neither reads anything.
cp -r "$H/d1" "$H/d9"
for d in d1 d9; do
    chibo $d add task --set "duty=Việc của $d" --set from=5/11/2026 >/dev/null
    chibo $d sync --json >"$TMP/out" 2>/dev/null
    is "a copy of a revoked device: its status" $? 12
    is "a copy of a revoked device: it read nothing" "$(cat "$TMP/out")" ""
done
is "what both of them wrote waits" "$("$BUILD/chibod" held "$W" --json | grep -c '"id"')" $CHANGES
serve_stop
finish
