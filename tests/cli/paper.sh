#!/bin/bash
# paper.sh - every form, filled in and blank: A4, and every value that it shows is found again in the PDF.
#
#     FORMS=docs/forms tests/cli/paper.sh     makes the pictures of docs/forms.md anew besides
. "$(dirname "$0")/lib.sh"

# What a reader of the page reads, in the order it was put there, blanks as one.
squeeze() { tr -s ' \n\f' ' '; }
# printed LANDSCAPE FORM [WORDS…] -- VALUE…: prints the form filled in and looks for each value, on A4
printed() {
    local shape=$1 words=() text
    shift
    while [ "$1" != -- ]; do words+=("$1"); shift; done
    shift
    run 0 chibo in "${words[@]}" --ra "$TMP/giay.pdf" --ghi-de
    a4 "$shape" "$TMP/giay.pdf"
    [ -z "${FORMS:-}" ] || picture "$FORMS/${words[0]}"
    text=$(pdftotext -raw "$TMP/giay.pdf" - | squeeze)
    for value; do
        if [[ $text == *"$value"* ]] || [[ $(pdftotext -layout "$TMP/giay.pdf" - | squeeze) == *"$value"* ]]; then pass
        else fail "${words[0]}: not on paper: $value" "$text"; fi
    done
    blank "$shape" "${words[0]}"
}
# picture FILE: of the first page, as fine as 40 kB allow
picture() {
    local fine
    for fine in 60 54 48 42; do
        pdftoppm -r $fine -gray -png -f 1 -l 1 -singlefile "$TMP/giay.pdf" "$1"
        [ "$(stat -c %s "$1.png")" -gt 40000 ] || break
    done
}
# blank LANDSCAPE FORM: the same without a record; nobody's name is on it
blank() {
    run 0 chibo print "$2" --blank --out "$TMP/trong.pdf" --force
    a4 "$1" "$TMP/trong.pdf"
    OUT=$(pdftotext -layout "$TMP/trong.pdf" - | squeeze)
    says 'ĐẢNG CỘNG SẢN VIỆT NAM'
    says 'CHI BỘ TỔ DÂN PHỐ 14'
    silent_on 'Thử'
    PRINTED="$PRINTED $2"
}
a4() {
    local want='595.276 x 841.89'
    [ "$1" = ngang ] && want='841.89 x 595.276'
    same "$(pdfinfo "$2" | sed -n 's/^Page size: *\([0-9.]* x [0-9.]*\) pts.*/\1/p')" "$want"
}
new() { # KIND FIELD=VALUE…: its id
    local kind=$1 sets=() id
    shift
    for s; do sets+=(--set "$s"); done
    id=$(id chibo add "$kind" "${sets[@]}")
    [ -n "$id" ] || fail "not added: $kind $*" >&2
    echo "$id"
}
PRINTED=
ODD=('<b>Trần</b>' '&amp;') # would be markup elsewhere; not in the pictures
[ -z "${FORMS:-}" ] || ODD=(Trần Văn)
WHO="${ODD[*]} Giả"

run 0 chibo init --org CB-014 --name 'Chi bộ Tổ dân phố 14'
# ---- the book: letters with two marks, capitals with tones, and what would be markup elsewhere
M1=$(new member family_name=Lò middle_name=Văn given_name=Thử gender=male born=4/11/1961 birth_name='Lò Văn Khai' \
    ethnicity=Thái religion='Không tôn giáo' native_place='Xã Tân Thanh, tỉnh Điện Biên' education=12/12 \
    theory='Trung cấp lý luận' profession='Cao đẳng sư phạm' languages='tiếng Anh B' occupation_before='Bộ đội' \
    occupation='Giáo viên nghỉ hưu' entered=3/2/1990 official=3/2/1991 card_no=01.014.201 file_no=LL-77 badges=30 \
    served='Bộ đội 1979-1983' note='Ghi chú của sổ')
M2=$(new member family_name=ẮỖỴ middle_name=Thị given_name=Ẩn gender=female born=1958 died=2/9/2026)
M3=$(new member family_name="${ODD[0]}" middle_name="${ODD[1]}" given_name=Giả gender=male born=03/1970 \
    left=1/8/2026 left_how='Xin ra khỏi Đảng')
PUPIL=$(new candidate name='Quàng Thị Dung' born=5/6/2001 gender=female workplace='Trường Tiểu học số 2' \
    union_opinion='Đoàn giới thiệu' helper="$M1" class_no=GCN-18 class_date=20/5/2026 state=class 'missing=Lý lịch gốc')
new candidate_step candidate="$PUPIL" step=sourced date=7/7/2025 >/dev/null
NQ=$(new resolution number=03-NQ/CB date=5/3/2026 title='Nghị quyết về vệ sinh môi trường' text='Toàn văn')
new task duty='Thu gom rác ở ngõ 3' from=6/3/2026 due=30/4/2026 members="$M1" status=doing source="$NQ" >/dev/null
PLAN=$(new doc_out type=KH date=8/3/2026 title='Kế hoạch quý II' receiver='Đảng ủy phường' printed=4 resolution="$NQ")
new doc_in number=15-CV/ĐU issuer='Văn phòng Đảng ủy' date=2/3/2026 title='Công văn về học tập' deadline=31/3/2026 \
    paper_at='Tủ số 2' secrecy=normal >/dev/null
new area_link member="$M1" org=CB-014 area='Ngõ 3 và ngõ 5' from=1/1/2026 duties='Nắm tình hình' 'visits=12/2 gặp tổ trưởng' \
    >/dev/null
new household_link member="$M1" households='Hộ ông Tòng, hộ bà Cà' from=1/2/2026 result='Hai hộ ký cam kết' >/dev/null
LINK=$(new residence_link member="$M3" work_org=CB-014 home_org=CB-014 letter_no=213/GT from=1/1/2026)
new residence_comment link="$LINK" year=2026 level='Tốt' text='Gương mẫu nơi cư trú' attended=3 invited=4 >/dev/null
new appraisal subject="$M1" period=2026 self_score=91 self_level=excellent cell_level=good superior_score=88 \
    superior_level=fulfilled vote_for=11 vote_all=12 strengths='Tận tụy' defects='Nóng tính' remedy='Lắng nghe, quý I' \
    >/dev/null
CHECK=$(new inspection type=comply year=2026 subject='Thực hiện nhiệm vụ đảng viên' members="$M3" team="$M1" \
    content='Đóng đảng phí' date=6/2026 'steps=2/6 thông báo' conclusion='Có chuyển biến' deadline=30/9/2026)
new finding inspection="$CHECK" point='Sinh hoạt không đều' defect='Vắng hai buổi' remedy='Dự đủ các buổi' due=1/10/2026 \
    >/dev/null

HOP=$(new meeting type=regular period=11/2026 date=4/11/2026 start=19:30 end=21:00 place='Nhà văn hóa tổ 14' chair="$M1" \
    scribe="$M2" 'agenda=Thông qua nghị quyết' guest='Bà Giàng Thị Mẫu')
HOP2=$(new meeting type=regular period=10/2026 date=5/10/2026 start=19:30 chair="$M1" scribe="$M2")
new attendance meeting="$HOP" member="$M1" mark=present >/dev/null
new attendance meeting="$HOP" member="$M2" mark=excused reason='Đi viện' >/dev/null
new attendance meeting="$HOP" member="$M3" mark=unexcused >/dev/null
new attendance meeting="$HOP2" member="$M1" mark=excused >/dev/null
BB=$(new minutes meeting="$HOP" opening='Tuyên bố lý do' attendees='Có khách của phường' proceedings='Bàn việc đường ngõ' \
    conclusion='Nhất trí làm đường' closing='Kết thúc cùng ngày')
new speech meeting="$HOP" order=2 guest='Ông Sùng A Khách' type=question text='Bao giờ làm?' >/dev/null
new speech meeting="$HOP" order=1 member="$M1" type=opinion text='Tôi đồng ý với dự thảo' >/dev/null
new vote meeting="$HOP" subject='Thông qua dự thảo' method=hands agree=17 against=2 abstain=3 eligible=22 >/dev/null
run 0 chibo ky "$BB"
run 0 chibo amend "$BB" --set conclusion='Sửa: nhất trí làm đường ngõ 3'
for m in 1 2; do new fee_payment member="$M1" month=$m/2026 amount=15500 >/dev/null; done
WRONG=$(new fee_payment member="$M2" month=1/2026 amount=7000)
new fee_payment member="$M2" month=1/2026 amount=-7000 reverses="$WRONG" >/dev/null
new fee_rate member="$M1" basis=pension amount=15500 from=1/2026 >/dev/null
new fee_remit period=Q1/2026 version=1 total=31000 kept=9300 remitted=21700 receipt=BL-09 date=2/4/2026 >/dev/null
SCORE=$(new quality_score meeting="$HOP" form=2025 self_lines=$'chuan_bi=14\ndu_hop=18\nViệc khác=3' self_total=35 \
    self_level=good superior_lines='chuan_bi=13' superior_total=13 superior_level=fair superior_name='Đỗ Thị Cấp')
COMMENT=$(chibo list residence_comment --json | sed -n 's/.*"id":"\([0-9a-f]*\)".*/\1/p')
RATING=$(chibo list appraisal --json | sed -n 's/.*"id":"\([0-9a-f]*\)".*/\1/p')
SHARE=$(new org_change org=CB-014 type=merge from=CB-014 to=CB-014 date=1/7/2026 decision_no=88-QĐ/ĐU \
    hand_over='Giao đủ 12 hồ sơ' giver_signed=2/7/2026 taker_signed=3/7/2026)
REPORT=$(new report form=thang period=11/2026 version=1 cutoff=25/11/2026 figures=$'Tổng số đảng viên=41\nKết nạp: 2' \
    narrative='Tình hình ổn định' sent=26/11/2026)
MATCH=$(new reconciliation org=CB-014 quarter=Q4/2026 version=1 cutoff=31/12/2026 logs=1 \
    figures=$'full|37|36\nwomen|11|12' lines="1|+other_value|$M1|born|1961-11-04|1961-11|$M1|Lò Văn Thử" \
    'explanations=1: Theo khai sinh gốc' cell_signed=2/1/2027)

new transfer org=CB-014 way=out member="$M1" name='Lò Văn Thử' other=CB-014 left=9/9/2026 due=9/10/2026 letter_no=GT-31 \
    received=20/9/2026 >/dev/null

# ---- papers of one record, and of a year
printed doc bien-ban "$HOP" -- 04/11/2026 19:30 21:00 'Nhà văn hóa tổ 14' 'Lò Văn Thử' 'ẮỖỴ Thị Ẩn' 'Thông qua nghị quyết' \
    'Bà Giàng Thị Mẫu' 'Tổng số đảng viên: 3' 'Có mặt: 1' 'Vắng có lý do: 1. Họ tên: ẮỖỴ Thị Ẩn (Đi viện)' \
    "Vắng không có lý do: 1. Họ tên: $WHO" 'Tuyên bố lý do' 'Có khách của phường' 'Bàn việc đường ngõ' \
    'Nhất trí làm đường' 'Kết thúc cùng ngày' 'Lò Văn Thử (ý kiến): Tôi đồng ý với dự thảo Ông Sùng A Khách' 'Bao giờ làm?' \
    'Thông qua dự thảo' 'giơ tay' '22 17 2 3' 'Đính chính sau khi ký' 'Kết luận: Sửa: nhất trí làm đường ngõ 3' \
    'tháng 11 năm 2026'
printed doc bien-ban "$BB" -- 'IV. Kết luận Nhất trí làm đường' 'V. Biểu quyết'
printed doc diem-danh --ky 2026 -- 'Năm 2026' 'Lò Văn Thử P x 1/2 50%' 'ẮỖỴ Thị Ẩn P 0/1 0%' "$WHO K 0/1 0%"
printed ngang so-dang-phi --ky 2026 -- 'Lò Văn Thử' 'lương hưu' '15.500 15.500 15.500 31.000' 'ẮỖỴ Thị Ẩn 0 0' \
    'Q1/2026 31.000 9.300 21.700 BL-09 02/04/2026' 'Cộng 15.500 15.500 31.000'
printed doc cham-diem "$SCORE" -- 04/11/2026 2025 '15 14 13' '20 18' 'Việc khác 3' 'Cộng 35 13' 'Mức tốt khá' 'Đỗ Thị Cấp'
printed doc phieu-nhan-xet "$COMMENT" -- "$WHO" 03/1970 'Chi bộ Tổ dân phố 14' 213/GT 'Năm: 2026' \
    'Số buổi đã dự: 3' 'Số buổi được mời: 4' 'Mức nhận xét: Tốt' 'Gương mẫu nơi cư trú'
printed doc phieu-xep-loai "$RATING" -- 'Lò Văn Thử' 04/11/1961 'Tận tụy' 'Nóng tính' 'Lắng nghe, quý I' 91 \
    'hoàn thành xuất sắc' 11 12 'hoàn thành tốt' 88 'Cấp trên quyết định: hoàn thành'
printed doc doi-khop "$MATCH" -- Q4/2026 31/12/2026 '37 36' '11 12' 'Lò Văn Thử' 'Ngày sinh' 04/11/1961 11/1961 \
    'Theo khai sinh gốc' 'Chi bộ ký ngày: 02/01/2027'
printed doc ban-giao "$SHARE" -- 'gộp' 'Chi bộ Tổ dân phố 14' 01/07/2026 88-QĐ/ĐU 'Giao đủ 12 hồ sơ' 02/07/2026 03/07/2026
printed doc bao-cao "$REPORT" -- 'Tháng 11 năm 2026' thang 25/11/2026 'Tổng số đảng viên 41' 'Kết nạp 2' 'Tình hình ổn định' \
    26/11/2026 'BC/CB'
printed doc van-ban "$PLAN" -- 'Số 4-KH/CB' 'ngày 08 tháng 03 năm 2026' 'KẾ HOẠCH' 'Kế hoạch quý II' 'Toàn văn' 'Đảng ủy phường'
run 2 chibo in bien-ban --ra "$TMP/x.pdf"
complains 'MÃ'
run 2 chibo in bien-ban "$M1" --ra "$TMP/x.pdf"
run 2 chibo in so-nghi-quyet "$NQ" --ra "$TMP/x.pdf"

# ---- lists
printed ngang danh-sach-dang-vien -- 'Lò Văn Thử' '(Lò Văn Khai)' 04/11/1961 nam Thái 'Không tôn giáo' \
    'Xã Tân Thanh, tỉnh Điện Biên' 12/12 'Trung cấp lý luận' 'Cao đẳng sư phạm' 'tiếng Anh B' 'Bộ đội' 'Giáo viên nghỉ hưu' \
    03/02/1990 03/02/1991 01.014.201 LL-77 30 'Bộ đội 1979-1983' 'Ghi chú của sổ' 'ẮỖỴ Thị Ẩn' nữ 1958 02/09/2026 \
    "$WHO" 03/1970 01/08/2026 'Xin ra khỏi Đảng' '(Mẫu 7-HSĐV)' '09/09/2026 Chi bộ Tổ dân phố 14' 'SỔ DANH SÁCH ĐẢNG VIÊN' 'ĐẢNG CỘNG SẢN VIỆT NAM'
printed ngang so-gioi-thieu --ky 2026 -- 'SỔ GIỚI THIỆU SINH HOẠT ĐẢNG' '(Mẫu 10-SHĐ)' 09/09/2026 'Lò Văn Thử' 04/11/1961 \
    03/02/1990 03/02/1991 01.014.201 'Chi bộ Tổ dân phố 14' GT-31 09/10/2026 20/09/2026
printed ngang so-nghi-quyet --ky 2026 -- 'Năm 2026' 03-NQ/CB 05/03/2026 'Nghị quyết về vệ sinh môi trường' \
    'Thu gom rác ở ngõ 3' 'đang làm'
printed ngang so-van-ban-di -- 4-KH/CB 08/03/2026 'Kế hoạch quý II' 'Đảng ủy phường' 03-NQ/CB
printed ngang so-van-ban-den -- 15-CV/ĐU 'Văn phòng Đảng ủy' 02/03/2026 'Công văn về học tập' 31/03/2026 'Tủ số 2'
printed doc phan-cong -- 'Lò Văn Thử' 'Thu gom rác ở ngõ 3' 06/03/2026 30/04/2026 'đang làm' 'Ngõ 3 và ngõ 5' 'Nắm tình hình' \
    01/01/2026 '12/2 gặp tổ trưởng' 'Hộ ông Tòng, hộ bà Cà' 01/02/2026 'Hai hộ ký cam kết'
printed ngang danh-sach-213 --ky 2026 -- "$WHO" 03/1970 'Chi bộ Tổ dân phố 14' 213/GT 3/4 'Tốt' \
    'Gương mẫu nơi cư trú'
printed doc tong-hop-xep-loai --ky 2026 -- 'Lò Văn Thử' 91 'hoàn thành xuất sắc' 11/12 'hoàn thành tốt' 88 'hoàn thành'
printed ngang danh-sach-nguon -- 'Quàng Thị Dung' 05/06/2001 nữ 'Trường Tiểu học số 2' 'Đoàn giới thiệu' 'Lò Văn Thử' GCN-18 \
    20/05/2026 07/07/2025 'Lý lịch gốc'
printed ngang kiem-tra-giam-sat --ky 2026 -- 'Thực hiện nhiệm vụ đảng viên' 'Đóng đảng phí' "$WHO" 06/2026 \
    'Lò Văn Thử' '2/6 thông báo' 'Có chuyển biến' 30/09/2026 'Sinh hoạt không đều' 'Vắng hai buổi' 'Dự đủ các buổi' 01/10/2026

# ---- what is not of the period is not there; the table lists every form, and every one was printed
run 0 chibo in so-nghi-quyet --ky Q4/2025 --ra "$TMP/khac.pdf"
OUT=$(pdftotext -layout "$TMP/khac.pdf" - | squeeze)
says 'Quý IV năm 2025'
silent_on 03-NQ/CB
run 0 chibo print --json
for word in $(sed -n 's/.*"word":"\([^"]*\)".*/\1/p' <<<"$OUT"); do
    case " $PRINTED " in *" $word "*) pass ;; *) fail "never printed: $word" ;; esac
done

# ---- long texts go over pages, with the heads of their tables; words without an end do no harm
LONG=$("$PYTHON" -c 'print(" ".join("Đoạn%d" % i for i in range(380)))')
new doc_in number=DÀI issuer=$("$PYTHON" -c 'print("Ặ" * 120)') date=3/3/2026 title="${LONG:0:690}" >/dev/null
for i in $(seq 12); do new doc_in number="S$i" issuer=X date=4/3/2026 title="${LONG:0:690}" >/dev/null; done
run 0 chibo in so-van-ban-den --ra "$TMP/dai.pdf"
pages=$(pdfinfo "$TMP/dai.pdf" | sed -n 's/^Pages: *//p')
if [ "$pages" -ge 3 ]; then pass; else fail "not over pages: $pages"; fi
same "$(pdftotext -layout "$TMP/dai.pdf" - | grep -c 'Trích yếu')" "$pages"
OUT=$(pdftotext -raw "$TMP/dai.pdf" - | squeeze)
says "$(grep -oE '^.*Đoạn70' <<<"$LONG")"
same "$(grep -oE 'Ặ' <<<"$OUT" | wc -l)" 120

# ---- files and mistakes
run 2 chibo in so-nghi-quyet --ra "$TMP/khac.pdf"
complains '--ghi-de'
run 2 chibo in so-nghi-quyet
complains '--ra'
run 2 chibo in so-nghi-quyt --ra "$TMP/x.pdf"
complains 'so-nghi-quyet'
run 2 chibo in so-nghi-quyet --ky 13/2026 --ra "$TMP/x.pdf"
run 2 chibo in so-nghi-quyet --trong --ky 2026 --ra "$TMP/x.pdf"
run 1 chibo in so-nghi-quyet --ra "$TMP/khong/co.pdf"
[ ! -e "$TMP/x.pdf" ] && pass || fail "written in spite of the mistake"
same "$(stat -c %a "$TMP/khac.pdf")" 600
same "$(ls -A "$TMP" | grep -cE 'pdf.' || :)" 0
# English is for the screen; the paper is the Party's.
run 0 env CHIBO_LANG=en "$BUILD/chibo" print ratings --out "$TMP/giay.pdf" --force
OUT=$(pdftotext -layout "$TMP/giay.pdf" - | squeeze)
says 'hoàn thành'
# Without the program that makes PDF files.
mkdir "$TMP/le" && cp "$BUILD/chibo" "$TMP/le/chibo"
run 1 "$TMP/le/chibo" in so-nghi-quyet --ra "$TMP/x.pdf"
complains chibo-in
# A description that is not understood is refused; control characters and bytes that are no text are replaced.
run 2 "$BUILD/chibo-in" </dev/null
printf 'page\tportrait\nrow\tx\n' >"$TMP/sai"
same "$("$BUILD/chibo-in" <"$TMP/sai" 2>&1)" 'chibo-in: line 2 is not understood'
printf 'page\tportrait\ntext\tMột \001\033[31m\377 hai\\\\n\\nba\n' >"$TMP/la"
"$BUILD/chibo-in" <"$TMP/la" >"$TMP/la.pdf" || fail "control characters"
OUT=$(pdftotext "$TMP/la.pdf" - | squeeze)
says 'Một ??[31m? hai\n ba'
finish
