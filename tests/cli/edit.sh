#!/bin/bash
# edit.sh - other values, cleared ones, lists, groups, what cannot be changed.
. "$(dirname "$0")/lib.sh"

run 0 chibo init --org CB-014 --name 'Chi bộ 14'
M=$(member Lò Văn Thử)
N=$(member Trần Thị Giả)
T=$(id chibo add task --set duty='Việc một' --set from=4/11/2026 --set due=1/12/2026 --set "members=$M")

run 0 chibo sua "${T:0:16}" --muc duty='Việc hai' --muc status=doing
says 'Việc hai'
run 0 chibo edit "$T" --set due= --set "members=$N" --json
same "$(field fields.due)" null
same "$(field fields.members)" "$(printf '["%s", "%s"]' "$M" "$N")"
run 0 chibo edit "$T" --set members= --json
same "$(field fields.members)" null
run 0 chibo edit "$T" --set "members=$N" --json
same "$(field fields.members)" "[\"$N\"]"
run 0 chibo edit "$T" --set members= --set "members=$M" --json
same "$(field fields.members)" "[\"$M\"]"
run 0 chibo edit "$T" --set 'duty=Việc hai'
complains 'Không có gì thay đổi'

run 2 chibo edit "$T" --set duty=
complains 'Nhiệm vụ'
run 2 chibo edit "$T" --set duty=a --set duty=b
complains 'gõ hai lần'
run 2 chibo edit "${T:0:5}" --set duty=a
complains '6 ký tự'
run 2 chibo edit ffffffff --set duty=a
complains 'Không tìm thấy bản ghi này.'
run 2 chibo edit "$T"

# start and end of a meeting are one statement: whoever writes one writes both.
H=$(id chibo add meeting --set type=regular --set period=10/2026 --set date=4/10/2026 --set start=19:00 --set "chair=$M" --set scribe=$N)
run 0 chibo edit "$H" --set end=20:30
run 0 chibo show "$H" --json --history
same "$(field history.1.op)" '"set"'
same "$(field history.1.fields.start)" '"19:00"'
same "$(field history.1.fields.end)" '"20:30"'
run 2 chibo edit "$H" --set type=topic
complains 'Mục này chỉ ghi một lần'
# Long sections of minutes are changes of their own: each fits in one frame, and a cut costs no more than that.
LONG=$(head -c 30000 /dev/zero | tr '\0' a)
B=$(id chibo add minutes --set "meeting=$H" --set "opening=$LONG" --set 'attendees=đủ' --set "proceedings=$LONG" --set "conclusion=$LONG" --set closing=hết)
run 0 chibo show "$B" --json --history
same "$(field fields.conclusion)" "\"$LONG\""
same "$(field fields.closing)" '"hết"'
same "$(field history.0.op) $(field history.1.op) $(field history.2.op)" '"create" "set" "set"'
same "$(field history.0.fields.opening)" "\"$LONG\""
same "$(field history.0.fields.closing)" '"hết"'
same "$(field history.1.fields.proceedings)" "\"$LONG\""
finish
