#!/bin/bash
# paper.sh - every form, filled in and blank: A4, and every value that it shows is found again in the PDF.
. "$(dirname "$0")/lib.sh"

# What a reader of the page reads, in the order it was put there, blanks as one.
squeeze() { tr -s ' \n\f' ' '; }
# printed LANDSCAPE FORM [WORDS…] -- VALUE…: prints the form filled in and looks for each value, on A4
printed() {
    local shape=$1 words=() text layout
    shift
    while [ "$1" != -- ]; do words+=("$1"); shift; done
    shift
    run 0 chibo in "${words[@]}" --ra "$TMP/giay.pdf" --ghi-de
    a4 "$shape" "$TMP/giay.pdf"
    text=$(pdftotext -raw "$TMP/giay.pdf" - | squeeze)
    layout=$(pdftotext -layout "$TMP/giay.pdf" - | squeeze)
    for value; do
        if grep -qF -- "$value" <<<"$text" || grep -qF -- "$value" <<<"$layout"; then pass
        else fail "${words[0]}: not on paper: $value" "$text"; fi
    done
    blank "$shape" "${words[0]}"
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

run 0 chibo init --org CB-014 --name 'Chi bộ Tổ dân phố 14'
# ---- the book: letters with two marks, capitals with tones, and what would be markup elsewhere
M1=$(new member family_name=Lò middle_name=Văn given_name=Thử gender=male born=4/11/1961 birth_name='Lò Văn Khai' \
    ethnicity=Thái religion='Không tôn giáo' native_place='Xã Tân Thanh, tỉnh Điện Biên' education=12/12 \
    theory='Trung cấp lý luận' profession='Cao đẳng sư phạm' languages='tiếng Anh B' occupation_before='Bộ đội' \
    occupation='Giáo viên nghỉ hưu' entered=3/2/1990 official=3/2/1991 card_no=01.014.201 file_no=LL-77 badges=30 \
    served='Bộ đội 1979-1983' note='Ghi chú của sổ')
M2=$(new member family_name=ẮỖỴ middle_name=Thị given_name=Ẩn gender=female born=1958 died=2/9/2026)
M3=$(new member family_name='<b>Trần</b>' middle_name='&amp;' given_name=Giả gender=male born=03/1970 \
    left=1/8/2026 left_how='Xin ra khỏi Đảng')
PUPIL=$(new candidate name='Quàng Thị Dung' born=5/6/2001 gender=female workplace='Trường Tiểu học số 2' \
    union_opinion='Đoàn giới thiệu' helper="$M1" class_no=GCN-18 class_date=20/5/2026 state=class 'missing=Lý lịch gốc')
new candidate_step candidate="$PUPIL" step=sourced date=7/7/2025 >/dev/null
NQ=$(new resolution number=03-NQ/CB date=5/3/2026 title='Nghị quyết về vệ sinh môi trường' text='Toàn văn')
new task duty='Thu gom rác ở ngõ 3' from=6/3/2026 due=30/4/2026 members="$M1" status=doing source="$NQ" >/dev/null
new doc_out type=KH year=2026 date=8/3/2026 title='Kế hoạch quý II' receiver='Đảng ủy phường' printed=4 resolution="$NQ" \
    >/dev/null
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

# ---- lists
printed ngang danh-sach-dang-vien -- 'Lò Văn Thử' '(Lò Văn Khai)' 04/11/1961 nam Thái 'Không tôn giáo' \
    'Xã Tân Thanh, tỉnh Điện Biên' 12/12 'Trung cấp lý luận' 'Cao đẳng sư phạm' 'tiếng Anh B' 'Bộ đội' 'Giáo viên nghỉ hưu' \
    03/02/1990 03/02/1991 01.014.201 LL-77 30 'Bộ đội 1979-1983' 'Ghi chú của sổ' 'ẮỖỴ Thị Ẩn' nữ 1958 02/09/2026 \
    '<b>Trần</b> &amp; Giả' 03/1970 01/08/2026 'Xin ra khỏi Đảng' 'SỔ DANH SÁCH ĐẢNG VIÊN' 'ĐẢNG CỘNG SẢN VIỆT NAM'
printed ngang so-gioi-thieu -- 'SỔ GIỚI THIỆU SINH HOẠT ĐẢNG' 'Nơi tiếp nhận'
printed ngang so-nghi-quyet --ky 2026 -- 'Năm 2026' 03-NQ/CB 05/03/2026 'Nghị quyết về vệ sinh môi trường' \
    'Thu gom rác ở ngõ 3' 'đang làm'
printed ngang so-van-ban-di -- 4 KH 08/03/2026 'Kế hoạch quý II' 'Đảng ủy phường' 03-NQ/CB
printed ngang so-van-ban-den -- 15-CV/ĐU 'Văn phòng Đảng ủy' 02/03/2026 'Công văn về học tập' 31/03/2026 'Tủ số 2'
printed doc phan-cong -- 'Lò Văn Thử' 'Thu gom rác ở ngõ 3' 06/03/2026 30/04/2026 'đang làm' 'Ngõ 3 và ngõ 5' 'Nắm tình hình' \
    01/01/2026 '12/2 gặp tổ trưởng' 'Hộ ông Tòng, hộ bà Cà' 01/02/2026 'Hai hộ ký cam kết'
printed ngang danh-sach-213 --ky 2026 -- '<b>Trần</b> &amp; Giả' 03/1970 'Chi bộ Tổ dân phố 14' 213/GT 3/4 'Tốt' \
    'Gương mẫu nơi cư trú'
printed doc tong-hop-xep-loai --ky 2026 -- 'Lò Văn Thử' 91 'hoàn thành xuất sắc' 11/12 'hoàn thành tốt' 88 'hoàn thành'
printed ngang danh-sach-nguon -- 'Quàng Thị Dung' 05/06/2001 nữ 'Trường Tiểu học số 2' 'Đoàn giới thiệu' 'Lò Văn Thử' GCN-18 \
    20/05/2026 07/07/2025 'Lý lịch gốc'
printed ngang kiem-tra-giam-sat --ky 2026 -- 'Thực hiện nhiệm vụ đảng viên' 'Đóng đảng phí' '<b>Trần</b> &amp; Giả' 06/2026 \
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
