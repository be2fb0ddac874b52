#!/bin/bash
# walk_secretary.sh - the first walkthrough: a secretary of 68 at the house of culture without a network records a regular
# meeting of sixty members at a bare terminal; what that takes in answers, with and without the meeting before; what a power
# cut or a closed window leaves; no language set at all.
. "$(dirname "$0")/lib_walk.sh"
run 0 chibo init --org CB-014 --name 'Chi bộ Tổ dân phố 14'
{
    echo 'family_name,middle_name,given_name,gender,born'
    for n in {1..57}; do echo "Lò,Văn,Thử $((n + 100)),nam,1960"; done
    printf '%s\n' 'Nguyễn,Thị,Mẫu,nữ,1958' 'Trần,Thị,Giả,nữ,1949' 'Quàng,Thị,Ví Dụ,nữ,1970'
} >"$TMP/ds.csv"
run 0 chibo nhap dang-vien "$TMP/ds.csv"
OLD=$(chibo list member --json --where given_name='Thử 157' | grep -oE '[0-9a-f]{32}' | head -n 1)
run 0 chibo add exemption --set "member=$OLD" --set type=age --set resolution_no=3-NQ/CB --set from=1/1/2026
same "$(chibo list member --json | grep -c '"v"')" 60
export LC_ALL=C
unset LANG
marks() { chibo list attendance --json --where "meeting=$1" --where "mark=$2" | grep -c '"v"'; }
meeting_of() { chibo list meeting --json --where "period=$1" | grep -oE '"id":"[0-9a-f]{32}"' | cut -d'"' -f4; }

# The first meeting: a day that the month does not have, a month without its year, hours as they are said; then the window
# is closed.
talk <<'E'
SỔ CHI BỘ · Chi bộ Tổ dân phố 14 (CB-014) | 1
Loại sinh hoạt (1 thường kỳ, 2 chuyên đề | 1
Tháng [11/2026] | 4/11
Xin gõ tháng dạng 11/2026. |
Ngày [thứ Tư, 04/11/2026] | 31/11
Tháng 11 chỉ có 30 ngày. | mung 4
✗ | 4/11
→ thứ Tư, 04/11/2026 | 7h30 toi
→ 19:30 | CLOSE
E
run 0 chibo list meeting --json
lines 0
# Every answer is there again, Enter keeps it, and "<" goes back. The power goes in the middle of the roll call.
LONG=$(printf 'Ý kiến %.0s' {1..600}) # more than a terminal holds of a line: not half of it is taken
talk <<E
Chọn số | 1
Lần trước ghi dở |
Tháng [11/2026] |
Ngày [thứ Tư, 04/11/2026] |
Bắt đầu [19:30] |
Địa điểm | $LONG
Dòng dài quá, máy không nhận hết. | Nha van hoa
Chủ trì | <
Địa điểm [Nha van hoa] | Nhà văn hóa
Chủ trì | 2
→ Nguyễn Thị Mẫu | 60
→ Quàng Thị Ví Dụ | Đọc nghị quyết;Thu đảng phí
Gõ số thứ tự người VẮNG, cách nhau dấu phẩy (Enter: không ai vắng). 60 đảng viên, 1 được miễn | 5,12,40
5 Lò Văn Thử 103 – 1 ốm, 2 việc nhà, 3 công tác, 4 không lý do | 1
12 Lò Văn Thử 110 | KILL
E
H=$(meeting_of 11/2026)
same "$(marks "$H" present)" 0
# The roll is called on from where it stood; the end is asked afterwards, and what is short is only said.
talk <<'E'
Chọn số | 2
Buổi nào [1] |
Lần trước điểm danh dở; Enter để làm tiếp. |
12 Lò Văn Thử 110 | 3
40 Lò Văn Thử 138 | đi đám cưới
Có mặt 56/59, đạt 94,9 %. | 0
E
for mark in 'present 56' 'excused 3' 'exempt 1'; do same "$(marks "$H" "${mark% *}")" "${mark#* }"; done
run 0 chibo list attendance --json --where "meeting=$H" --where reason='ốm'
lines 1
run 0 chibo edit "$H" --set end=20h35
complains '65 phút'

# The same from the beginning to the end in one go: everything that is recorded of a regular meeting, and the minutes.
talk <<'E'
Chọn số | 1
Như buổi trước: thường kỳ · 11/2026 · 04/11/2026? (c/k) [c] | k
Loại sinh hoạt | 1
Tháng | 12/2026
Ngày | 4/12/2026
→ thứ Sáu, 04/12/2026 | 19h30
Địa điểm [Nhà văn hóa] |
Chủ trì (gõ số thứ tự) [Nguyễn Thị Mẫu] |
Thư ký |
Nội dung | Kiểm điểm cuối năm
Gõ số thứ tự người VẮNG | 5,12
5 Lò Văn Thử 103 | 4
12 Lò Văn Thử 110 | 3
Có mặt 57/59, đạt 96,6 %. | 20h35
! Họp 65 phút | Nhiều đồng chí cao tuổi
Ghi tiếp biên bản, nghị quyết, phân công? (c/k) [k] | c
Khai mạc | Đủ thành phần
Thành phần tham dự | 57 đồng chí
Diễn biến | Bí thư đọc báo cáo
Kết luận | Thống nhất
Bế mạc | Biên bản đã thông qua
Có nghị quyết, kết luận không? | k
Phân công nhiệm vụ? | k
Chọn số | 0
E
same "$STATUS" 0
echo "walk_secretary: a regular meeting with its minutes: $ANSWERS answers"
if [ "$ANSWERS" -le 25 ]; then pass; else fail "answers: $ANSWERS"; fi
H=$(meeting_of 12/2026)
same "$(marks "$H" present) $(marks "$H" excused) $(marks "$H" unexcused)" '57 1 1'
run 0 chibo show "$H" --json
same "$(field fields.end) $(field fields.short_reason)" '"20:35" "Nhiều đồng chí cao tuổi"'
run 0 chibo list minutes --json --where "meeting=$H"
same "$(field fields.proceedings) $(field fields.conclusion)" '"Bí thư đọc báo cáo" "Thống nhất"'

# Like the meeting before: place, chair, agenda and the roll with its reasons are there, Enter takes them.
talk <<'E'
Chọn số | 1
Như buổi trước: thường kỳ · 12/2026 |
Ngày | 4/1/2027
Bắt đầu [19:30] |
Gõ số thứ tự người VẮNG, cách nhau dấu phẩy (0: không ai). 60 đảng viên, 1 được miễn [5,12] |
Kết thúc | 21h15
Ghi tiếp |
Chọn số | 0
E
same "$STATUS" 0
echo "walk_secretary: like the meeting before: $ANSWERS answers"
if [ "$ANSWERS" -le 10 ]; then pass; else fail "answers: $ANSWERS"; fi
H=$(meeting_of 1/2027)
run 0 chibo show "$H" --json
same "$(field fields.place) $(field fields.agenda) $(field fields.end)" '"Nhà văn hóa" ["Kiểm điểm cuối năm"] "21:15"'
same "$(marks "$H" present) $(marks "$H" excused) $(marks "$H" unexcused) $(marks "$H" exempt)" '57 1 1 1'
run 0 chibo list attendance --json --where "meeting=$H" --where mark=excused
same "$(field fields.reason)" '"công tác"'

# The dues of the month on one screen: who owes what; all but one have paid; the rest is asked for the next time.
rate() { id chibo add fee_rate --set "member=$1" --set basis=pension --set amount="$2" --set from=1/2026 >/dev/null; }
for name in Mẫu Giả 'Ví Dụ'; do
    rate "$(chibo list member --json --where given_name="$name" | grep -oE '"id":"[0-9a-f]{32}"' | cut -d'"' -f4)" 32000
done
talk <<'E'
Chọn số | 4
Đảng phí tháng [11/2026] | 4/11
Xin gõ tháng dạng 11/2026. |
3 đảng viên phải đóng 96.000 đ. | 9
Chỉ gõ số trong danh sách | -2
Đã thu 2/3 người còn nợ, 64.000 đ. | 4
Đảng phí tháng |
1  Nguyễn Thị Mẫu: 32.000 đ | <
Chọn số | 0
E
run 0 chibo list fee_payment --json --where month=11/2026
lines 2

# A form on paper, by number.
talk <<E
Chọn số | 8
In mẫu số | 99
Xin gõ một số trong danh sách. | 1
Của tháng, quý, năm nào |
Ghi ra tệp PDF [danh-sach-dang-vien.pdf] | $FAST/ds.pdf
Đã ghi xong tệp. | 0
E
same "$(head -c 5 "$FAST/ds.pdf")" '%PDF-'

# Taken back from the menu: the end, then the roll as a whole, then the meeting.
talk <<'E'
Chọn số | 15
Khoản đảng phí đã nộp · Trần Thị Giả · 11/2026 · 32.000 đ | c
Chọn số | 15
Mức đóng đảng phí · Quàng Thị Ví Dụ | c
Chọn số | 15
Mức đóng đảng phí | c
Chọn số | 15
Mức đóng đảng phí | c
Chọn số | 15
Kết thúc: 21:15 → – |
Chọn số | 15
Hoàn tác việc này? (c/k) [c] | c
Chọn số | 15
Buổi sinh hoạt · thường kỳ · 01/2027 | k
Không hoàn tác gì. | 0
E
same "$(marks "$H" present) $(meeting_of 1/2027)" "0 $H"
run 0 chibo kiem-chung
finish
