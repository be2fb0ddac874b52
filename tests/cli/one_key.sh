#!/bin/bash
# one_key.sh - what is asked with one key at a terminal: a comment on one of two homonyms, two members of one name, a draft
# that was made void and came back. And what is said where nobody can be asked.
. "$(dirname "$0")/lib_situations.sh"
for home in "$A" "$B" "$C"; do run 0 chibo sync --home "$home" --tu-dong tat; done
person() { id chibo add member --home "$C" --org CB-014 --set family_name=Lò --set "given_name=$1" --set gender=nam --set "born=$2" --set "occupation=$3"; }
linked() { new "$C" residence_link "member=$1" "work_org=$2" home_org=CB-014 from=1/1/2026 letter_no=7-GT; }
comments() { chibo list residence_comment --home "$A" --json | grep -c '"id"'; }
H1=$(person Trùng 1951 'Thợ mộc') H2=$(person TRUNG 1962 'Giáo viên') H3=$(person Riêng 1970 'Y tá')
L1=$(linked "$H1" PHUONG) L2=$(linked "$H2" PHUONG) L3=$(linked "$H3" CB-014)
sync_in "$C" "$A" "$B"
WORK=$(value "$A" "$L1" fields.work_org | tr -d '"') # the ward's office: the cell's devices know its number only

run 0 chibo show "$L1" --home "$A"
says "đơn vị không có trong sổ này (${WORK:0:8})"
silent_on "$WORK"

# A comment: birth and place of work are shown before it is saved. Of homonyms Enter is no answer, and "k" writes nothing.
words() { echo ghi nhan-xet --home "$A" --muc "link=$1" --muc "year=$2" --muc level=Khá; }
# shellcheck disable=SC2046
typed ',x,k' $(words "$L1" 2025)
same "$STATUS $(comments)" '2 0'
says 'Nhận xét này về: Lò Trùng · 1951 · Thợ mộc · CB-014 · Chi bộ nơi công tác: đơn vị không có trong sổ này ('"${WORK:0:8}"') · Số giấy giới thiệu: 7-GT. Số đảng viên khác trùng họ tên: 1'
same "$(grep -c 'Có đúng người này không? (c/k): ' <<<"$OUT")" 3
says 'Chưa ghi gì'
# shellcheck disable=SC2046
typed 'c' $(words "$L2" 2025)
same "$STATUS $(comments)" '0 1'
says 'Lò TRUNG · 1962 · Giáo viên · CB-014'
# Nobody of his name: it is shown, and Enter is yes.
# shellcheck disable=SC2046
typed '' $(words "$L3" 2025)
same "$STATUS $(comments)" '0 2'
says 'Nhận xét này về: Lò Riêng · 1970 · Y tá · CB-014 · Chi bộ nơi công tác: Chi bộ Tổ dân phố 14'
says 'Có đúng người này không? (c/k) [c]: '
silent_on 'trùng họ tên'
# Nobody is there at all: nothing is written.
# shellcheck disable=SC2046
typed $'\x04' $(words "$L3" 2024)
same "$STATUS $(comments)" '2 2'
# A script is not asked; it is told where there are homonyms, and only there. An edit likewise.
W=$(new "$A" residence_comment "link=$L1" year=2024 level=Khá)
run 0 chibo edit "$W" --home "$A" --set level=Tốt
complains 'Nhận xét này về: Lò Trùng · 1951 · Thợ mộc'
run 0 chibo add residence_comment --home "$A" --set "link=$L2" --set year=2023 --set level=Khá --json
complains 'Số đảng viên khác trùng họ tên: 1'
run 0 chibo add residence_comment --home "$A" --set "link=$L3" --set year=2023 --set level=Khá
same "$ERR" ''
# One person after all: he has no homonym any more.
run 0 chibo link "$H1" "$H2" --yes --home "$A"
run 0 chibo edit "$W" --home "$A" --set level=Khá
same "$ERR" ''
run 0 chibo unlink "$H1" "$H2" --home "$A"

# Two members: two births are asked, one birth is shown.
same_as() { chibo show "$1" --home "$A" --json | grep -c '"same_as"'; }
either() { echo $(($(same_as "$1") + $(same_as "$2"))); }
typed 'k' noi "$H1" "$H2" --home "$A"
same "$STATUS $(either "$H1" "$H2")" '2 0'
says 'Ngày sinh khác nhau. Có phải một người không? (c/k): '
for text in '1951 · Thợ mộc' '1962 · Giáo viên'; do says "$text"; done
typed '' noi "$H1" "$H2" --home "$A"
same "$STATUS $(either "$H1" "$H2")" '2 0'
typed 'c' noi "$H1" "$H2" --home "$A"
same "$STATUS $(either "$H1" "$H2")" '0 1'
H4=$(person Trùng 1951 'Nghỉ hưu')
sync_in "$C" "$A"
run 0 chibo noi "$H1" "$H4" --home "$A"
for text in 'Lò Trùng · 1951 · Thợ mộc · CB-014' ' | ' 'Lò Trùng · 1951 · Nghỉ hưu · CB-014'; do complains "$text"; done

# A draft that was made void and came back: g keeps it, x lets it go, Enter leaves it.
sync_in "$A" "$B"
X=$(meeting "$A" 01/2023) Y=$(meeting "$A" 02/2023)
sync_in "$A" "$B"
for record in "$X" "$Y"; do
    run 0 chibo xoa "$record" --home "$A"
    put "$B" "$record" place=Đình
done
sync_in "$A" "$B"
for record in "$X" "$Y"; do same "$(value "$A" "$record" void)" '"elsewhere"'; done
typed ',,,,,,' xung-dot --home "$A"
says 'g giữ lại, x xóa; Enter: để sau'
for record in "$X" "$Y"; do same "$(value "$A" "$record" void)" '"elsewhere"'; done
typed 'q,g' giai-quyet "$X" --home "$A"
same "$STATUS $(grep -c 'g giữ lại' <<<"$OUT") $(value "$A" "$X" state void)" '0 2 "draft" null'
typed 'x' giai-quyet "$Y" --home "$A"
same "$STATUS $(value "$A" "$Y" state void)" '0 "void" null'
sync_in "$A" "$B"
same "$(value "$B" "$X" state void) $(value "$B" "$Y" state void)" '"draft" null "void" null'
finish
