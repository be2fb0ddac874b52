#!/bin/bash
# sync.sh - joining a ward, both directions, cuts, a server that dies, and nothing lost.
. "$(dirname "$0")/lib.sh"
ward

# A book that was begun before it was joined loses nothing, and its natural records become the cell's.
run 0 chibo init --org CB-014 --name 'Sổ riêng'
T=$(id chibo add task --set duty='Việc cũ' --set from=4/11/2026)
H=$(id chibo add meeting --set type=regular --set period=11/2026 --set date=4/11/2026 --set start=19:00 --set "chair=$T" --set "scribe=$T")
I=$(invite secretary 'Lò Văn Thử')
run 0 chibo init "$I" --json
same "$(field sent)" 2
run 0 chibo list task --json
same "$(field sync)" '"received"'
same "$(field org)" '"CB-014"'
run 0 chibo verify
says 'đã gửi đủ'
run 2 chibo init "$I"
complains 'đã kết nối với phường từ trước'
run 0 chibo --home "$TMP/b" init "$(invite deputy 'Quàng Thị Ví Dụ')"
run 0 chibo --home "$TMP/b" list meeting --json
same "$(field fields.date)" '"2026-11-04"'

# Nothing new costs next to nothing, and one record each way one round trip.
run 0 chibo sync
run 0 chibo sync --json
same "$(field sent) $(field received) $(field round_trips)" '0 0 1'
same "$([ "$(field app_out)" -le 64 ] && [ "$(field app_in)" -le 48 ] && echo small)" small
B=$(id chibo --home "$TMP/b" add task --set duty='Việc của phó' --set from=4/11/2026)
run 0 chibo --home "$TMP/b" sync --json
same "$(field sent) $(field round_trips)" '1 1'
run 0 chibo sync
says 'Gửi 0 thay đổi · nhận 1'
run 0 chibo show "$B" --json --history
same "$(field history.0.by)" '"Quàng Thị Ví Dụ"'

# A link cut at any byte: what was not sent is sent by the next one, once.
for n in 1 40 300 450; do
    C=$(id chibo add task --set duty="Lần $n" --set from=4/11/2026)
    CHIBO_TEST_CUT_BYTES=$n run 13 chibo sync
    complains 'Không mất gì cả'
    run 0 chibo sync --json
    run 0 chibo show "$C" --json
    same "$(field sync)" '"received"'
done

# The server dies and comes back.
C=$(id chibo add task --set duty='Trước khi máy chủ tắt' --set from=4/11/2026)
run 0 chibo sync
unserve -KILL
run 13 chibo sync
complains 'Chưa kết nối được với máy chủ của phường.'
# What it ended with is not forgotten until an exchange succeeds.
for n in 1 2; do
    run 0 chibo status
    says 'Lần đồng bộ trước không thành: Chưa kết nối được với máy chủ của phường. Không mất gì cả; xin thử lại sau.'
done
run 0 chibo status --json
same "$(field failed)" '"OFFLINE"'
serve
run 0 chibo sync
run 0 chibo status
silent_on 'không thành'
run 0 chibo status --json
same "$(field failed)" null
run 0 chibo --home "$TMP/b" sync
run 0 chibo --home "$TMP/b" show "$C" --json
run 0 chibo verify --json
same "$(field complete)" true

# Of a member the ward owns the name and not the telephone: an officer of the cell is told which is which.
run 0 chibo --home "$TMP/clerk" init "$(chibod invite "$WARD" --org PHUONG --role clerk --person 'Điêu Thị Ví Dụ')"
M=$(id chibo --home "$TMP/clerk" add member --org CB-014 --set family_name=Lò --set given_name=Thử --set gender=male --set born=1961)
run 0 chibo --home "$TMP/clerk" sync
run 0 chibo sync
run 0 chibo edit "$M" --set phone=0912
same "$(grep -c 'phường giữ mục này' <<<"$ERR")" 0
run 0 chibo edit "$M" --set middle_name=Văn
complains 'phường giữ mục này; ý kiến của đồng chí được ghi bên cạnh.'
run 0 chibo sync --json
same "$(field sent) $(field held) $(field refused)" '2 0 0'
run 0 chibo --home "$TMP/clerk" sync
run 0 chibo --home "$TMP/clerk" edit "$M" --set middle_name=Văn
same "$(grep -c 'phường giữ mục này' <<<"$ERR")" 0

# Revoked: it may not read any more, and is told so.
DEVICE=$(chibod devices "$WARD" --json | grep CB-014 | grep -oE '"[0-9a-f]{32}"' | head -n 1 | tr -d '"')
chibod revoke "$WARD" "$DEVICE" >/dev/null
chibo sync >/dev/null 2>"$TMP/one"
one=$?
chibo --home "$TMP/b" sync >/dev/null 2>"$TMP/two"
same "$(sort -n <<<"$one"$'\n'"$?" | tr '\n' ' ')" '0 12 '
same "$(cat "$TMP/one" "$TMP/two" | grep -c 'đã bị thu hồi')" 1
same "$(cat "$TMP/one" "$TMP/two" | grep -c 'cấp mã mời mới')" 1
[ "$one" -eq 0 ] && GONE=$TMP/b || GONE=$CHIBO_HOME
unserve
run 0 chibo --home "$GONE" status
says 'đã bị thu hồi'
says 'cấp mã mời mới'
run 0 chibo --home "$GONE" status --json
same "$(field failed)" '"REVOKED"'

# A copy that went on elsewhere.
serve
[ "$one" -eq 0 ] || CHIBO_HOME=$TMP/b
cp -a "$CHIBO_HOME" "$TMP/copy"
run 0 chibo add task --set duty='Ở sổ gốc' --set from=4/11/2026
run 0 chibo sync
run 0 chibo --home "$TMP/copy" add task --set duty='Ở bản sao' --set from=4/11/2026
run 0 chibo --home "$TMP/copy" sync
says 'đã được khôi phục hoặc sao chép'
run 0 chibo --home "$TMP/copy" status --json
same "$(field failed)" null
same "$(field unsent)" 0
same "$(field copied)" false
run 0 chibo status
silent_on 'không thành'
finish
