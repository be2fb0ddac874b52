#!/bin/bash
# import.sh - lists of offices: encodings, columns, rows to mend, nothing twice; what was exported comes in again.
. "$(dirname "$0")/lib.sh"

# fields KIND: of all records, as JSON, sorted
fields() { chibo list "$1" --json | "$PYTHON" -c 'import json,sys
for l in sorted(json.dumps(json.loads(x)["fields"], ensure_ascii=False, sort_keys=True) for x in sys.stdin): print(l)'; }
count() { "$PYTHON" -c 'import json,sys
v = [json.loads(l) for l in sys.stdin]
print(*[next(x for x in v if "import" in x).get(k) for k in sys.argv[1:]])' "$@" <<<"$OUT"; }

run 0 chibo init --org CB-014 --name 'Chi bộ 14'

# The members' register of 14 columns, with a column for the birth; one name twice, and rows that are wrong.
cat >"$TMP/ds.csv" <<'EOF'
TT;Họ và tên, họ tên khai sinh;Giới tính, dân tộc, tôn giáo;Quê quán;Học vấn, lý luận chính trị, chuyên môn, ngoại ngữ;Nghề nghiệp khi vào Đảng và hiện nay;Ngày vào Đảng, ngày chính thức;Số thẻ, số lý lịch, huy hiệu;Quân đội, công an, hưu trí;Ngày chuyển đi, nơi chuyển đến;Ngày chuyển đến, nơi chuyển đi;Ngày từ trần, lý do;Ngày ra khỏi Đảng, hình thức;Ghi chú;Ngày sinh
1;"Lò Văn Thử
Lò Văn Sinh";Nam, Thái, -;Mường Thanh, Điện Biên;12/12; Trung cấp; Đại học; Anh B;;;;;;;;;
1;"Lò Văn Thử
Lò Văn Sinh";Nam, Thái, -;Mường Thanh, Điện Biên;"12/12; Trung cấp; Đại học; Anh B";"Học sinh
Làm ruộng";3/2/1985, 3/2/1986;"00123
LL-7
30";Hưu trí;"1/2/2020
Chi bộ 5";;;;tổ phó;3/1961
2;Trần Thị Giả;nữ;;;;;;;;;;;;4/11/1970
3;Lò Văn Thử;nam;;;;;;;;;;;;1972
4;Không Sinh;nam;;;;;;;;;;;;
5;Sai Ngày Một;nam;;;;;;;;;;;;31/11/1970
EOF
cp "$TMP/ds.csv" "$TMP/before.csv"
run 3 chibo nhap dang-vien "$TMP/ds.csv" --thu
says '3 ghi mới'
says 'chạy thử'
same "$(ls "$TMP" | grep -c loi)" 0
run 0 chibo list member --json
lines 0
run 3 chibo nhap dang-vien "$TMP/ds.csv"
says 'utf-8, ngăn ô bằng ;: 6 dòng'
says 'dòng 12 · Ngày sinh: Còn thiếu mục bắt buộc.'
says 'dòng 13 · Ngày sinh: Đây chưa phải là ngày tháng hợp lệ. Tháng 11 chỉ có 30 ngày.'
says '3 ghi mới · 0 cập nhật · 0 đã có · 0 đã có, khác · 3 không nhận'
cmp -s "$TMP/ds.csv" "$TMP/before.csv" && pass || fail 'the file was changed'
same "$(stat -c %a "$TMP/ds.csv.loi.csv")" 600
# Expected by hand from the table above.
same "$(fields member | sed -n 1p)" '{"badges": [30], "birth_name": "Lò Văn Sinh", "born": "1961-03", "card_no": "00123", "education": "12/12", "entered": "1985-02-03", "ethnicity": "Thái", "family_name": "Lò", "file_no": "LL-7", "gender": "male", "given_name": "Thử", "languages": "Anh B", "middle_name": "Văn", "native_place": "Mường Thanh, Điện Biên", "note": "Ngày chuyển đi: 1/2/2020; nơi chuyển đến: Chi bộ 5; tổ phó", "occupation": "Làm ruộng", "occupation_before": "Học sinh", "official": "1986-02-03", "profession": "Đại học", "served": "Hưu trí", "theory": "Trung cấp"}'
same "$(fields member | wc -l)" 3

# Once more: nothing twice; the wrong rows go to a file of another name.
run 3 chibo import member "$TMP/ds.csv" --json
same "$(count written same different errors)" '0 3 0 3'
[ -e "$TMP/ds.csv.loi-2.csv" ] && pass || fail 'no second file of errors'
# Mended and imported again: the columns are the same, what was wrong is not looked at.
"$PYTHON" - "$TMP/ds.csv.loi.csv" <<'EOF'
import sys
raw = open(sys.argv[1], encoding="utf-8", newline="").read()
assert raw.startswith("\ufeff") and ";Lỗi\r\n" in raw
rows = raw.split("\r\n")
keep = [r for r in rows if "Không Sinh" in r or "Sai Ngày" in r]
mended = [rows[0]] + [r.replace("31/11/1970", "30/11/1970").replace("nam;;;;;;;;;;;;;", "nam;;;;;;;;;;;;1950;") for r in keep]
open(sys.argv[1], "w", encoding="utf-8", newline="").write("\r\n".join(mended) + "\r\n")
EOF
run 0 chibo import member "$TMP/ds.csv.loi.csv" --json
same "$(count written same different errors)" '2 0 0 0'

# What the book has otherwise is shown, and changed only when that is said.
printf 'Họ,Tên đệm,Tên,Ngày sinh,Giới tính,Điện thoại\r\nTrần,Thị,Giả,04/11/1970,nữ,0912\r\n' >"$TMP/moi.csv"
run 0 chibo nhap dang-vien "$TMP/moi.csv"
says '1 đã có, khác'
says 'Điện thoại: sổ ghi “”, tệp ghi “0912”'
run 0 chibo import member "$TMP/moi.csv" --update --json
same "$(count updated different)" '1 0'
run 0 chibo import member "$TMP/moi.csv" --json
same "$(count updated different same)" '0 0 1'

# Columns that nobody knows are an error that names them.
printf 'Họ\tTên\tGiới tính\tNgày sinh\tMàu áo\tNón\nCà\tThử\tnam\t1980\txanh\tlá\n' >"$TMP/tab.csv"
run 2 chibo nhap dang-vien "$TMP/tab.csv"
complains 'Màu áo, Nón'
complains '--bo-cot'
run 0 chibo import member "$TMP/tab.csv" --ignore --json
same "$(count written separator)" "1 $(printf tab)"
printf 'Họ,Họ\na,b\n' >"$TMP/hai.csv"
run 2 chibo nhap dang-vien "$TMP/hai.csv"
complains 'Họ'
printf 'Họ,Tên\n"a,b\n' >"$TMP/mo.csv"
run 2 chibo nhap dang-vien "$TMP/mo.csv"
complains 'dòng 2'
: >"$TMP/trong.csv"
run 2 chibo nhap dang-vien "$TMP/trong.csv"
run 1 chibo nhap dang-vien "$TMP/none.csv"

# Encodings. The bytes of TCVN3 and VNI are written down from the tables of their fonts.
#   Họ,Tên,Giới tính,Ngày sinh / Đặng,ánh,nữ,1981 (TCVN3 has no Á: a font of capitals makes it)
HEAD='family_name,given_name,gender,born\n'
printf "$HEAD"'\247\306ng,\270nh,n\367,1981\n' >"$TMP/tcvn.csv"
run 2 chibo nhap dang-vien "$TMP/tcvn.csv"
complains '--bang-ma tcvn3'
complains 'Đặng | ánh | nữ | 1981'
complains '--bang-ma cp1258'
run 0 chibo nhap dang-vien "$TMP/tcvn.csv" --bang-ma tcvn3
says 'họ tên đã được viết hoa'
printf "$HEAD"'\321a\353ng,B\354nh,n\366\365,1982\n' >"$TMP/vni.csv"
run 2 chibo import member "$TMP/vni.csv"
complains 'Đặng | Bình | nữ | 1982'
run 0 chibo import member "$TMP/vni.csv" --encoding vni
"$PYTHON" - "$TMP" <<'EOF'
import sys
head = "family_name,given_name,gender,born\n"
# cp1258 keeps the tones apart: a with breve and dot below is a, U+0103, and U+0323
open(sys.argv[1] + "/1258.csv", "wb").write((head + "Đă\u0323ng,Cu\u0309a,nam,1983\n").encode("cp1258"))
open(sys.argv[1] + "/16.csv", "wb").write((head + "Đặng,Dự,nam,1984\n").encode("utf-16"))
open(sys.argv[1] + "/16be.csv", "wb").write((head + "Đặng,Đủ,nam,1985\n").encode("utf-16-be"))
open(sys.argv[1] + "/nfd.csv", "wb").write((head + "Đa\u0323\u0306ng,Em,nam,1986\n").encode("utf-8"))
EOF
run 2 chibo import member "$TMP/1258.csv" --encoding utf-8
run 2 chibo import member "$TMP/1258.csv" --encoding latin1
run 0 chibo import member "$TMP/1258.csv" --encoding cp1258
run 0 chibo import member "$TMP/16.csv"
run 2 chibo import member "$TMP/16be.csv"
complains 'Đặng | Đủ'
run 0 chibo import member "$TMP/16be.csv" --encoding utf-16be
run 0 chibo import member "$TMP/nfd.csv"
# What was VNI and was saved as Unicode is asked about, not stored; the wrong letters only when somebody says so.
printf "$HEAD"'Ñaëng,Giöõa,nöõ,1987\n' >"$TMP/vni8.csv"
run 2 chibo import member "$TMP/vni8.csv"
complains 'phông VNI'
complains 'Đặng | Giữa | nữ | 1987'
complains 'Ñaëng | Giöõa | nöõ | 1987'
run 0 chibo import member "$TMP/vni8.csv" --encoding vni-utf8
run 3 chibo import member "$TMP/vni8.csv" --encoding utf-8
same "$(chibo list member --json --where family_name=Đặng | grep -o '"family_name":"Đặng","given_name":"[^"]*"' | cut -d'"' -f8 | paste -sd' ')" \
    'Ánh Bình Của Dự Đủ Em Giữa'

# Of two persons of one name the row says which: by birth date or card, also when the mended file comes again.
for born in 1961 4/11/1961 12/1970; do
    id chibo ghi dang-vien --muc family_name=Quàng --muc middle_name=Thị --muc given_name=Trùng --muc gender=nữ --muc "born=$born" --muc "card_no=C$born" >/dev/null
done
printf 'duty,from,members\nThăm hộ,4/11/2026,Quàng Thị Trùng\nTrực,4/11/2026,Quàng Thị Trùng (1970)\nGác,4/11/2026,quang thi trung (4/11/1961)\nHát,4/11/2026,Quàng Thị Trùng (C1961);Quàng Thị Trùng (1999)\n' >"$TMP/trung.csv"
run 3 chibo nhap viec "$TMP/trung.csv"
says 'dòng 2 · Người được phân công: Có nhiều bản ghi bắt đầu như vậy; xin gõ thêm vài ký tự. Nếu trùng tên, xin ghi thêm ngày sinh hoặc số thẻ: Quàng Thị Trùng (1961)'
says '2 ghi mới · 0 cập nhật · 0 đã có · 0 đã có, khác · 2 không nhận'
sed -i 's/Trùng\(,\|$\)/Trùng (C1961)\1/; s/;Quàng Thị Trùng (1999)/;Quàng Thị Trùng (12.1970)/' "$TMP/trung.csv.loi.csv"
run 0 chibo nhap viec "$TMP/trung.csv.loi.csv" --json
same "$(count written same different errors)" '2 0 0 0'
run 0 chibo nhap viec "$TMP/trung.csv.loi.csv" --json
same "$(count written same different errors)" '0 2 0 0'

# A row that fails while it is written leaves no part of itself, and those around it stay.
M=$(chibo list member --json --where given_name=Giả | sed -n 's/.*"id":"\([0-9a-f]*\)".*/\1/p')
H=$(id chibo ghi hop --muc type=regular --muc period=11/2026 --muc date=4/11/2026 --muc start=19h30 --muc "chair=$M" --muc "scribe=$M")
printf 'meeting,subject,agree,against,abstain,eligible\n%s,Một,1,1,0,2\n%s,Hai,5,0,0,2\n%s,Ba,2,0,0,2\n' "$H" "$H" "$H" >"$TMP/bq.csv"
run 3 chibo import vote "$TMP/bq.csv" --json
same "$(count written errors)" '2 1'
same "$(fields vote | grep -o '"subject": "[^"]*"' | paste -sd' ')" '"subject": "Ba" "subject": "Một"'

# Round trip: what one book exports, an empty one takes in, and exports the same.
id chibo ghi diem-danh --muc "meeting=$H" --muc "member=$M" --muc mark=present >/dev/null
id chibo ghi viec --muc 'duty=+ Thăm hộ; "nghèo"' --muc from=4/11/2026 --muc "members=$M" --muc 'result=dòng một, dòng hai' >/dev/null
id chibo ghi dang-phi --muc "member=$M" --muc month=10/2026 --muc amount=32000 --muc receipt=-7 >/dev/null
KINDS='dang-vien hop diem-danh bieu-quyet viec dang-phi'
for k in $KINDS; do run 0 chibo xuat-tep "$k" --dang csv --ra-tep "$TMP/$k.1.csv"; done
export CHIBO_HOME=$TMP/nha-hai
run 0 chibo init --org CB-014 --name 'Chi bộ 14'
for k in $KINDS; do
    run 0 chibo nhap "$k" "$TMP/$k.1.csv" --json
    same "$(count errors different same)" '0 0 0'
    run 0 chibo xuat-tep "$k" --dang csv --ra-tep "$TMP/$k.2.csv"
    same "$(sort "$TMP/$k.2.csv")" "$(sort "$TMP/$k.1.csv")"
    run 0 chibo nhap "$k" "$TMP/$k.1.csv" --json
    same "$(count written different errors)" '0 0 0'
done
same "$(grep -o 'Trùng ([^)]*)' "$TMP/viec.1.csv" | sort | paste -sd' ')" 'Trùng (04/11/1961) Trùng (12/1970) Trùng (12/1970) Trùng (C1961) Trùng (C1961)'
finish
