#!/bin/bash
# due.sh - `den-han`, `huy-hieu` and the notes on a record: what the rules of its own date say, 2015 beside 2026.
. tests/cli/lib.sh

run 0 chibo init --org CB-014 --name 'Chi bộ Tổ dân phố 14'
person() { # NAME [FIELD=VALUE…]
    local words=(--muc family_name=Lò --muc "given_name=$1" --muc gender=nam --muc born=1950)
    shift
    for word; do words+=(--muc "$word"); done
    id chibo ghi dang-vien "${words[@]}"
}
A=$(person An admitted=7/11/1976)
B=$(person Bình admitted=8/11/1976)
C=$(person Cường admitted=1/1/1996 badges=30)
D=$(person Dũng admitted=1/6/1976 died=1/1/2026)
E=$(person Em entered=30/11/2025 admitted=15/11/2025)
same "$(printf '%s' "$A$B$C$D$E" | wc -c)" 160

# --- a meeting of 65 minutes: short by the rules of 2026, and nothing is known of one in 2015
meeting() { # DATE END [FIELD=VALUE…]: $ERR holds the notes
    local date=$1 end=$2
    shift 2
    run 0 chibo ghi hop --muc "period=${date#*/}" --muc "date=$date" --muc start=19:30 --muc "end=$end" --muc "chair=$A" --muc "scribe=$B" "$@"
}
meeting 4/11/2026 20:35 --muc type=regular
complains '! Họp 65 phút: dưới 90 phút (42-HD/BTCTW)'
complains 'Cứ ghi đúng thực tế'
NOW=$OUT
run 0 chibo xem "$NOW"
says '! Họp 65 phút: dưới 90 phút (42-HD/BTCTW)'
run 0 chibo sua "$NOW" --muc 'short_reason=nhiều đồng chí cao tuổi'
run 0 chibo xem "$NOW"
says 'dưới 90 phút'
silent_on 'Cứ ghi đúng thực tế'
run 0 chibo sua "$NOW" --muc end=21:00
run 0 chibo xem "$NOW"
silent_on 'dưới 90 phút'
meeting 4/10/2020 20:35 --muc type=regular
complains '! Họp 65 phút: dưới 90 phút (12-HD/BTCTW)'
meeting 4/6/2015 20:35 --muc type=regular
same "$(grep -c phút <<<"$ERR")" 0
OLD=$OUT
run 0 chibo xem "$OLD"
silent_on '! '
meeting 4/9/2026 21:15 --muc type=both
complains '! Họp 105 phút: dưới 120 phút (42-HD/BTCTW)'
meeting 4/8/2026 20:00 --muc type=committee
same "$(grep -c phút <<<"$ERR")" 0

# --- a score and its level
run 0 chibo ghi cham-diem --muc "meeting=$NOW" --muc form=42 --muc self_total=91 --muc self_level=good --muc superior_total=86 --muc superior_level=good
complains '! 86 điểm ứng với mức: khá; đang ghi là: tốt (42-HD/BTCTW)'
same "$(grep -c '91 điểm' <<<"$ERR")" 0
run 0 chibo ghi cham-diem --muc "meeting=$OLD" --muc form=x --muc self_total=86 --muc self_level=good
same "$(grep -c điểm <<<"$ERR")" 0
for row in 90:tốt 89:khá 70:khá '69:trung bình' '50:trung bình' 49:kém; do
    run 0 chibo ghi cham-diem --muc "meeting=$NOW" --muc "form=${row%:*}" --muc "self_total=${row%:*}"
    complains "! ${row%:*} điểm ứng với mức: ${row#*:} (42-HD/BTCTW)"
done

# --- dues: by the rate, less what is waived; exempt at 50 years of Party age since 01/02/2026
rate() { run 0 chibo ghi muc-dong --muc "member=$1" --muc "basis=$2" --muc "amount=$3" --muc "from=$4" "${@:5}"; }
rate "$A" pension 32000 1/2020
rate "$C" salary 100000 1/2026 --muc waiver=30 --muc until=12/2026
same "$ERR" ''
rate "$E" student 3000 1/2026
same "$ERR" ''
rate "$E" student 3000 2/2026
complains '! Học sinh, sinh viên đóng 5.000 đ mỗi tháng (01-QĐ/TW)'
rate "$B" salary 50000 3/2026 --muc waiver=40 --muc until=3/2027
complains '! Các mức giảm đảng phí: 30, 50, 70 phần trăm (01-QĐ/TW)'
complains '! Mỗi lần giảm đảng phí không quá 12 tháng (01-QĐ/TW)'
run 0 chibo ghi dang-phi --muc "member=$C" --muc month=11/2026 --muc amount=100000
complains '! Mức đóng tháng 11/2026 của đồng chí này: 70.000 đ'
run 0 chibo ghi dang-phi --muc "member=$C" --muc month=10/2026 --muc amount=70000
same "$(grep -c 'Mức đóng' <<<"$ERR")" 0
run 0 chibo ghi dang-phi --muc "member=$B" --muc month=11/2026 --muc amount=10000

# --- what is due
P=$(id chibo ghi noi-sinh-hoat --muc "member=$E" --muc org=CB-014 --muc type=probationary --muc from=15/11/2025)
same ${#P} 32
run 0 chibo ghi nguon --muc 'name=Giàng Thị Thử' --muc born=1/1/2000 --muc class_date=28/2/2022 --muc state=class
run 0 chibo den-han --ngay 4/11/2026 --den 30/4/2027
says '30/11/2026  Hết thời gian dự bị'
same "$(grep -c 'Hết thời gian dự bị *Lò Em$' <<<"$OUT")" 1
says '28/02/2027  Giấy chứng nhận lớp bồi dưỡng hết hạn'
same "$(grep -c 'Huy hiệu Đảng 50 năm *Lò An$' <<<"$OUT")" 1
same "$(grep -c 'Đảng phí tháng này, 20.000 đ *Lò Bình$' <<<"$OUT")" 1 # 50.000 less 40 %, 10.000 paid
same "$(grep -c 'Đảng phí tháng này, 5.000 đ *Lò Em$' <<<"$OUT")" 1
same "$(grep -c 'Đảng phí tháng này.*Lò An' <<<"$OUT")" 1 # his 50 years are full on 07/11 only
same "$(grep -c 'Đảng phí tháng này.*Lò Cường' <<<"$OUT")" 0
run 0 chibo den-han --ngay 4/12/2026
same "$(grep -c 'Đảng phí tháng này.*Lò An' <<<"$OUT")" 0
same "$(grep -c '30/11/2026 .*Lò Em · QUÁ HẠN$' <<<"$OUT")" 1
run 0 chibo den-han --ngay 4/11/2025
same "$(grep -c 'Đảng phí tháng này, 32.000 đ *Lò An$' <<<"$OUT")" 1
run 0 chibo due --date 2026-11-04 --json
OUT=$(grep '"badge"' <<<"$OUT")
same "$(field what)" '"badge"'
same "$(field who)$(field when)$(field years)$(field org)" '"Lò An""2026-11-07"50"CB-014"'
run 2 chibo den-han --ngay 2026
run 2 chibo den-han --chi-bo CB-099

# What is not paid for three months of a year (01-QĐ/TW): by the end of June four of Bình's, whose rate began
# in March, and six of the others'; in 2025 there was no such rule.
run 0 chibo den-han --ngay 4/7/2026
same "$(grep -o 'Chưa đóng đảng phí, .*' <<<"$OUT" | tr -s ' ' | sort | paste -sd'|')" \
    'Chưa đóng đảng phí, 4 tháng Lò Bình|Chưa đóng đảng phí, 6 tháng Lò An|Chưa đóng đảng phí, 6 tháng Lò Cường|Chưa đóng đảng phí, 6 tháng Lò Em'
run 0 chibo den-han --ngay 4/12/2025
same "$(grep -c 'Chưa đóng đảng phí' <<<"$OUT")" 0
# Material of a meeting goes out the day before; with linked members the cell meets every six months.
run 0 chibo ghi hop --muc type=topic --muc period=12/2026 --muc date=10/12/2026 --muc start=19:30 --muc "chair=$A" --muc "scribe=$B" --muc status=planned
run 0 chibo ghi hop --muc type=linked --muc period=7/2026 --muc date=31/8/2026 --muc start=19:30 --muc "chair=$A" --muc "scribe=$B" --muc status=held
run 0 chibo den-han --ngay 4/11/2026 --den 28/2/2027
same "$(grep -E 'Gửi tài liệu họp|đang công tác' <<<"$OUT" | cut -c1-10 | paste -sd' ')" '09/12/2026 28/02/2027'

# --- a score of a person, and what the cell keeps, where the ward's rule says it
run 0 chibo ghi danh-gia --muc "subject=$A" --muc period=2026 --muc self_score=75 --muc self_level=1
complains '! 75 điểm ứng với mức: Hoàn thành tốt nhiệm vụ; đang ghi là: Hoàn thành xuất sắc nhiệm vụ (366-QĐ/TW)'
run 0 chibo ghi danh-gia --muc "subject=$A" --muc period=2020 --muc self_score=75 --muc self_level=1
same "$(grep -c điểm <<<"$ERR")" 0
printf '[pack]\nname = dang-phi\ntitle = Đảng phí\nversion = 2\nfrom = 01/01/2027\n[trich]\ngiu_phan_tram = 30\n' >"$TMP/dang-phi.ini"
run 0 chibo ghi quy-tac --muc name=dang-phi --muc version=2 --muc from=1/1/2027 --muc text="$(cat "$TMP/dang-phi.ini")"
run 0 chibo ghi nop-tren --muc period=Q1/2027 --muc version=1 --muc total=1000000 --muc kept=200000 --muc remitted=800000
complains '! Chi bộ được giữ 30 phần trăm: 300.000 đ'

# --- a year at one look, against the rules of 2020: meetings in four months, of 65 and 90 minutes; An excused four times
year() { # MONTH END MARK-OF-AN TYPE
    run 0 chibo ghi hop --muc "type=$4" --muc "period=$1/2019" --muc "date=4/$1/2019" --muc start=19:30 --muc "end=$2" --muc "chair=$A" --muc "scribe=$B" --muc status=held
    H=$OUT
    run 0 chibo ghi diem-danh --muc "meeting=$H" --muc "member=$A" --muc "mark=$3"
    run 0 chibo ghi diem-danh --muc "meeting=$H" --muc "member=$B" --muc mark=present
    run 0 chibo ghi cham-diem --muc "meeting=$H" --muc form=12 --muc self_total=95 --muc self_level=good
}
year 1 20:35 excused regular
year 2 21:00 excused regular
year 3 21:00 excused both
year 4 21:00 excused regular
for n in 1 2 3 4 5 6; do run 0 chibo ghi danh-gia --muc "subject=$B" --muc period=2019 --muc "cell_level=$((n > 1 ? 2 : 1))"; done
run 0 chibo tom-tat --nam 2019
for text in 'Họp thường kỳ 4/12 tháng (thiếu tháng 5, 6, 7, 8, 9, 10, 11, 12) · chuyên đề 1/4 quý (thiếu quý 2, 3, 4)' \
    'Dự họp bình quân 50,0 %' '! Ngắn hơn quy định: 1 buổi: 04/01/2019, 65/90 phút' '! Dự họp không quá 85 %: 4 buổi' \
    '! Vắng có lý do 4 buổi liền (quy định không quá 3): Lò An' 'Đã chấm điểm 4 buổi, 4 tốt, 0 khá · chưa đủ điều kiện năm tốt (7)'; do says "$text"; done
silent_on 'Xuất sắc vượt'
run 0 chibo ghi danh-gia --muc "subject=$C" --muc period=2019 --muc cell_level=1
run 0 chibo tom-tat CB-014 --nam 2019
says '! Xuất sắc vượt 20 % số hoàn thành tốt (5): xin xem lại, không tự hạ'
run 0 chibo summary --year 2019 --json
same "$(field months_met) $(field short) $(field excused) $(field too_excellent)" '4 1 1 true'
run 2 chibo tom-tat CB-099
run 2 chibo tom-tat --nam 11/2019

# --- badges: one day is the difference; who died has none; who has it has it
run 0 chibo huy-hieu --dot 7/11/2026
says 'Huy hiệu Đảng 50 năm'
same "$(grep -c 'Lò An$' <<<"$OUT")" 1
same "$(grep -c 'Huy hiệu Đảng 45 năm *Lò Bình$' <<<"$OUT")" 1
same "$(grep -cE 'Lò (Cường|Dũng|Em)' <<<"$OUT")" 0
run 0 chibo huy-hieu --dot 3/2/2027
same "$(grep -c 'Huy hiệu Đảng 50 năm *Lò Bình$' <<<"$OUT")" 1
run 0 chibo huy-hieu --dot 3/2/2036
same "$(grep -c 'Huy hiệu Đảng 40 năm *Lò Cường$' <<<"$OUT")" 1
run 0 chibo huy-hieu --dot 7/11/2015
complains 'Không có quy tắc này cho ngày đó.'
says '0 dòng'
finish
