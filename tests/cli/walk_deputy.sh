#!/bin/bash
# walk_deputy.sh - the second walkthrough: the deputy, who took the minutes, exchanges at home the evening after; what both
# of them wrote of one meeting is one meeting, and what only a person knows is asked; minutes are not signed before.
. "$(dirname "$0")/lib_walk.sh"
that_evening() { "$@"; } # with a ward the clock is the true one
ward
A=$FAST/a B=$FAST/b
export CHIBO_HOME=$B
run 0 chibo init "$(invite secretary 'Nguyễn Thị Bí')" --home "$A"
run 0 chibo init "$(invite deputy 'Quàng Thị Ví Dụ')" --home "$B"
for home in "$A" "$B"; do run 0 chibo sync --home "$home" --tu-dong tat; done
T=$(member Lò Văn Thử) M=$(member Trần Thị Mẫu) D=$(member Quàng Thị 'Ví Dụ')
both() { for home in "$@"; do chibo sync --home "$home" >/dev/null 2>&1; done; }
both "$B" "$A" "$B"
export CHIBO_HOME=$A
meet() { # HOME HOUR: one meeting, as whoever is at HOME wrote it down
    id chibo add meeting --home "$1" --set type=regular --set period=11/2026 --set date=4/11/2026 --set start="$2" --set "chair=$M" --set "scribe=$D"
}
new() { id chibo add "$2" --home "$1" "${@:3}"; }
H=$(meet "$A" 19:30)
same "$(meet "$B" 19:30)" "$H"
new "$A" attendance --set "meeting=$H" --set "member=$T" --set mark=excused --set reason='công tác' >/dev/null
new "$B" attendance --set "meeting=$H" --set "member=$T" --set mark=partial >/dev/null
new "$A" speech --set "meeting=$H" --set order=1 --set "member=$M" --set text='Đường ngõ 3 hỏng' >/dev/null
for n in 1 2 3 4 5 6; do new "$B" speech --set "meeting=$H" --set order=$n --set "member=$T" --set text="Ý kiến $n" >/dev/null; done
BB=$(new "$A" minutes --set "meeting=$H" --set conclusion='Giao tổ ba sửa đường')
new "$A" fee_payment --set "member=$M" --set month=11/2026 --set amount=32000 --set receipt=118 >/dev/null
new "$B" fee_payment --set "member=$M" --set month=11/2026 --set amount=32000 >/dev/null
both "$A" "$B"
run 0 chibo edit "$BB" --home "$B" --set conclusion='Giao đồng chí Thử sửa đường, xong trước 30/11'
run 0 chibo edit "$BB" --home "$A" --set conclusion='Giao tổ ba sửa đường trong tháng 11'
both "$A"

# At home: one exchange, then what waits. The roll is the minutes-taker's to know, and Enter takes it; the conclusion is the
# chair's, so it is left.
export CHIBO_HOME=$B
shows dong-bo
same "$STATUS" 0
says '2 bản ghi chờ đồng chí giải quyết: chibo xung-dot'
talk xung-dot <<'E'
của họ  : vắng có lý do  (Nguyễn Thị Bí |
2. Kết luận |
E
says '? Nghi trùng: một tháng ghi nộp hai lần'
run 0 chibo list attendance --json
lines 1
same "$(field fields.mark) $(field fields.reason)" '"partial" "công tác"'
run 0 chibo list speech --json
lines 7
run 0 chibo list meeting --json
lines 1
same "$(chibo conflicts --json | grep -c '"field":"conclusion"')" 1

# Twice the same dues: it is said which, and one word makes them one.
PAIR=$(chibo list fee_payment --json | grep -oE '"id":"[0-9a-f]{32}"' | cut -d'"' -f4)
# shellcheck disable=SC2086
shows noi $PAIR
same "$STATUS" 0
run 0 chibo so-lieu 11/2026
same "$(grep -c '32000\|32\.000' <<<"$OUT")" 1

# The minutes are not signed while the conclusion waits; the secretary chooses it, by his number; then they are.
shows ky "$BB"
same "$STATUS" 14
says 'giải quyết trước: chibo xung-dot'
both "$B" "$A"
export CHIBO_HOME=$A
talk giai-quyet "$BB" <<'E'
Kết luận | 2
E
run 0 chibo show "$BB" --json
same "$(field fields.conclusion)" '"Giao đồng chí Thử sửa đường, xong trước 30/11"'
both "$A" "$B"
export CHIBO_HOME=$B
shows ky "$BB"
same "$STATUS" 0
both "$B" "$A"
run 0 chibo show "$BB" --home "$A" --json
same "$(field state)" '"locked"'
# The other words of everybody stay to be read.
run 0 chibo show "$BB" --home "$A" --history
for text in 'Giao tổ ba sửa đường trong tháng 11' 'Giao đồng chí Thử'; do says "$text"; done
for home in "$A" "$B"; do run 0 chibo verify --home "$home"; done
finish
