#!/bin/bash
# held.sh - what waits for a person, on the real binaries: seen by the ward, accepted or refused with a reason, and what
# becomes of it on its author's device and on others.
. tests/e2e/lib.sh

world secretary deputy
field() { sed -n "s/.*\"$1\":\"\{0,1\}\([^\",}]*\).*/\1/p" | head -n 1; }
held() { "$BUILD/chibod" held "$W" --json; }
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
is "the ward lists them" "$(held | wc -l)" 2
is "with their author" "$(held | field person)" "Nguyễn Văn Mẫu 1"
is "and what it would be" "$(held | grep -c '"given_name":{"old":null,"new":"An"}')" 1
is "overview counts them" "$(ward overview "$W" --json | grep -c '"code":"CB-014".*"held":2,"held_since":"20')" 1
holds "overview for eyes" grep -q "2 (0 days)" <(ward overview "$W")
chibo d2 sync --json >/dev/null
is "another device has no body" "$(chibo d2 list member --json | wc -l)" 0
is "an officer's status says that they wait" "$(number count "$(chibo d2 status --json)")" 2
is "the author's column" "$(chibo d1 list member --json | field transport)" held

# --- names that are no ids
ids=$(held | sed -n 's/^{"v":1,"id":"\([0-9a-f]*\)".*/\1/p')
first=$(head -n 1 <<<"$ids") second=$(tail -n 1 <<<"$ids")
ward accept "$W" 12345
is "too short" $? 2
ward accept "$W" ffffffffffff
is "unknown" $? 2
ward refuse "$W" "${first:0:12}"
is "nobody is refused without a reason" $? 2

# --- accepted
is "accept says which" "$(ward accept "$W" "${first:0:12}" --by 'Trần Văn Bình')" "$first"
is "the other one" "$(ward accept "$W" "$second")" "$second"
ward accept "$W" "$first"
is "not twice" $? 2
is "nothing waits now" "$(held)" ""
for d in d2 d1; do
    chibo $d sync --json >/dev/null
    is "$d has the member" "$(chibo $d show "$an" --json | field given_name)" An
    is "$d: received" "$(chibo $d show "$an" --json | field transport)" received
done

# --- refused, with a reason that is read offline
binh=$(member d1 Bình)
chibo d1 sync --json >/dev/null
for id in $(held | sed -n 's/^{"v":1,"id":"\([0-9a-f]*\)".*/\1/p'); do
    ward refuse "$W" "$id" --by "Trần Văn Bình" --reason "Ghi nhầm ngày sinh." >/dev/null
done
out=$(chibo d1 sync --json)
is "told at once" $? 3
is "two are refused" "$(number refused "$out")" 2
is "by a person" "$(number reason "$out")" BY_PERSON
serve_stop
refused=$(chibo d1 refused --json)
is "listed offline" "$(wc -l <<<"$refused")" 2
is "why" "$(field text <<<"$refused")" "Ghi nhầm ngày sinh."
is "by whom" "$(field by <<<"$refused")" "Trần Văn Bình"
is "status names them" "$(number refused "$(chibo d1 status --json)")" 2
is "history says it too" "$(chibo d1 show "$an" --history --json | grep -c '"verdict":"accepted"')" 1

holds "and whoever looks for the record is told" grep -q "khong-nhan" <(chibo d1 show "$binh" 2>&1)

# --- corrected and sent again
part=$(grep '"born"' <<<"$refused" | sed -n 's/.*"number":\([0-9]*\).*/\1/p')
other=$(grep -v '"born"' <<<"$refused" | sed -n 's/.*"number":\([0-9]*\).*/\1/p')
chibo d1 resend "$part" --set born=13/4/1988 --json >/dev/null
is "sent again, corrected" $? 0
chibo d1 resend "$other" --json >/dev/null
chibo d1 resend "$part" 2>/dev/null
is "not twice" $? 2
is "nothing is refused any more" "$(number refused "$(chibo d1 status --json)")" 0
serve
chibo d1 sync --json >/dev/null
for id in $(held | sed -n 's/^{"v":1,"id":"\([0-9a-f]*\)".*/\1/p'); do
    ward accept "$W" "$id" >/dev/null
done
for d in d2 d1; do
    chibo $d sync --json >/dev/null
    is "$d has the corrected one" "$(chibo $d show "$binh" --json | field born)" 1988-04-13
    is "$d verifies" "$(number complete "$(chibo $d verify --json)")" true
done
serve_stop
finish
