#!/bin/bash
# status.sh - what is not sent, when it was, and what waits for a person.
. "$(dirname "$0")/lib.sh"

run 0 chibo init --org CB-014 --name 'Chi bộ 14'
run 0 chibo tinh-trang
says 'SỔ CHI BỘ · Chi bộ 14 (CB-014) · sổ riêng, chưa kết nối với phường'
silent_on 'Chưa gửi'
T=$(id chibo add task --set duty=x --set from=4/11/2026)
run 0 chibo status
says 'Chưa gửi: 1 thay đổi'
run 0 chibo status --json
same "$(field unsent)" 1
same "$(field conflicts)" 0
same "$(field synced)" null
run 12 chibo dong-bo
complains 'Sổ này chưa kết nối với phường.'

ward
run 0 chibo init "$(invite secretary 'Lò Văn Thử')"
run 0 chibo status
says 'đã đồng bộ hôm nay'
says 'Không còn gì chờ gửi.'
says "127.0.0.1:$PORT"

# A cell may not enter documents of the ward: said before, and refused with its reason.
run 0 chibo add doc_in --set number=4-NQ/TW --set issuer=TW --set date=30/10/2016 --set title='Nghị quyết'
complains 'phường có thể sẽ không nhận'
run 3 chibo sync
complains 'Mới làm được một phần.'
run 0 chibo status
says 'Phường không nhận: 1 thay đổi'
says 'Đồng chí không có quyền làm việc này.'
# A new member is proposed by the cell, and waits.
M=$(member Trần Thị Giả)
run 0 chibo sync
run 0 chibo show "$M" --json
same "$(field sync)" '"held"'
run 0 chibo status --json
same "$(field refused)" 1
same "$(field held) $(field held_changes)" '1 2'

# Two people write the same differently: both values, and its own status.
run 0 chibo --home "$TMP/b" init "$(invite deputy 'Quàng Thị Ví Dụ')"
H=$(id chibo add meeting --set type=regular --set period=11/2026 --set date=4/11/2026 --set start=19:00 --set "chair=$M" --set "scribe=$M")
same "$(id chibo --home "$TMP/b" add meeting --set type=regular --set period=11/2026 --set date=5/11/2026 --set start=19:00 \
    --set "chair=$M" --set "scribe=$M")" "$H"
run 0 chibo sync
run 0 chibo --home "$TMP/b" sync
run 0 chibo sync
run 14 chibo status
says 'Nhiều người ghi khác nhau: 1 bản ghi'
run 0 chibo show "$H" --json
ONE=$OUT
same "$(field fields.date)" '"2026-11-05"'
same "$(field conflicts.date.0.value)" '"2026-11-04"'
same "$(field conflicts.date.0.by)" '"Lò Văn Thử"'
run 0 chibo --home "$TMP/b" show "$H" --json
same "$OUT" "$ONE"
run 0 chibo show "$H"
says '→ Ngày: 05/11/2026  (Quàng Thị Ví Dụ'
finish
