#!/bin/bash
# repair.sh - bits that rot in the file of either store, on the real programs: doi-khop puts it right, and tells.
. "$(dirname "$0")/lib.sh"
PYTHON=${PYTHON:-/usr/bin/python3}
rot() { "$PYTHON" tests/e2e/rot.py "$@"; }

world secretary deputy
for n in $(seq 40); do
    chibo d1 add task --set "duty=Việc số $n" --set from=04/11/2026 >/dev/null
    [ $((n % 5)) -ne 0 ] || chibo d1 sync >/dev/null
done
chibo d2 sync >/dev/null
chibo d2 add task --set "duty=Việc của phó" --set from=05/11/2026 >/dev/null
chibo d2 sync >/dev/null
chibo d1 sync >/dev/null
before=$(chibo d1 list task --json)

# Nothing is wrong: one small session that says what was compared.
said=$(chibo d1 reconcile --json)
is "sound: differing" "$(number differing "$said")" 0
is "sound: scopes" "$(number scopes "$said")" 3
is "sound: compared" "$(number compared "$said")" true
is "sound: one round trip" "$(number round_trips "$said")" 1
holds "sound: small" [ "$(number bytes "$said")" -lt 200 ]
chibo d1 doi-khop | grep -q 'Roots and digests are the same' && is said yes yes || is said no yes
said=$("$BUILD/chibod" reconcile "$W" --json)
is "the ward is sound" "$(number differing "$said") $(number unrepaired "$said")" "0 0"

# The device's file: leaves, and rows of each table that follows from them.
for table in leaf part change origin node actor state stream org scope; do
    rot "$H/d1/so/data.mdb" $table 3
    chibo d1 verify >/dev/null 2>&1
    is "verify sees $table" $? 15
    said=$(chibo d1 reconcile --json)
    is "device, $table: status" $? 0
    is "device, $table: unrepaired" "$(number unrepaired "$said")" 0
    holds "device, $table: repaired" [ "$(number repaired "$said")" -gt 0 ]
    chibo d1 verify >/dev/null 2>&1
    is "device, $table: verify" $? 0
done
is "the records are as they were" "$(chibo d1 list task --json)" "$before"

# Half of the leaves at once.
rot "$H/d1/so/data.mdb" leaf "$(($(rot "$H/d1/so/data.mdb" leaf count) / 2))"
said=$(chibo d1 reconcile --json)
is "many leaves: unrepaired" "$(number unrepaired "$said")" 0
is "many leaves: one session" "$(number round_trips "$said")" 1
chibo d1 verify >/dev/null
is "many leaves: verify" $? 0

# The ward's: what follows from leaves is made again, leaves come from a device. The server runs meanwhile.
for table in part change node actor; do
    serve_stop
    rot "$W/so/data.mdb" $table 3
    serve
    said=$("$BUILD/chibod" reconcile "$W" --json)
    is "ward, $table: status" $? 0
    holds "ward, $table: repaired" [ "$(number repaired "$said")" -gt 0 ]
done
serve_stop
rot "$W/so/data.mdb" leaf 6 20
serve
said=$("$BUILD/chibod" reconcile "$W" --json 2>"$TMP/err")
is "ward, leaves: status" $? 15
is "ward, leaves: wanted" "$(number wanted "$said")" 6
grep -q 'next device that holds them' "$TMP/err" && is told yes yes || is told no yes
"$BUILD/chibod" overview "$W" --json | grep -q '"damaged":6' && is "in the overview" yes yes || is "in the overview" no yes
chibo d2 sync >/dev/null
is "a device brings them" $? 0
"$BUILD/chibod" reconcile "$W" >/dev/null
is "ward, leaves: whole again" $? 0
chibo d1 add task --set "duty=Việc sau đó" --set from=06/11/2026 >/dev/null
for d in d1 d2 d1; do chibo $d sync >/dev/null; done
chibo d1 reconcile >/dev/null
is "all are the same at the end" "$?$(chibo d1 list task --json | sort)" "0$(chibo d2 list task --json | sort)"

# What nobody else has is named and put aside, never lost in silence.
chibo d1 add task --set "duty=Chưa gửi" --set from=07/11/2026 >/dev/null
rot "$H/d1/so/data.mdb" draft 1
chibo d1 reconcile >"$TMP/out" 2>"$TMP/err"
is "a draft: status" $? 15
grep -q draft "$TMP/err" && is "a draft is named" yes yes || is "a draft is named" "$(cat "$TMP/err")" yes
serve_stop
finish
