#!/bin/bash
# seed.sh - the year of a cell as its report told it, phrase by phrase: what is recorded for each, by whom, and the line
# of the ward's report in which it is then seen. A row: the phrase | device | record | line and value, of the cell.
#
# Devices: the cell's secretary (d1), the ward's clerk (d2); `ward` accepts what a cell proposed. A record is made by
# `chibo add`; $name is the id of the record that an earlier row called so (kind@name).
. "$(dirname "$0")/lib.sh"
world secretary
"$BUILD/chibo" init --home "$H/d2" "$("$BUILD/chibod" invite "$W" --org PHUONG --role clerk --person "Trần Thị Mẫu")" >/dev/null
chibo d2 sync --json >/dev/null && chibo d2 sync --json >/dev/null

declare -A ID
# row PHRASE DEVICE KIND[@NAME] FIELD=VALUE...
row() {
    local phrase=$1 device=$2 kind=${3%@*} name=${3#*@} words=() word key out
    shift 3
    if [ "$device" = ward ]; then
        for word in d1 d2; do chibo $word sync --json >/dev/null; done
        out=$("$BUILD/chibod" accept "$W" "${ID[$name]}" 2>&1)
        is "$phrase ($out)" $? 0
        return
    fi
    for word in "$@"; do
        for key in "${!ID[@]}"; do word=${word//\$$key/${ID[$key]}}; done
        words+=(--set "$word")
    done
    out=$(chibo "$device" add "$kind" --org CB-014 --json "${words[@]}" 2>&1)
    ID[$name]=$(number id "$out")
    holds "$phrase: recorded ($out)" test -n "${ID[$name]}"
}

EXPECTED=()
while IFS='|' read -r phrase device record line; do
    [ -n "$phrase" ] || continue
    eval "set -- $record"
    row "$phrase" "$device" "$@"
    for word in $line; do EXPECTED+=("$phrase	$word"); done
done <<'TABLE'
đảng viên công tác tại cơ quan phường|d1|member@an family_name=Lò middle_name=Văn given_name=Thử gender=male born=1961|
… phường chấp nhận người được đề nghị|ward|an|
… và nơi sinh hoạt|d2|membership member='$an' org=CB-014 type=full from=1/1/2015|members=1
nhiệm kỳ 2015 – 2017|d1|term label='2015 – 2017' from=15/1/2015 to=12/2017 committee='$an'|terms=1
Đại hội nhiệm kỳ 2017 – 2020|d1|congress term='2017 – 2020' date=16/12/2017 summoned=16 present=16|congresses=1
… người giữ chức vụ|d2|office member='$an' org=CB-014 title='Bí thư' from=16/12/2017|offices=1
học tập, quán triệt nghị quyết, chính sách, pháp luật|d2|doc_in@nq number=27-NQ/TW issuer='Trung ương' date=21/5/2017 title='Cải cách tiền lương'|received=1
… ai đã học, ai nộp thu hoạch|d1|study doc='$nq' date=4/7/2017 members='$an' handed_in='$an'|studies=1 studied=1 writeups=1
học tập và làm theo tư tưởng, đạo đức, phong cách Hồ Chí Minh|d1|pledge member='$an' year=2017 text='Giữ giờ giấc' model='Tiết kiệm điện'|pledges=1 models=1
gắn với thực hiện nghị quyết về chỉnh đốn Đảng|d1|appraisal subject='$an' period=2017 self_score=88 self_level=good signs='Không có biểu hiện'|appraisals=1 signs=1
chương trình công tác của Đảng ủy được cụ thể hóa|d1|plan type=programme period=2017 title='Chương trình công tác năm'|plans=1
… thành nghị quyết của chi bộ|d1|resolution@nqcb number=01-NQ/CB date=5/1/2017 title='Nhiệm vụ năm 2017' text='Chi bộ quyết nghị các việc sau.'|resolutions=1
đẩy mạnh phong trào thi đua yêu nước|d1|campaign name='Phố phường sạch đẹp' period=2017 result='Xong'|campaigns=1
hoàn thành các chỉ tiêu được giao|d2|target@ct indicator='Thu quỹ' period=2017 unit=% assigned=95 achieved=100,5|targets=1 targets_reached=1
… chỉ tiêu chưa đạt thì không tính là đạt|d2|target indicator='Hộ văn hóa' period=2017 unit=% assigned=95,5 achieved=95|targets=1
xây dựng quy chế hoạt động|d1|doc_out type=statute year=2017 date=6/1/2017 title='Quy chế làm việc của chi bộ'|issued=1 statutes=1
phân công nhiệm vụ cụ thể cho từng đảng viên|d1|task@viec duty='Phụ trách tuyên truyền' from=6/1/2017 members='$an' status=done|tasks=1 tasks_done=1
… và theo dõi tiến độ|d1|task_update task='$viec' date=5/4/2017 percent=100 text='Đã xong'|progress=1
chi ủy, chi bộ luôn đoàn kết thống nhất|d1|meeting@chiuy type=committee period=4/2017 date=2/4/2017 start=14:00 chair='$an' scribe='$an' status=held|meetings=1 committee=1
… biểu quyết|d1|vote meeting='$chiuy' subject='Chương trình quý II' agree=3 against=0 abstain=0 eligible=3|votes=1
nâng cao trình độ chính trị, chuyên môn|d1|training member='$an' course='Trung cấp lý luận chính trị' from=9/2017|training=1
đổi mới, nâng cao chất lượng sinh hoạt chi bộ|d1|meeting@hop type=topic period=5/2017 date=4/5/2017 start=19:30 end=21:00 chair='$an' scribe='$an'|meetings=1 topics=1
… điểm danh|d1|attendance meeting='$hop' member='$an' mark=present|present=1
… phát biểu|d1|speech meeting='$hop' order=1 member='$an' text='Đề nghị giữ giờ họp.'|speeches=1
… biên bản|d1|minutes meeting='$hop' conclusion='Nhất trí.'|minutes=1
… chấm điểm|d1|quality_score meeting='$hop' form='Mẫu 1' self_total=92 self_level=good|scored=1 scored_good=1
lãnh đạo đoàn thể chính trị - xã hội|d1|mass_note organisation='Công đoàn' period=2017 member='$an' result='Vững mạnh'|mass=1
… đoàn thể là một tổ chức trong sổ|d2|org_profile org=CB-014 type=agency name='Cơ quan phường' from=2015|organisations=1
tạo nguồn 2 đối tượng bồi dưỡng kết nạp Đảng|d1|candidate@ng1 name='Quàng Thị Ví Dụ' born=1995 helper='$an' state=class|candidates=1
… người thứ hai|d1|candidate name='Giàng A Thử' born=1993 state=proposed|candidates=1
… người đã rút thì không còn là nguồn|d1|candidate name='Vừ Thị Giả' born=1990 state=withdrawn|
… từng bước|d1|candidate_step candidate='$ng1' step=class date=10/8/2017|candidate_steps=1
chi bộ trong sạch vững mạnh|d2|title subject='Chi bộ Cơ quan' name='Trong sạch vững mạnh' year=2017|titles=1
cơ quan đạt chuẩn văn hóa|d2|title subject='Cơ quan phường' name='Cơ quan đạt chuẩn văn hóa' year=2017|titles=1
tuyên truyền, thực hiện quy chế dân chủ cơ sở|d1|democracy_item content='Công khai thu chi' way=published date=1/6/2017|democracy=1
phòng, chống quan liêu, tham nhũng, lãng phí, sách nhiễu|d1|feedback date=9/6/2017 content='Thủ tục chậm' status=answered|feedback=1 answered=1
tăng cường công tác kiểm tra, giám sát|d1|inspection@kt type=comply year=2017 subject='Chấp hành nghị quyết' date=15/6/2017 status=concluded|inspections=1 concluded=1
… điều được chỉ ra và khắc phục|d1|finding inspection='$kt' point='Sổ ghi chép' closed=30/7/2017|findings=1 remedied=1
phụ trách địa bàn chi bộ tổ dân phố|d2|area_link member='$an' org=CB-014 from=1/2/2017 duties='Dự sinh hoạt'|areas=1
giữ mối liên hệ với chi ủy, chi bộ nơi cư trú|d2|residence_link@lienhe member='$an' work_org=CB-014 home_org=CB-014 from=1/3/2017|linked=1
… được miễn giới thiệu thì không tính|d2|residence_link member='$an' work_org=CB-014 home_org=CB-014 from=1/3/2016 to=1/1/2017 exemption=introduction|
… nhận xét của nơi cư trú|d1|residence_comment link='$lienhe' year=2017 level='Tốt' text='Gương mẫu'|comments=1
TABLE

for d in d1 d2 d1; do chibo $d sync --json >/dev/null; done
# What is expected of a line: the sum of what its rows say.
declare -A WANT PHRASES
for e in "${EXPECTED[@]}"; do
    line=${e#*	} name=${line%=*}
    WANT[$name]=$((${WANT[$name]:-0} + ${line#*=}))
    PHRASES[$name]+="${PHRASES[$name]:+; }${e%%	*}"
done
CELL=$("$BUILD/chibod" report "$W" 2017 --cell CB-014 --json) ALL=$("$BUILD/chibod" report "$W" 2017 --json)
SUM=$(grep '"code":null' <<<"$ALL") OWN=$(chibo d1 report 2017 --json)
for name in "${!WANT[@]}"; do
    is "${PHRASES[$name]}: $name at the ward" "$(number "$name" "$CELL")" "${WANT[$name]}"
    is "${PHRASES[$name]}: $name in the sum" "$(number "$name" "$SUM")" "${WANT[$name]}"
done
is "all phrases have lines" "${#WANT[@]}" 47
is "one row for each organisation and the sum" "$(grep -c . <<<"$ALL")" 3
is "the cell's own report says the same" "$(sed 's/"name":"[^"]*"//' <<<"$OWN")" "$(sed 's/"name":"[^"]*"//' <<<"$CELL")"

# A month holds what is of the month, a quarter and a half of theirs; what is of the year alone is in none of them.
say() { chibo d1 report "$1" --json; }
is "in May" "$(number meetings "$(say 5/2017)") $(number votes "$(say 5/2017)") $(number pledges "$(say 5/2017)")" "1 0 0"
is "in the 2nd quarter" "$(number meetings "$(say Q2/2017)") $(number feedback "$(say 'quý II năm 2017')")" "2 1"
is "in the 1st half" "$(number resolutions "$(say '6 tháng đầu năm 2017')") $(number remedied "$(say H1/2017)")" "1 0"
is "offices by the end of 2017, not before" "$(number offices "$(say H1/2017)") $(number terms "$(say H1/2017)")" "0 1"
holds "in words" grep -q 'Members in charge of an area  *1  *1' <(CHIBO_LANG=en "$BUILD/chibod" report "$W" 2017)
"$BUILD/chibod" report "$W" 2017 --cell CB-999 >/dev/null 2>&1
is "no such cell" $? "$(chibo d1 show 00000000 >/dev/null 2>&1; echo $?)"

# Kept as the report that goes up, on paper in words; late news make its next version.
out=$(chibo d1 report 2017 --save --json) REPORT=$(number id "$out")
is "kept" "$(number form "${out#*fields}")" năm
chibo d1 report 2017 --save >/dev/null 2>&1
is "not kept twice" $? 2
chibo d1 print report "$REPORT" --out "$TMP/bc.pdf" >/dev/null 2>&1
paper=$(pdftotext -layout "$TMP/bc.pdf" - 2>/dev/null)
holds "on paper, in words" grep -q 'Đảng viên phụ trách địa bàn  *1' <<<"$paper"
chibo d1 add feedback --set date=1/12/2017 --set content='Đến sau' --json >/dev/null
is "late news" "$(chibo d1 supplement "$REPORT" --dry-run --json | grep -o '"figure":"[a-z]*"')" '"figure":"feedback"'
serve_stop
finish
