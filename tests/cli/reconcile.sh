#!/bin/bash
# reconcile.sh - `doi-khop`: what it takes and says in the cell, in Vietnamese, without a network; who may.
. tests/cli/lib.sh

# --- a book of its own
run 0 chibo init --org CB-014 --name 'Chi bộ Tổ dân phố 14'
run 0 chibo doi-khop --quy 4/2026
says 'BIÊN BẢN ĐỐI KHỚP SỐ LIỆU ĐẢNG VIÊN QUÝ 4/2026'
says 'Số liệu tính đến ngày 31/12/2026.'
says 'Phường chưa chốt quý này'
run 0 chibo doi-khop
says 'chưa có phường để đối khớp'
for wrong in 5/2026 11/2026 2026 x ''; do
    run 2 chibo doi-khop --quy "$wrong"
    complains 'Gõ quý và năm, ví dụ 4/2026.'
done
run 2 chibo doi-khop --ky
complains '4/2026'
run 2 chibo doi-khop --quy 4/2026 --giai-trinh 1=x
complains 'Phường chưa chốt số liệu quý này.'
run 2 chibo doi-khop --quy 4/2026 --don-vi CB-099
complains 'CB-099'
rm -rf "$CHIBO_HOME"

# --- joined: the secretary, a member, the clerk
ward
run 0 chibo init "$(invite secretary 'Lò Văn Bí')"
run 0 chibo init --home "$TMP/thuong" "$(invite member 'Hà Thị Viên')"
run 0 chibo init --home "$TMP/vp" "$(chibod invite "$WARD" --org PHUONG --role clerk --person 'Cà Văn Phòng')"
for home in "$CHIBO_HOME" "$TMP/thuong" "$TMP/vp"; do
    run 0 chibo sync --home "$home"
done
an=$(id chibo ghi dang-vien --home "$TMP/vp" --chi-bo CB-014 --muc family_name=Giàng --muc middle_name=A --muc given_name=Thử \
    --muc gender=nam --muc born=1/5/1961)
run 0 chibo ghi noi-sinh-hoat --home "$TMP/vp" --muc "member=$an" --muc org=CB-014 --muc type=full --muc from=1/1/2020 \
    --muc to=12/10/2026
run 0 chibo sync --home "$TMP/vp"
run 14 chibod doi-khop "$WARD" --quy 4/2026
says 'CB-014'
says 'chờ giải trình'
complains 'Số liệu hai bên chưa khớp'
run 2 chibod doi-khop "$WARD" --quy 13/2026
complains '4/2026'
run 0 chibo sync
unserve
run 0 chibo đối-khớp --quy IV/2026
says 'Giàng A Thử – đã giới thiệu, nơi đến chưa tiếp nhận. Chi bộ: 12/10/2026 | Phường: đảng viên chính thức. Hạn nộp hồ sơ chuyển sinh hoạt: 11/11/2026'
says 'Phường Tân Thanh'
says 'ĐẢNG CỘNG SẢN VIỆT NAM'
same "$(grep 'Tổng số đảng viên' <<<"$OUT" | tr -s ' ')" 'Tổng số đảng viên 0 1 -1'
same "$(grep -c 'Giải trình: …' <<<"$OUT")" 1
run 14 chibo doi-khop --quy 4/2026 --ky
complains 'Còn dòng chưa giải trình: 1.'
run 2 chibo doi-khop --quy 4/2026 --giai-trinh 'chưa rõ'
complains 'Gõ DÒNG=CHỮ'
run 2 chibo doi-khop --quy 4/2026 --giai-trinh 9=x
complains 'Không có dòng nào mang số này'
run 2 chibo doi-khop --quy 4/2026 --giai-trinh "1=$(printf 'x%.0s' {1..1000})"
run 0 chibo doi-khop --quy 4/2026 --giai-trinh '1=  Phường Noong Bua   đã hẹn '
says 'Giải trình: Phường Noong Bua đã hẹn'
run 0 chibo doi-khop --quy 4/2026 --giai-trinh 1=
silent_on 'Noong Bua'
run 0 chibo doi-khop --quy 4/2026 --giai-trinh 1='Đang làm thủ tục' --ky --json
same "$(field unexplained)" 0
same "$(field versions.0.cell_signed.by)" '"Lò Văn Bí"'
same "$(field lines.0.explanations.0)" '"Đang làm thủ tục"'
same "$(field lines.0.what)" '"not_received"'
same "$(field figures.full)" '{"cell": 0, "ward": 1}'
run 1 chibo doi-khop --quy 4/2026 --ky
complains 'số liệu đến sau sẽ vào biên bản bổ sung'
run 12 chibo doi-khop --home "$TMP/thuong" --quy 4/2026
complains 'Việc đối khớp do cấp ủy chi bộ và phường làm.'
run 2 chibo doi-khop --home "$TMP/vp" --quy 4/2026 --ky
complains 'Chi bộ nào?'
finish
