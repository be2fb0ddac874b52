#!/bin/bash
# menu.sh - the numbered menu, from a pipe and on a bare terminal; a person who is gone half-way loses nothing.
. "$(dirname "$0")/lib.sh"

# menu TEXT: what is typed, line by line
menu() { printf "$1" | chibo >"$TMP/out" 2>"$TMP/err"; same $? 0; OUT=$(cat "$TMP/out") ERR=$(cat "$TMP/err"); }

# The first time: two questions and a book.
menu ''
says 'Máy này chưa có sổ.'
run 10 chibo list task
menu 'cb 14\nChi bộ\nCB-014\nChi bộ Tổ dân phố 14\n\n0\n'
says 'Mã chỉ gồm'
says 'SỔ CHI BỘ · Chi bộ Tổ dân phố 14 (CB-014) · sổ riêng, chưa kết nối với phường'

for name in 'Nguyễn Thị Mẫu' 'Lò Văn Thử' 'Trần Thị Giả' 'Quàng Thị Dụ'; do member $name >/dev/null; done

# A meeting: wrong answers are told what would be right, dates come back in full, < goes back, . ends.
menu '1\n1\n11/2026\n31/11\n4/11/2026\n7h30 toi\nNhà\n<\nNhà văn hóa\n2\n9\n3\nĐọc nghị quyết;Thu hoạch\n<\n0\n'
says '✗ Đây chưa phải là ngày tháng hợp lệ. Ngày: Tháng 11 chỉ có 30 ngày.'
says '→ thứ Tư, 04/11/2026'
says '→ 19:30'
says '→ Trần Thị Giả'
says 'Đã lưu trên máy này. Chưa gửi phường.'
run 0 chibo list meeting --json
lines 1
same "$(field fields.date)" '"2026-11-04"'
same "$(field fields.start)" '"19:30"'
same "$(field fields.place)" '"Nhà văn hóa"'
same "$(field fields.agenda)" '["Đọc nghị quyết", "Thu hoạch"]'
same "$(field fields.status)" '"held"'
H=$(field id | tr -d '"')

# Roll call: those absent by number, sorted by given name: Dụ, Giả, Mẫu, Thử.
menu '2\n1\n9\n2,4\n1\nđi đám cưới\n0\n'
says '  1  Quàng Thị Dụ'
says '  4  Lò Văn Thử'
says '✗ Chỉ gõ số trong danh sách'
says 'Có mặt 2/4, đạt 50,0 %.'
run 0 chibo list attendance --json
lines 4
run 0 chibo list attendance --json --where "meeting=$H" --where mark=present
lines 2
run 0 chibo list attendance --json --where 'member=Giả'
same "$(field fields.mark) $(field fields.reason)" '"excused" "ốm"'
run 0 chibo list attendance --json --where 'member=Thử'
same "$(field fields.mark) $(field fields.reason)" '"excused" "đi đám cưới"'

# Called anew: whoever is not named keeps mark and reason, and nothing is written.
run 0 chibo status --json
BEFORE=$(field pending)
menu '2\n1\n\n0\n'
says 'Buổi này đã điểm danh.'
says '  2  Trần Thị Giả: vắng có lý do, ốm'
says 'Có mặt 2/4, đạt 50,0 %.'
menu '2\n1\n4\n\n0\n'
says '[vắng có lý do, đi đám cưới]'
run 0 chibo list attendance --json --where 'member=Thử'
same "$(field fields.mark) $(field fields.reason)" '"excused" "đi đám cưới"'
run 0 chibo status --json
same "$(field pending)" "$BEFORE"
# Present after all: the reason goes with the mark, the others stay.
menu '2\n1\n4\n6\n0\n'
says 'Có mặt 3/4, đạt 75,0 %.'
run 0 chibo list attendance --json --where 'member=Thử'
same "$(field fields.mark) $(field fields.reason)" '"present" null'
run 0 chibo show "$(field id | tr -d '"')"
says 'có mặt'
silent_on 'Lý do'
run 0 chibo list attendance --json --where 'member=Giả'
same "$(field fields.mark) $(field fields.reason)" '"excused" "ốm"'
# Gone, or "<", in the middle of a reason: who was not answered for stays what they were.
menu '2\n1\n1,3\n2\n'
run 0 chibo list attendance --json --where 'member=Dụ'
same "$(field fields.mark) $(field fields.reason)" '"excused" "việc nhà"'
run 0 chibo list attendance --json --where 'member=Mẫu'
same "$(field fields.mark)" '"present"'
menu '2\n1\n2,3\n<\n0\n'
run 0 chibo list attendance --json --where 'member=Giả'
same "$(field fields.mark) $(field fields.reason)" '"excused" "ốm"'
run 0 chibo list attendance --json --where mark=present
lines 2

# The same in the first call of a meeting: nothing is known, nothing is written; the next call asks.
menu '1\nk\n1\n12/2026\n4/12/2026\n19h\n.\n<\n0\n'
run 0 chibo list meeting --json --where period=12/2026
H=$(field id | tr -d '"')
menu '2\n2\n2,4\n<\n0\n'
says 'Có mặt 2/2, đạt 100,0 %.'
says 'Chưa điểm danh: 2 người'
run 0 chibo list attendance --json --where "meeting=$H"
lines 2
menu '2\n2\n2\n1\n0\n'
says '  4  Lò Văn Thử: chưa điểm danh'
says 'Chưa điểm danh: 1 người'
run 0 chibo list attendance --json --where "meeting=$H"
lines 3

# Gone in the middle of a form: the answers are offered again.
menu '5\nTrồng cây đầu năm\n'
run 0 chibo list task --json
lines 0
menu '5\n\n\n.\n0\n'
says '[Trồng cây đầu năm]'
run 0 chibo list task --json --where 'duty=Trồng cây đầu năm'
lines 1
# And not once more when it is saved.
menu '5\n'
silent_on '[Trồng cây đầu năm]'

menu '9\n0\n'
says 'Chưa gửi:'
menu '7\nCHIBO1-ABC\n\nx\n99\n0\n'
says 'Mã mời gõ sai hoặc còn thiếu.'

# What waits for the person, and the stick; a book of its own has nothing to bring to a ward.
menu '11\n12\n13\n\n13\n/tmp/khong/co\n0\n'
says 'Không có gì chờ giải quyết.'
says 'Không có gì bị phường từ chối.'
says 'Tệp trên USB'
says 'chibo khoi-tao -'

# On a terminal that does not know it holds UTF-8: erasing takes a letter, not a byte.
"$PYTHON" - "$BUILD/chibo" <<'P' >"$TMP/out" 2>&1
import os, pty, sys, termios
answers = iter([b'5\n', b'Ng\xe1\xbb\x8d\x7f\xe1\xbb\x8d\n', b'4/11/2026\n', b'.\n', b'0\n'])
pid, fd = pty.fork()
if pid == 0:
    t = termios.tcgetattr(0)
    t[0] &= ~getattr(termios, 'IUTF8', 0o40000)
    termios.tcsetattr(0, termios.TCSANOW, t)
    os.execv(sys.argv[1], [sys.argv[1]])
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
run 0 chibo list task --json --where 'duty=Ngọ'
lines 1
same "$(field fields.duty)" '"Ngọ"'
finish
