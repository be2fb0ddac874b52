#!/bin/bash
# rules.sh - `quy-tac`: the rules of each era by the date, a ward's pack on its way to a cell, files that are wrong.
. tests/cli/lib.sh

# --- what comes with the program
run 0 chibo init --org CB-014 --name 'Chi bộ Tổ dân phố 14'
run 0 chibo quy-tac --ngay 4/11/2026
says 'sinh-hoat          28/10/2025 – …           v1 Sinh hoạt chi bộ (42-HD/BTCTW)'
says '01-QĐ/TW'
says '213-QĐ/TW'
says 'chưa kiểm hết'
silent_on '76-QĐ/TW'
run 0 chibo quy-tac --ngay 4/6/2015
says '76-QĐ/TW'
says '342-QĐ/TW'
silent_on '42-HD/BTCTW'
silent_on 'cham-diem'
run 0 chibo quy-tac 'Sinh hoạt' --ngay 4/11/2026
says 'Buổi thường kỳ ít nhất: 90 phút'
run 0 chibo quy-tac sinh-hoat --ngay 4/6/2015
says '09-HD/BTCTW'
silent_on 'phut_toi_thieu'
run 0 chibo quy-tac cham-diem --ngay 4/6/2015
says 'Không có quy tắc này cho ngày đó.'
run 0 chibo rules dang-phi --date 2026-02-01 --json
same "$(field source)$(field from)$(field to)$(field values.sinh_vien_dong)" '"01-QĐ/TW""2026-02-01"null"5000"'
run 0 chibo rules dang-phi --date 2026-01-31 --json
same "$(field source)$(field to)$(field unverified)" '"342-QĐ/TW""2026-01-31"true'
run 2 chibo quy-tac hop-hanh
complains 'không có quy tắc nào tên này'
run 2 chibo quy-tac --ngay 31/11/2026
run 2 chibo quy-tac --ngay 2026
run 2 chibo quy-tac --chi-bo CB-099
rm -rf "$CHIBO_HOME"

# --- no key stands in the table that nobody reads: by its name, or all of its section (the criteria of a score form)
for key in $(sed -n 's/^RULE("[^"]*", "\([^"]*\)", "\([^"]*\)".*/\1:\2/p' client/rules_keys.def); do
    grep -q "\"${key#*:}\"\|\"${key%:*}\"" client/*.c && pass || fail "no code reads the rule ${key#*:}"
done

# --- a ward's own pack
pack() { # VERSION FROM MINUTES
    printf '; của phường\n[pack]\nname = sinh-hoat\ntitle = Sinh hoạt chi bộ\nversion = %s\nfrom = %s\nsource = 05-HD/ĐU\n[hop]\nphut_toi_thieu = %s\n' \
        "$@" >"$TMP/pack.ini"
}
ward
chibod org "$WARD" add --code CB-015 --name 'Chi bộ 15' --type TDP >/dev/null || fail "chibod org"
C=$TMP/vp B=$TMP/cb015
run 0 chibo init "$(invite secretary 'Lò Văn Bí')"
run 0 chibo init --home "$B" "$(chibod invite "$WARD" --org CB-015 --role secretary --person 'Hà Thị Giả')"
run 0 chibo init --home "$C" "$(chibod invite "$WARD" --org PHUONG --role clerk --person 'Điêu Thị Mẫu')"
for home in "$CHIBO_HOME" "$B" "$C"; do
    run 0 chibo sync --home "$home"
done
pack 2 01/11/2026 60x
run 2 chibo --home "$C" quy-tac --gui "$TMP/pack.ini"
complains "$TMP/pack.ini:9: phut_toi_thieu: Phải là số nguyên từ 10 đến 600."
pack 1 01/11/2026 60
run 2 chibo --home "$C" quy-tac --gui "$TMP/pack.ini"
complains 'vào ngày bắt đầu đã có phiên bản 1'
pack 2 01/11/2026 60
run 12 chibo quy-tac --gui "$TMP/pack.ini"
complains 'Quy tắc do văn phòng Đảng ủy gửi.'
run 2 chibo --home "$C" quy-tac --gui "$TMP/khong-co.ini"
complains 'Không đọc được tệp này.'
run 2 chibo --home "$C" quy-tac --gui "$TMP/pack.ini" --chi-bo CB-099
run 0 chibo --home "$C" --json rules --send "$TMP/pack.ini" --org CB-014
same "$(field written)" 1
run 0 chibo --home "$C" --json rules --send "$TMP/pack.ini" --org CB-014
same "$(field written)" 0
run 0 chibo --home "$C" sync
run 0 chibo sync
run 0 chibo sync --home "$B"
run 0 chibo quy-tac sinh-hoat --ngay 1/11/2026
says '05-HD/ĐU'
says 'phường gửi'
says 'Buổi thường kỳ ít nhất: 60 phút'
run 0 chibo quy-tac sinh-hoat --ngay 31/10/2026
says 'Buổi thường kỳ ít nhất: 90 phút'
run 0 chibo --home "$B" quy-tac sinh-hoat --ngay 1/11/2026
says 'Buổi thường kỳ ít nhất: 90 phút'
# To all: the one that has it already is left alone. Another text of the same version is refused as a whole.
run 0 chibo --home "$C" --json rules --send "$TMP/pack.ini"
same "$(field written)" "$(($(field cells) - 1))"
pack 2 01/11/2026 45
run 2 chibo --home "$C" quy-tac --gui "$TMP/pack.ini"
complains 'số phiên bản này đã dùng cho nội dung khác'
pack 3 01/12/2026 45
run 0 chibo --home "$C" quy-tac --gui "$TMP/pack.ini"
run 0 chibo --home "$C" sync
run 0 chibo sync --home "$B"
for row in 31/10/2026:90 1/11/2026:60 30/11/2026:60 1/12/2026:45; do
    run 0 chibo --home "$B" quy-tac sinh-hoat --ngay "${row%:*}"
    says "Buổi thường kỳ ít nhất: ${row#*:} phút"
done
# What a secretary writes himself does not count, not even on his own device.
run 0 chibo ghi quy-tac --muc name=sinh-hoat --muc version=9 --muc from=1/12/2026 --muc "text=$(sed s/45/10/ "$TMP/pack.ini")"
complains 'phường có thể sẽ không nhận'
run 0 chibo quy-tac sinh-hoat --ngay 1/12/2026
silent_on '10 phút'
finish
