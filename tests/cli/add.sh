#!/bin/bash
# add.sh - recording: fields as people write them, natural ids, lists, what is missing.
. "$(dirname "$0")/lib.sh"

run 0 chibo khoi-tao --chi-bo CB-014 --ten 'Chi bộ 14'
M=$(member Lò Văn Thử)
N=$(member Trần Thị Giả)
same ${#M} 32

run 0 chibo --json add task --set 'duty=Chăm sóc hàng cây' --set from=4/11/2026 --set 'members=lo van thu' --set "members=${N:0:16}"
same "$(field kind)" '"task"'
same "$(field org)" '"CB-014"'
same "$(field state)" '"draft"'
same "$(field sync)" '"pending"'
same "$(field v)" 1
same "$(field fields.from)" '"2026-11-04"'
same "$(field fields.members)" "$(printf '["%s", "%s"]' "$M" "$N")"
# The Vietnamese words, with and without marks, and labels of fields.
run 0 chibo --json ghi 'Việc' --muc 'nhiem-vu=Quét ngõ' --muc 'Từ ngày=5.11.2026'
same "$(field fields.duty)" '"Quét ngõ"'
run 0 chibo GHI viec --json --muc=duty=x --muc from=2026-11-05 --muc status=doing
same "$(field fields.status)" '"doing"'
# Everything that was typed decomposed is stored composed.
run 0 chibo --json add task --set "duty=$(printf 'Vie\xcc\xa3\xcc\x82c')" --set from=5/11/2026
same "$(field fields.duty)" '"Việc"'

# The regular meeting of a month is one record, whoever makes it.
run 0 chibo add meeting --set type=regular --set period=11/2026 --set date=4/11/2026 --set 'start=7h30 toi' --set "chair=$M" --set scribe=$N
MEETING=$OUT
run 0 chibo --json add meeting --set type=1 --set period='tháng 11/2026' --set date=5/11/2026 --set start=19h --set "chair=$M" --set scribe=$N
complains 'đã có'
same "$(field id)" "\"$MEETING\""
same "$(field fields.date)" '"2026-11-05"'
same "$(field fields.start)" '"19:00"'
run 0 chibo add meeting --set type=regular --set period=11/2026 --set date=5/11/2026 --set start=19:00 --set "chair=$M" --set scribe=$N
complains 'Không có gì thay đổi'
run 0 chibo --json add attendance --set "meeting=$MEETING" --set "member=$M" --set mark=excused --set reason=ốm
A=$(field id)
run 0 chibo --json add attendance --set "meeting=${MEETING:0:8}" --set 'member=Thử' --set mark=present
same "$(field id)" "$A"
same "$(field fields.mark)" '"present"'
same "$(field fields.reason)" '"ốm"'

# What is missing is named; nothing is written.
run 2 chibo add task --set due=1/12/2026
complains 'Nhiệm vụ (duty)'
complains 'Từ ngày (from)'
run 2 chibo --json add task
same "$ERR" "$(printf '{"v":1,"error":"MISSING_FIELD","status":2,"message":"Còn thiếu mục bắt buộc. Nhiệm vụ (duty), Từ ngày (from)"}')"
run 0 chibo list task --json
lines 4

# Typed at a terminal, what is missing is asked for.
"$PYTHON" - "$BUILD/chibo" <<'P' >"$TMP/out" 2>&1
import os, pty, sys
answers = iter([b'Qu\xc3\xa9t s\xc3\xa2n\n', b'31/11/2026\n', b'3/11/2026\n'])
pid, fd = pty.fork()
if pid == 0:
    os.execv(sys.argv[1], [sys.argv[1], 'ghi', 'viec'])
seen = b''
while True:
    try:
        part = os.read(fd, 4096)
    except OSError:
        break
    if not part:
        break
    seen += part
    if part.endswith(b': '):
        os.write(fd, next(answers, b'\x04'))
sys.stdout.buffer.write(seen)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
P
same $? 0
OUT=$(cat "$TMP/out")
says 'Tháng 11 chỉ có 30 ngày'
says 'thứ Ba, 03/11/2026'
run 0 chibo --json list task --where 'duty=Quét sân'
lines 1
finish
