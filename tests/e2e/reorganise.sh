#!/bin/bash
# reorganise.sh - cells merged, split and renamed, roles ended and given, on the real programs, while devices are away
# with work they have not handed in.
. "$(dirname "$0")/lib.sh"
world secretary deputy
"$BUILD/chibod" org "$W" add --code CB-015 --name "Chi bộ Tổ dân phố 15" --type TDP >/dev/null
"$BUILD/chibo" init --home "$H/d3" "$("$BUILD/chibod" invite "$W" --org CB-015 --role secretary --person "Lò Thị Ba")" >/dev/null
chibo d3 sync >/dev/null

task() { # DEVICE WORDS: a task's id
    chibo "$1" add task --json --set "duty=$2" --set from=4/11/2026 | sed -n 's/.*"id":"\([0-9a-f]*\)".*/\1/p'
}
shows() { chibo "$1" list task --json ${2:+--where "org=$2"} | sed -n 's/.*"duty":"\([^"]*\)".*/\1/p' | sort | tr '\n' ' '; }
org() { "$BUILD/chibod" org "$W" "$@"; }
status() { "$@" >"$TMP/out" 2>"$TMP/err"; echo $?; }

# Work on both sides that the ward has not seen when it merges the two.
task d1 a1 >/dev/null
chibo d1 sync >/dev/null
chibo d2 sync >/dev/null
task d2 a2 >/dev/null
task d3 b1 >/dev/null

# --dry-run says what it touches and changes nothing.
DRY=$(org merge --from CB-014,CB-015 --into CB-020 --name "Chi bộ 20" --decision 15-QĐ/ĐU --date 23/11/2026 --dry-run --json)
is "dry run" "$DRY" '{"v":1,"change":"merge","dry_run":true,"persons":3,"devices":3,"scopes":8,"records":1,"longest_away_since":'"$(number longest_away_since "$DRY")}"
is "nothing was made" "$(org list --json | grep -c CB-020)" 0
is "no decision" "$(status org merge --from CB-014 --into CB-015 --date 23/11/2026)" 2
holds "says so" grep -q quyet-dinh "$TMP/err"
is "no such cell" "$(status org merge --from CB-999 --into CB-015 --decision 1 --date 23/11/2026)" "$(status chibo d1 show ffffffff)"
is merge "$(status org merge --from CB-014,CB-015 --into CB-020 --name "Chi bộ 20" --decision 15-QĐ/ĐU --date 23/11/2026)" 0
is "what became of them" "$(org list --json | grep -cE '"code":"CB-01[45]".*"successors":\["CB-020"\]}')" 2
is "the new one goes on" "$(org list --json | grep -c '"code":"CB-020".*"successors":\[\]}')" 1
is "not twice" "$(org merge --from CB-014 --into CB-015 --decision 16 --date 23/11/2026 2>&1 | grep -c 'became part')" 1

task d3 b2 >/dev/null # still nobody told it
for round in 1 2; do
    for d in d3 d2 d1; do chibo $d sync >/dev/null || is "sync $d" failed ok; done
done
for d in d1 d2 d3; do
    is "$d sees all" "$(shows $d)" "a1 a2 b1 b2 "
    is "$d by the old code" "$(shows $d CB-014)" "a1 a2 "
    is "$d by the new code" "$(shows $d cb-020)" "a1 a2 b1 b2 "
    is "$d is complete" "$(chibo $d verify --json | grep -c '"complete":true')" 1
    is "$d is of" "$(number org "$(chibo $d status --json)")" CB-020
done
# New records are filed in the new cell, edits of old ones stay where these are, and both arrive.
task d1 c1 >/dev/null
OLD=$(chibo d3 list task --json --where duty=a1 | sed -n 's/.*"id":"\([0-9a-f]*\)".*/\1/p')
chibo d3 edit "$OLD" --set duty=a1x >/dev/null
for round in 1 2; do for d in d1 d3 d2; do chibo $d sync >/dev/null; done; done
for d in d1 d2 d3; do
    is "$d new and edited" "$(shows $d)" "a1x a2 b1 b2 c1 "
    is "$d origin" "$(number org "$(chibo $d list task --json --where duty=c1)")" CB-020
done

# A part of it leaves again; both keep the history.
is split "$(status org split --from CB-020 --into CB-021 --name "Chi bộ 21" --person "lo thi ba" --decision 20 --date 24/11/2026)" 0
task d1 d1 >/dev/null
for round in 1 2; do for d in d1 d2 d3; do chibo $d sync >/dev/null; done; done
task d1 e1 >/dev/null
task d3 e3 >/dev/null
for round in 1 2; do for d in d1 d2 d3; do chibo $d sync >/dev/null; done; done
is "the rest" "$(shows d2)" "a1x a2 b1 b2 c1 d1 e1 "
is "the part" "$(shows d3)" "a1x a2 b1 b2 c1 d1 e3 "
is "the rest is" "$(number org "$(chibo d1 status --json)")" CB-020
is "the part is" "$(number org "$(chibo d3 status --json)")" CB-021

# Another name: both codes find it.
is rename "$(status org rename --from CB-021 --code CB-121 --decision 21 --date 25/11/2026)" 0
chibo d3 sync >/dev/null
is "by the former code" "$(shows d3 CB-021)" "$(shows d3 CB-121)"
is "invite by a former code" "$(status "$BUILD/chibod" invite "$W" --org CB-021 --role member --person "Hà Văn Tư")" 0

# A role ends: what was written is handed in, then nothing of it is there but the ward's word on what it did not take;
# given back, everything comes again.
member() {
    chibo d2 add member --json --set family_name=Lò --set "given_name=$1" --set gender=male --set born=12/3/1988 |
        sed -n 's/.*"id":"\([0-9a-f]*\)".*/\1/p'
}
X=$(member Xuân)
chibo d2 sync >/dev/null
Y=$(member Yên)
is "a person refuses" "$(status "$BUILD/chibod" refuse "$W" "$X" --by "Trần Văn Bình" --reason "Ghi nhầm ngày sinh.")" 0
task d2 f2 >/dev/null
is end "$(status "$BUILD/chibod" end "$W" --person "Nguyễn Văn Mẫu 2" --role deputy --org CB-020)" 0
is "not held any more" "$(status "$BUILD/chibod" end "$W" --person "Nguyễn Văn Mẫu 2" --role deputy --org CB-020)" "$(status chibo d1 show ffffffff)"
# Its file is damaged meanwhile: the ward gives no leaves of it any more, doi-khop hands in instead.
"${PYTHON:-/usr/bin/python3}" tests/e2e/rot.py "$H/d2/so/data.mdb" leaf 1000
said=$(chibo d2 reconcile --json)
is "damaged, and not for it any more" "$?$(number unrepaired "$said")" 00
is "nothing is left" "$(shows d2)$(chibo d2 list member --json)" ""
refused=$(chibo d2 refused --json)
is "what was refused is told" "$(grep "\"$X\"" <<<"$refused" | grep -c '"verdict":"refused","reason":"BY_PERSON".*"text":"Ghi nhầm ngày sinh.","by":"Trần Văn Bình","time":"20')" 2
is "and what waits" "$(grep "\"$Y\"" <<<"$refused" | grep -c '"verdict":"held","reason":"HELD_FOR_PERSON"')" 2
is "and nothing else" "$(wc -l <<<"$refused")" 4
is "status counts them" "$(number refused "$(chibo d2 status --json)") $(number held "$(chibo d2 status --json)")" "2 1"
is "status names the record" "$(chibo d2 status | grep -c "$X")" 2
is "there is nowhere to send it again" "$(status chibo d2 resend "$(number number "$(grep "\"$X\"" <<<"$refused" | head -n 1)")")" 17 # NOT_READABLE
is "again" "$(status chibo d2 sync)" 0
is grant "$(status "$BUILD/chibod" grant "$W" --person "Nguyễn Văn Mẫu 2" --role deputy --org CB-020)" 0
chibo d2 sync >/dev/null
is "all again, and what was written in office counts" "$(shows d2)" "a1x a2 b1 b2 c1 d1 e1 f2 "
is "d2 verifies" "$(chibo d2 verify --json | grep -c '"complete":true')" 1

# A member moves: the record goes with its history, is shown and counted once, and what comes late follows it.
"$BUILD/chibo" init --home "$H/d4" "$("$BUILD/chibod" invite "$W" --org PHUONG --role clerk --person "Quàng Thị Tư")" >/dev/null
chibo d4 sync >/dev/null
MEMBER=$(chibo d4 add member --json --org CB-020 --set family_name=Lò --set given_name=Mẫu --set gender=female --set born=1980 |
    sed -n 's/.*"id":"\([0-9a-f]*\)".*/\1/p')
for round in 1 2; do for d in d4 d1 d3; do chibo $d sync >/dev/null; done; done
members() { chibo "$1" list member --json | sed -n 's/.*"id":"\([0-9a-f]*\)".*/\1/p' | tr '\n' ' '; }
counted() { "$BUILD/chibod" overview "$W" --json | grep "\"$1\"" | sed 's/.*"members":\([0-9]*\).*/\1/' | awk '{n += $1} END {printf "%d", n}'; }
is "before" "$(members d1)$(members d3)$(counted CB-020)$(counted CB-121)" "$MEMBER 10"
is "to where it is" "$("$BUILD/chibod" move "$W" --person "$MEMBER" --to CB-020 2>&1 | grep -c already)" 1
is "dry move" "$("$BUILD/chibod" move "$W" --person "${MEMBER:0:12}" --to CB-121 --dry-run --json | grep -c '"dry_run":true')" 1
is move "$(status "$BUILD/chibod" move "$W" --person "${MEMBER:0:12}" --to CB-121)" 0
chibo d1 edit "$MEMBER" --set phone=0912345678 >/dev/null # the old cell does not know yet
for d in d1 d3 d4; do chibo $d sync >/dev/null; done
is "in the new cell" "$(members d3)" "$MEMBER "
is "once for the clerk" "$(members d4)" "$MEMBER "
is "where" "$(number org "$(chibo d4 show "$MEMBER" --json)")" CB-121
is "what came late" "$(number phone "$(chibo d3 show "$MEMBER" --json)")" 0912345678
is "counted once" "$(counted CB-020)$(counted CB-121)" 01
for d in d1 d3 d4; do is "$d verifies" "$(chibo $d verify --json | grep -c '"complete":true')" 1; done
serve_stop
is "overview to the end" "$(status "$BUILD/chibod" overview "$W")" 0
finish
