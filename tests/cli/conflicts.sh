#!/bin/bash
# conflicts.sh - two people write one field differently: seen, settled by both apart from each other, nothing lost.
. "$(dirname "$0")/lib.sh"
ward
B=$TMP/b
run 0 chibo init "$(invite secretary 'Lò Văn Thử')"
run 0 chibo --home "$B" init "$(invite deputy 'Quàng Thị Ví Dụ')"
M=$(member Lò Văn Thử)
H=$(id chibo add meeting --set type=regular --set period=11/2026 --set date=4/11/2026 --set start=19:00 --set "chair=$M" --set "scribe=$M" --set place='Nhà ông Giả')
both() { chibo sync >/dev/null && chibo --home "$B" sync >/dev/null && chibo sync --json >"$TMP/sync" && chibo --home "$B" sync >/dev/null; }
both
run 0 chibo conflicts
says 'Không có gì chờ giải quyết.'

# The place, and the group of start and end.
run 0 chibo edit "$H" --set place='Nhà văn hóa' --set end=20:30
run 0 chibo --home "$B" edit "$H" --set place='Trường học' --set end=21:00
both
run 14 chibo status --json
same "$(field conflicts)" 1
OUT=$(cat "$TMP/sync"); same "$(field conflicts)" 1
run 0 chibo conflicts --json
lines 2
OUT=$(grep '"place"' <<<"$OUT")
same "$(field base)" '"Nhà ông Giả"'
same "$(field mine.value)$(field mine.by)" '"Nhà văn hóa""Lò Văn Thử"'
same "$(field theirs.0.value)$(field theirs.0.by)" '"Trường học""Quàng Thị Ví Dụ"'
run 0 chibo --home "$B" conflicts
says 'Địa điểm (place)'
says 'trước đó: Nhà ông Giả'
says 'của tôi : Trường học  (Quàng Thị Ví Dụ, '
says 'của họ  : Nhà văn hóa  (Lò Văn Thử, '

# Wrong words are told precisely.
run 2 chibo resolve ffffffff --field place --choose mine
complains 'ffffffff'
run 2 chibo resolve "$H" --field plaec --choose mine
complains 'plaec (có phải place?). Các mục: end place'
run 2 chibo resolve "$H" --field date --choose mine
complains 'mục này chỉ có một giá trị'
run 2 chibo resolve "$H" --field end --choose 25:99
complains 'end'
run 2 chibo resolve "$H" --field place
run 2 chibo resolve "$H" --field place --field end --choose mine
complains 'mỗi --muc cần một --chon'

# Both settle it, each otherwise, before either has heard of the other; and one adds an hour that nobody had.
run 0 chibo resolve "$H" --field place --choose theirs --json
same "$(field fields.place)" '"Trường học"'
run 0 chibo --home "$B" giai-quyet "$H" --muc place --chon 'Trường Kim Đồng'
run 0 chibo resolve "$H" --field end --choose mine
run 0 chibo --home "$B" resolve "$H" --field start --choose 19:15 --field end --choose 20:45
both
for home in "$CHIBO_HOME" "$B"; do
    run 0 chibo --home "$home" conflicts
    says 'Không có gì chờ giải quyết.'
    run 0 chibo --home "$home" status
    run 0 chibo --home "$home" show "$H" --json
    same "$(field fields.place) $(field fields.start) $(field fields.end)" '"Trường Kim Đồng" "19:15" "20:45"'
    run 0 chibo --home "$home" verify
done

# Every value that lost is still to be read, with who took its place.
run 0 chibo show "$H" --json --history
same "$("$PYTHON" - "$OUT" <<'P'
import json, sys
h = json.loads(sys.argv[1])["history"]
for c in h:
    if "place" in c["fields"]:
        f = c["fate"]["place"]
        print(c["fields"]["place"], f["how"], f.get("by", "-"), end="; ")
P
)" 'Nhà ông Giả covered Lò Văn Thử; Nhà văn hóa settled Lò Văn Thử; Trường học settled Lò Văn Thử; Trường học replaced Quàng Thị Ví Dụ; Trường Kim Đồng counts -; '
run 0 chibo show "$H" --history
says 'Nhà văn hóa  ← không được chọn khi giải quyết, người chọn: Lò Văn Thử'


# At a terminal: one key for each, Enter leaves it for later, what does not fit is asked again.
run 0 chibo edit "$H" --set place='Sân đình' --set end=20:00
run 0 chibo --home "$B" edit "$H" --set place='Trạm xá' --set end=22:00
both
"$PYTHON" - "$BUILD/chibo" >"$TMP/out" <<'P'
import os, pty, sys
pid, fd = pty.fork()
if pid == 0:
    os.execv(sys.argv[1], [sys.argv[1], 'xung-dot'])
os.write(fd, b'25:99\nm\nt\n')
text = b''
try:
    while True:
        piece = os.read(fd, 4096)
        if not piece:
            break
        text += piece
except OSError:
    pass
print(text.decode(errors='replace'), os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
P
OUT=$(cat "$TMP/out")
says 'm: của tôi, t: của họ'
run 0 chibo conflicts
says 'Không có gì chờ giải quyết.'
run 0 chibo show "$H" --json
same "$(field fields.place) $(field fields.end)" '"Trạm xá" "20:00"'
finish
