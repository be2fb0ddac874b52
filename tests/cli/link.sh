#!/bin/bash
# link.sh - records that look like one are flagged, never merged; a person says whether they are, and may unsay it.
. "$(dirname "$0")/lib.sh"
run 0 chibo init --org CB-014 --name 'Chi bộ 14'
M=$(member Lò Văn Thử)
run 0 chibo add member --set family_name=LO --set middle_name=van --set 'given_name=thử' --set gender=nam --set born=1961
complains 'Nghi trùng: trùng họ tên và ngày sinh'
N=$(grep -oE '^[0-9a-f]{32}' <<<"$OUT")
# A homonym with another birth is another person.
run 0 chibo add member --set family_name=Lò --set middle_name=Văn --set given_name=Thử --set gender=nam --set born=1975
same "$ERR" ''
P=$(grep -oE '^[0-9a-f]{32}' <<<"$OUT")
run 0 chibo conflicts --json
lines 1
same "$(field alike) $(field id) $(field other)" "\"member\" \"$(printf '%s\n' "$M" "$N" | sort | head -n 1)\" \"$(printf '%s\n' "$M" "$N" | sort | tail -n 1)\""

# The same dues twice: flagged, both kept; a reversal is no double.
F=$(id chibo add fee_payment --set "member=$M" --set month=10/2026 --set amount=32.000)
run 0 chibo add dang-phi --set "member=$M" --set month=10/2026 --set amount=32000 --set receipt=0017
complains 'một tháng ghi nộp hai lần'
G=$(grep -oE '^[0-9a-f]{32}' <<<"$OUT")
run 0 chibo list fee_payment --json
lines 2
run 0 chibo conflicts
says 'một tháng ghi nộp hai lần'
says 'trùng họ tên và ngày sinh'

# One person: in either direction the same record, and lists say so; the smallest id names the class.
S=$(printf '%s\n' "$M" "$N" | sort | head -n 1) L=$(printf '%s\n' "$M" "$N" | sort | tail -n 1)
run 0 chibo link "$M" "$N" --json
A=$(field id)
run 0 chibo noi "$N" "$M" --json
same "$(field id)" "$A"
run 0 chibo list member
says "= là một với $S"
run 0 chibo show "$L" --json
same "$(field same_as)" "\"$S\""
run 2 chibo link "$P" "$L"
complains 'ngày sinh khác nhau'
complains '1975'
complains '1961'
run 0 chibo link "$P" "$L" --yes
run 0 chibo show "$P" --json
same "$(field same_as)" "\"$(printf '%s\n' "$M" "$N" "$P" | sort | head -n 1)\""
run 0 chibo conflicts
silent_on 'trùng họ tên'
run 0 chibo tach "$M" "$N" --json
same "$(field id) $(field fields.verdict)" "$A \"apart\""
run 0 chibo unlink "$P" "$L"
run 0 chibo show "$L" --json
same "$(field same_as)" null
run 0 chibo conflicts
silent_on 'trùng họ tên'
run 0 chibo link "$F" "$G"
run 0 chibo conflicts
says 'Không có gì chờ giải quyết.'
run 0 chibo unlink "$F" "$G"
K=$(id chibo add fee_payment --set "member=$M" --set month=9/2026 --set amount=32000)
run 0 chibo add fee_payment --set "member=$M" --set month=9/2026 --set amount=32000
complains 'một tháng ghi nộp hai lần'
run 0 chibo add fee_payment --set "member=$M" --set month=9/2026 --set amount=-32000 --set "reverses=$K"
same "$ERR" ''
run 0 chibo conflicts
says 'Không có gì chờ giải quyết.'

run 2 chibo link "$M" "$F"
complains 'chỉ nối được hai đảng viên, hoặc hai khoản nộp'
run 2 chibo link "$M" "$M"
complains 'đó là cùng một bản ghi'
run 2 chibo link "$M"
run 2 chibo link "$M" ffffffffff
complains 'ffffffffff'

# The counts of a vote add up, or are not taken.
H=$(id chibo add meeting --set type=regular --set period=11/2026 --set date=4/11/2026 --set start=19:00 --set "chair=$M" --set "scribe=$M")
run 2 chibo add vote --set "meeting=$H" --set 'subject=Kết nạp' --set agree=10 --set against=1 --set abstain=0 --set eligible=12
complains 'Tổng số có quyền biểu quyết'
V=$(id chibo add vote --set "meeting=$H" --set 'subject=Kết nạp' --set agree=10 --set against=1 --set abstain=1 --set eligible=12)
run 2 chibo edit "$V" --set agree=11
run 0 chibo edit "$V" --set agree=11 --set abstain=0
run 0 chibo add speech --set "meeting=$H" --set order=1 --set "member=$M" --set 'text=Nhất trí với dự thảo'
run 0 chibo add speech --set "meeting=$H" --set order=2 --set "member=$M" --set 'text=nhat tri voi du thao'
complains 'trùng ý kiến phát biểu'
finish
