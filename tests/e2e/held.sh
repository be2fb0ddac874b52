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
is "the ward lists them" "$(held | wc -l)" 2
is "with their author" "$(held | field person)" "Nguyễn Văn Mẫu 1"
is "and what it would be" "$(held | grep -c '"given_name":{"old":null,"new":"An"}')" 1
is "overview counts them" "$(ward overview "$W" --json | grep -c '"code":"CB-014".*"held":2,"held_since":"20')" 1
holds "overview for eyes" grep -q "2 (0 days)" <(ward overview "$W")
chibo d2 sync --json >/dev/null
is "another device has no body" "$(chibo d2 list member --json | wc -l)" 0

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
done

serve_stop
finish
