#!/bin/bash
# walk_inspector.sh - the fifth walkthrough: the inspection committee looks at a cell: why it looks is written down, what is
# signed is proved, what was amended and when is seen, what it finds is recorded by prompts; the cell's own records it cannot
# write.
. "$(dirname "$0")/lib_walk.sh"
that_evening() { "$@"; } # with a ward the clock is the true one
ward
A=$FAST/a C=$FAST/c K=$FAST/k
run 0 chibo init "$(chibod invite "$WARD" --org PHUONG --role clerk --person 'Điêu Thị Văn')" --home "$C"
run 0 chibo init "$(invite secretary 'Nguyễn Thị Bí')" --home "$A"
run 0 chibo init "$(chibod invite "$WARD" --org PHUONG --role inspect --person 'Cà Văn Kiểm')" --home "$K"
both() { for home in "$@"; do chibo sync --home "$home" >/dev/null 2>&1; done; }
for home in "$A" "$C" "$K"; do run 0 chibo sync --home "$home" --tu-dong tat; done
add() { id chibo add "$2" --home "$1" "${@:3}"; }
M=$(add "$C" member --org CB-014 --set family_name=Lò --set given_name=Thử --set gender=nam --set born=1961)
both "$C" "$A"
H=$(add "$A" meeting --set type=regular --set period=11/2026 --set date=4/11/2026 --set start=19:30 --set end=21:05 --set "chair=$M" --set "scribe=$M" --set status=held)
B=$(add "$A" minutes --set "meeting=$H" --set conclusion='Nhất trí giao tổ ba')
run 0 chibo ky "$B" --home "$A"
both "$A" "$K"
run 0 chibo dinh-chinh "$B" --home "$A" --muc conclusion='Nhất trí giao tổ bốn'
F=$(add "$A" fee_payment --set "member=$M" --set month=11/2026 --set amount=32000 --set receipt=118)
both "$A" "$K"
export CHIBO_HOME=$K

# The visit is opened with its reason before anything is read: a line of the log of reading, and an inspection that the
# cell sees; a secretary opens none.
shows kiem-tra mo --chi-bo CB-014 --ke-hoach 05-KH/UBKT --tu 01/2025 --den 10/2026
same "$STATUS" 0
says '05-KH/UBKT: 01/2025 – 10/2026. Theo 296-QĐ/TW (thay 22-QĐ/TW).'
run 0 chibo list access_log --json
same "$(field fields.who) $(field fields.what) $(field fields.why) $(field fields.exported)" \
    '"Cà Văn Kiểm" "CB-014, 01/2025 – 10/2026" "05-KH/UBKT" "read"'
both "$K" "$A"
run 0 chibo list inspection --home "$A"
says '05-KH/UBKT: 01/2025'
run 12 chibo kiem-tra mo --home "$A" --chi-bo CB-014 --ke-hoach 1 --tu 2025
run 2 chibo kiem-tra mo --chi-bo CB-099 --ke-hoach 1 --tu 2025
run 2 chibo kiem-tra mo --chi-bo CB-014 --ke-hoach 1 --tu 11/2026 --den 2025

# Every signature and every line of the log is recomputed from the beginning.
shows kiem-chung
same "$STATUS" 0
says 'Tất cả đều nguyên vẹn.'
# The text that was signed, and what was said about it afterwards, with who and when.
shows xem "$B" --lich-su
for text in 'đã chốt' 'Kết luận: Nhất trí giao tổ ba' 'Kết luận: Nhất trí giao tổ bốn' 'đính chính' 'Nguyễn Thị Bí'; do says "$text"; done
shows liet-ke dang-phi
says 'Lò Thử · 11/2026 · 32.000 đ'

# What he finds, by prompts; the cell sees it.
talk ghi kiem-tra --chi-bo CB-014 <<'E'
Loại kiểm tra, giám sát | 1
Năm kế hoạch | hai nghìn
Năm kế hoạch | 2026
Nội dung kiểm tra, giám sát | Thu nộp đảng phí
E
same "$STATUS" 0
talk ghi han-che --chi-bo CB-014 --muc defect='Thiếu chữ ký người nộp' <<'E'
Thu nộp đảng phí | 1
Nội dung xem xét | Biên lai tháng 11
E
same "$STATUS" 0
# What is the cell's he does not write: he is told at once, and it never counts.
run 0 chibo add task --org CB-014 --set duty='Tự ghi hộ' --set from=4/11/2026
complains 'phường có thể sẽ không nhận mục này'
chibo hoan-tac >/dev/null
both "$K" "$A"
run 0 chibo list finding --home "$A"
says 'Biên lai tháng 11'
for home in "$A" "$K"; do run 0 chibo verify --home "$home"; done
finish
