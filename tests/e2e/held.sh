#!/bin/bash
# held.sh - what waits for a person, on the real binaries: seen by the ward, accepted or refused with a reason, and what
# becomes of it on its author's device and on others.
. tests/e2e/lib.sh

world secretary deputy
"$BUILD/chibo" init --home "$H/d3" "$("$BUILD/chibod" invite "$W" --org CB-014 --role secretary --another-device \
    --person "nguyen van mau 1")" >/dev/null || exit 1 # the secretary's second machine
chibo d3 sync --json >/dev/null
field() { sed -n "s/.*\"$1\":\"\{0,1\}\([^\",}]*\).*/\1/p" | head -n 1; }
held() { "$BUILD/chibod" held "$W" --json; }
ids_held() { held | grep -oE '"id":"[0-9a-f]{64}"' | cut -d '"' -f 4; }
ward() { "$BUILD/chibod" "$@" 2>>"$TMP/log"; }
# member DEVICE GIVEN-NAME: its id
member() {
    chibo "$1" add member --json --set family_name=Nguyễn --set "given_name=$2" --set gender=male --set born=12/3/1988 |
        field id
}

# --- held, and seen to be held
an=$(member d1 An)
is "nothing waits yet" "$(held)" ""
held=$(chibo d1 sync --json)
is "both parts are held" "$(number held "$held")" 2
is "why" "$(number reason "$held")" HELD_FOR_PERSON
is "the ward lists them as one record" "$(held | wc -l)" 1
is "with the ids of both changes" "$(ids_held | wc -l)" 2
is "for eyes, with fields of both classes" "$("$BUILD/chibod" held "$W" | grep -cE 'First name: An|Given name: An|12/03/1988|1 records wait for a decision, 2 changes')" 3
is "with their author" "$(held | field person)" "Nguyễn Văn Mẫu 1"
is "and what it would be" "$(held | grep -c '"given_name":{"old":null,"new":"An"}')" 1
is "overview counts them" "$(ward overview "$W" --json | grep -c '"code":"CB-014".*"held":1,"held_since":"20')" 1
holds "overview for eyes" grep -q "1 (0 days)" <(ward overview "$W")
chibo d2 sync --json >/dev/null
is "another device has no body" "$(chibo d2 list member --json | wc -l)" 0
is "an officer's status says that they wait" "$(number count "$(chibo d2 status --json)")" 2
chibo d3 sync --json >/dev/null
is "the author's other device shows it" "$(chibo d3 list member --json | field transport)" held
is "and counts it, once" "$(number held "$(chibo d3 status --json)") $(number held_changes "$(chibo d3 status --json)")" "1 2"
is "the author's column" "$(chibo d1 list member --json | field transport)" held

# --- names that are no ids
ids=$(ids_held)
first=$(head -n 1 <<<"$ids") second=$(tail -n 1 <<<"$ids")
ward accept "$W" 12345
is "too short" $? 2
ward accept "$W" ffffffffffff
is "unknown" $? 2
holds "and told where to look" grep -q "chibod cho-xem-xet" <(tail -n 1 "$TMP/log")
ward refuse "$W" "${first:0:12}"
is "nobody is refused without a reason" $? 2

# --- accepted
said=$(ward accept "$W" "${first:0:12}" --by 'Trần Văn Bình')
is "accept says which" "$(head -n 1 <<<"$said")" "$first"
is "and that another part waits" "$(tail -n 1 <<<"$said")" "! 1 more changes to this record wait; its id decides them together: $an"
is "the other one" "$(ward accept "$W" "$second")" "$second"
ward accept "$W" "$first"
is "not twice" $? 2
is "nothing waits now" "$(held)" ""
for d in d2 d1 d3; do
    chibo $d sync --json >/dev/null
    is "$d has the member" "$(chibo $d show "$an" --json | field given_name)" An
    is "$d: received" "$(chibo $d show "$an" --json | field transport)" received
done

# --- refused, with a reason that is read offline
binh=$(member d1 Bình)
chibo d1 sync --json >/dev/null
out=$(ward refuse "$W" "$binh" --by "Trần Văn Bình" --reason "Ghi nhầm ngày sinh." --json)
is "one word for the record" "$(number record "$out") $(number waiting "$out") $(number half "$out")" "$binh 0 false"
is "nothing of it waits" "$(held)" ""
out=$(chibo d1 sync --json)
is "told at once" $? 3
is "two are refused" "$(number refused "$out")" 2
is "by a person" "$(number reason "$out")" BY_PERSON
chibo d3 sync --json >/dev/null
is "the other device is told at once, too" $? 3
serve_stop
for d in d3 d1; do
    refused=$(chibo $d refused --json)
    is "$d: listed offline" "$(wc -l <<<"$refused")" 2
    is "$d: why" "$(field text <<<"$refused")" "Ghi nhầm ngày sinh."
    is "$d: by whom" "$(field by <<<"$refused")" "Trần Văn Bình"
    is "$d: when" "$(grep -c '"time":"20' <<<"$refused")" 2
    is "$d: status names them" "$(number refused "$(chibo $d status --json)")" 2
done
is "history says it too" "$(chibo d1 show "$an" --history --json | grep -c '"verdict":"accepted"')" 1

holds "and whoever looks for the record is told" grep -q "khong-nhan" <(chibo d1 show "$binh" 2>&1)

# --- corrected and sent again, from the second device; the first hears of it
part=$(chibo d3 refused --json | grep '"born"' | sed -n 's/.*"number":\([0-9]*\).*/\1/p')
other=$(chibo d3 refused --json | grep -v '"born"' | sed -n 's/.*"number":\([0-9]*\).*/\1/p')
chibo d3 resend "$part" --set born=13/4/1988 --json >/dev/null
is "sent again, corrected" $? 0
chibo d3 resend "$other" --json >/dev/null
chibo d3 resend "$part" 2>/dev/null
is "not twice" $? 2
is "nothing is refused any more" "$(number refused "$(chibo d3 status --json)")" 0
one=$(chibo d1 refused --json | grep '"born"' | sed -n 's/.*"number":\([0-9]*\).*/\1/p')
chibo d1 resend "$(chibo d1 refused --json | grep -v '"born"' | sed -n 's/.*"number":\([0-9]*\).*/\1/p')" --json >/dev/null
is "the first sends one part too, not knowing" $? 0
serve
chibo d3 sync --json >/dev/null
chibo d1 sync --json >/dev/null
chibo d1 resend "$one" 2>/dev/null
is "now it knows that the other part was sent again" $? 2
is "and lists nothing as refused" "$(chibo d1 refused --json | wc -l)" 0
is "one record waits, with three changes" "$(held | wc -l) $(ids_held | wc -l)" "1 3"
is "its id accepts it" "$(ward accept "$W" "${binh:0:13}" --json | grep -oE '[0-9a-f]{64}' | wc -l)" 3
for d in d2 d1 d3; do
    chibo $d sync --json >/dev/null
    is "$d has the corrected one" "$(chibo $d show "$binh" --json | field born)" 1988-04-13
    is "$d has it once, in one mind" "$(chibo $d list member --json | wc -l) $(chibo $d conflicts --json | wc -l)" "2 0"
    is "$d verifies" "$(number complete "$(chibo $d verify --json)")" true
done
serve_stop
finish
