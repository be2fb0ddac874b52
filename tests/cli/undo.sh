#!/bin/bash
# undo.sh - the last thing that was written is taken back: before an exchange it is gone, after one a correcting record
# puts it right; what may not be is refused with a sentence.
. "$(dirname "$0")/lib_situations.sh"
for home in "$A" "$B" "$C"; do run 0 chibo sync --home "$home" --tu-dong tat; done
undo() { run 0 chibo hoan-tac --home "$A" "$@"; }
refuses() { run "$1" chibo hoan-tac --home "$A"; complains "$2"; }
count() { chibo list "$2" --home "$1" --json | grep -c '"id"'; }
export CHIBO_HOME=$A

# --- not sent yet: it was never there, step by step backwards ---
T=$(new "$A" task 'duty=Trồng cây' from=1/11/2026 "members=$M")
put "$A" "$T" due=30/11/2026 "members=$N"
put "$A" "$T" due=5/12/2026 status=doing
undo --thu
says 'Hạn hoàn thành: 05/12/2026 → 30/11/2026'
same "$(value "$A" "$T" fields.due fields.status)" '"2026-12-05" "doing"'
undo
says 'Đã trả lại như trước: Phân công nhiệm vụ · Trồng cây'
says 'Hạn hoàn thành: 05/12/2026 → 30/11/2026'
says 'Tình trạng nhiệm vụ: đang làm → –'
same "$(value "$A" "$T" fields.due fields.status)" '"2026-11-30" null'
undo --json
same "$(field undone) $(field kind) $(field id)" "\"earlier\" \"task\" \"$T\""
same "$(value "$A" "$T" fields.due fields.members)" "null [\"$M\"]"
undo
says 'Đã bỏ (chưa gửi phường): Phân công nhiệm vụ · Trồng cây'
run 2 chibo show "$T"
run 0 chibo status --home "$A" --json
same "$(field pending)" 0
refuses 1 'Không có gì để hoàn tác.'

# A person at a terminal is shown it and asked; "k" and the end of the terminal leave it.
T=$(new "$A" task 'duty=Quét sân' from=1/11/2026)
typed k hoan-tac --home "$A"
says 'Không hoàn tác gì.'
typed $'\x04' hoan-tac --home "$A"
same "$(count "$A" task)" 1
typed '' hoan-tac --home "$A"
same "$STATUS $(count "$A" task)" '0 0'
says 'Hoàn tác việc này? (c/k) [c]: '

# A roll call is one step.
H=$(meeting "$A" 11/2026)
sync_in "$A"
typed '2,1,1,1,0' --home "$A"
same "$(count "$A" attendance)" 2
undo
same "$(count "$A" attendance) $(count "$A" meeting)" '0 1'

# --- sent: the ward has it, so what puts it right is written too ---
T=$(new "$A" task 'duty=Thăm hỏi' from=1/11/2026 due=30/11/2026 "members=$M")
put "$A" "$T" due=5/12/2026 'duty=Thăm hỏi gia đình' "members=$N" # of the list: one more
sync_in "$A" "$B"
same "$(value "$B" "$T" fields.due)" '"2026-12-05"'
undo
says 'Hạn hoàn thành: 05/12/2026 → 30/11/2026'
says 'Nhiệm vụ: Thăm hỏi gia đình → Thăm hỏi'
sync_in "$A" "$B"
same "$(value "$B" "$T" fields.due fields.duty fields.members)" "\"2026-11-30\" \"Thăm hỏi\" [\"$M\"]"
# Then the one before: it was made, so it is made void. The meeting before that likewise.
undo
says 'Đã xóa (phường đã có, ghi thêm bản xóa): Phân công nhiệm vụ · Thăm hỏi'
undo
sync_in "$A" "$B"
same "$(value "$B" "$T" state void) $(value "$B" "$H" state)" '"void" null "void"'
# A deletion that was sent is taken back too; what was cleared comes back.
T=$(new "$A" task 'duty=Họp tổ' from=1/11/2026 due=30/11/2026)
sync_in "$A"
put "$A" "$T" due=
sync_in "$A"
undo
same "$(value "$A" "$T" fields.due)" '"2026-11-30"'
run 0 chibo xoa "$T" --home "$A"
sync_in "$A"
undo
says 'Đã khôi phục: Phân công nhiệm vụ · Họp tổ'
sync_in "$A" "$B"
same "$(value "$B" "$T" state fields.due)" '"draft" "2026-11-30"'

# A payment is cancelled by its opposite, which names it; nothing is subtracted twice.
F=$(new "$A" fee_payment "member=$M" month=11/2026 amount=32000 receipt=118)
sync_in "$A"
undo
says 'Đã ghi bản hủy, số tiền ngược dấu'
sync_in "$A" "$B"
run 0 chibo list fee_payment --home "$B" --json --where "reverses=$F"
lines 1
same "$(field fields.amount) $(field fields.member)" "-32000 \"$M\""

# --- refused ---
# The deputy wrote there since: his word is not taken back with ours.
T=$(new "$A" task 'duty=Tuần tra' from=1/11/2026)
sync_in "$A" "$B"
put "$B" "$T" due=1/12/2026
sync_in "$B" "$A"
refuses 1 'Sau đó đã có người khác ghi vào đây.'
same "$(value "$A" "$T" state)" '"draft"'
put "$A" "$T" 'duty=Tuần tra đêm'
sync_in "$A" "$B"
put "$B" "$T" 'duty=Tuần tra ngày'
sync_in "$B" "$A"
refuses 1 'Phân công nhiệm vụ · Tuần tra ngày: Nhiệm vụ: Sau đó đã có người khác ghi vào đây.'
same "$(value "$A" "$T" fields.duty)" '"Tuần tra ngày"'
# Unsent, what was written over his word goes, and his stands again.
put "$A" "$T" 'duty=Tuần tra tối'
undo
same "$(value "$A" "$T" fields.duty)" '"Tuần tra ngày"'
# A signature that was sent stays; unsent it goes.
R=$(new "$A" resolution date=4/11/2026 title=Một text=Hai)
run 0 chibo ky "$R" --home "$A"
undo
same "$(value "$A" "$R" state)" '"draft"'
run 0 chibo ky "$R" --home "$A"
sync_in "$A"
refuses 1 'Chữ ký đã gửi thì giữ nguyên.'
# What is only added to is put right by another row.
new "$A" task_update "task=$T" date=4/11/2026 percent=10 >/dev/null
sync_in "$A"
refuses 2 'Loại này sửa bằng cách ghi thêm bản khác'
for home in "$A" "$B"; do run 0 chibo verify --home "$home"; done
finish
