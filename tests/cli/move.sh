#!/bin/bash
# move.sh - a report goes up, comes back with a reason, goes up again, is approved, locked and put away; nobody goes
# another way, and what is with the ward is not written to. Money: a transfer of dues is reversed, never changed. A paper
# signature is recorded by one device and countersigned by a second.
. "$(dirname "$0")/lib_situations.sh"
state() { value "$1" "$2" state; }

R=$(new "$A" report form=thang period=11/2026 version=1 cutoff=25/11/2026 'figures=members=41' 'narrative=Ổn định')
run 2 a duyet "$R"
run 2 a luu-tru "$R"
complains 'nháp'
run 2 a tra-lai "$R" --ly-do 'X'
run 0 a trinh "$R"
same "$(state "$A" "$R")" '"submitted"'
run 1 chibo edit "$R" --home "$A" --set 'narrative=Khác'
complains 'Đã trình'
run 12 a duyet "$R"
sync_in "$A" "$B" "$C"
run 12 b tra-lai "$R" --ly-do 'X'
run 1 chibo edit "$R" --home "$B" --set 'narrative=Khác'
run 2 c trinh "$R"
complains 'đã gửi'
run 2 c tra-lai "$R"
run 2 c chot "$R"
run 0 c return "$R" --why 'Số đảng viên không khớp'
sync_in "$C" "$A" "$B"
same "$(value "$A" "$R" state fields.superior_note)" '"returned" "Số đảng viên không khớp"'
put "$A" "$R" 'narrative=Đã sửa'
run 0 b trinh "$R"
sync_in "$A" "$B" "$C"
same "$(value "$C" "$R" state fields.narrative)" '"submitted" "Đã sửa"'
run 0 c duyet "$R"
run 0 c chot "$R"
run 0 c luu-tru "$R"
run 2 c tra-lai "$R" --ly-do 'muộn'
complains 'lưu trữ'
sync_in "$C" "$A" "$B"
same "$(state "$A" "$R") $(state "$B" "$R")" '"archived" "archived"'
run 1 chibo edit "$R" --home "$A" --set 'narrative=Khác'
run 1 chibo void "$R" --home "$A"
run 0 chibo list report --home "$A" --json
run 2 a trinh "$M"
complains 'không trình lên'

# ---- both write apart: what came in before it was handed in counts, what comes later is refused and told
Q=$(new "$A" report form=thang period=10/2026 version=1 cutoff=25/10/2026 'figures=members=41')
sync_in "$A" "$B" "$C"
put "$B" "$Q" 'narrative=Viết muộn'
run 0 a trinh "$Q"
sync_in "$A" "$B" "$C"
same "$(state "$B" "$Q")" '"submitted"'
run 0 chibo refused --home "$B"
says 'Viết muộn'

# ---- dues handed on: a mistake is reversed by a record of its own
F=$(new "$A" fee_remit period=Q1/2026 version=1 total=60.000 kept=18.000 remitted=42.000 receipt=BL-01 date=2/4/2026)
sync_in "$A" "$B" "$C"
for field in total=50.000 kept=1 remitted=1; do
    run 2 chibo edit "$F" --home "$A" --set "$field"
done
run 2 chibo void "$F" --home "$A"
REV=$(new "$B" fee_remit period=Q1/2026 version=2 total=-60.000 kept=-18.000 remitted=-42.000 date=3/4/2026 "reverses=$F")
sync_in "$B" "$A" "$C"
same "$(value "$C" "$F" fields.total) $(value "$C" "$REV" fields.total)" '60000 -60000'

# what a payment or a member's rate says is written once too; a wrong rate is made void
PAY=$(new "$A" fee_payment "member=$M" month=3/2026 amount=30.000)
RATE=$(new "$A" fee_rate "member=$M" basis=pension amount=30.000 from=1/2026 waiver=30)
run 2 chibo edit "$PAY" --home "$A" --set amount=20.000
run 2 chibo edit "$RATE" --home "$A" --set waiver=50
run 2 chibo void "$PAY" --home "$A"
run 0 chibo void "$RATE" --home "$A"

# ---- signed on paper by two, recorded by two devices
MT=$(meeting "$A" 9/2026)
BB=$(new "$A" minutes "meeting=$MT" 'conclusion=Nhất trí')
run 0 a ky "$BB"
S1=$(new "$A" signature "minutes=$BB" "signer=$M" office='Bí thư' date=4/11/2026)
sync_in "$A" "$B" "$C"
S2=$(new "$B" signature "minutes=$BB" "signer=$N" office='Thư ký' date=5/11/2026)
sync_in "$B" "$A" "$C"
for home in "$A" "$B" "$C"; do
    same "$(value "$home" "$S1" fields.date) $(value "$home" "$S2" fields.date) $(state "$home" "$BB")" \
        '"2026-11-04" "2026-11-05" "locked"'
    run 0 chibo verify --home "$home"
done
# ---- the ward has received what is signed: it alone says so, once, and of nothing that is not signed
run 12 a tiep-nhan "$BB"
run 2 c trinh "$BB"
run 0 c tiep-nhan "$BB"
run 2 c receive "$BB"
complains 'chỉ tiếp nhận bản đã ký'
MT=$(meeting "$A" 8/2026)
DRAFT=$(new "$A" minutes "meeting=$MT" 'conclusion=Còn bàn')
sync_in "$C" "$A" "$B" "$C"
run 2 c tiep-nhan "$DRAFT"
same "$(state "$A" "$BB") $(state "$B" "$DRAFT")" '"archived" "draft"'
run 0 a xem "$BB"
says 'đã tiếp nhận'
run 0 a dinh-chinh "$BB" --muc conclusion='Nhất trí cao'
sync_in "$A" "$B"
run 0 b xem "$BB"
says 'Nhất trí cao'
finish
