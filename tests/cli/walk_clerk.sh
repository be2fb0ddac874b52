#!/bin/bash
# walk_clerk.sh - the third walkthrough: the ward's clerk on the 25th, at a bare terminal: where the cells stand, the match of
# the registers, an office's old list in an old font, a merge that is only tried.
. "$(dirname "$0")/lib_walk.sh"
that_evening() { "$@"; } # with a ward the clock is the true one
ward
for n in 9 10; do run 0 chibod org "$WARD" add --code "CB-0$((100 + n))" --name "Chi bộ Tổ dân phố $n" --type TDP; done
A=$FAST/a C=$FAST/c
run 0 chibo init "$(invite secretary 'Nguyễn Thị Bí')" --home "$A"
run 0 chibo init "$(chibod invite "$WARD" --org PHUONG --role clerk --person 'Điêu Thị Văn')" --home "$C"
both() { for home in "$@"; do chibo sync --home "$home" >/dev/null 2>&1; done; }
for home in "$A" "$C"; do run 0 chibo sync --home "$home" --tu-dong tat; done
add() { id chibo add "$2" --home "$1" "${@:3}"; }
gone=$(add "$C" member --org CB-014 --set family_name=Giàng --set middle_name=A --set given_name=Thử --set gender=nam --set born=1961)
add "$C" membership --set "member=$gone" --set org=CB-014 --set type=full --set from=1/1/2020 --set to=12/10/2026 >/dev/null
both "$C" "$A"
add "$A" meeting --set type=regular --set period=11/2026 --set date=4/11/2026 --set start=19:30 --set "chair=$gone" --set "scribe=$gone" --set status=held >/dev/null
both "$A" "$C"

# Where they stand: who met, who has not been heard of.
shows_chibod tong-hop "$WARD"
same "$STATUS" 0
for text in 'CB-014   Chi bộ Tổ dân phố 14' 'CB-0109' 'CB-0110'; do says "$text"; done
same "$(grep -c 'chưa lần nào' <<<"$OUT")" 2

# The match of the quarter: one line, explained by the cell and signed by both; it is the member who is on his way.
shows_chibod doi-khop "$WARD" --quy 4/2026
same "$STATUS" 14
says '2 khớp, 1 còn chờ'
both "$A"
shows doi-khop --quy 4/2026 --home "$A"
says 'Giàng A Thử – đã giới thiệu, nơi đến chưa tiếp nhận.'
says 'Hạn nộp hồ sơ chuyển sinh hoạt: 11/11/2026'
shows doi-khop --quy 4/2026 --home "$A" --giai-trinh '1=Nơi đến hẹn tiếp nhận trong tuần' --ky
same "$STATUS" 0
both "$A" "$C"
shows doi-khop --quy 4/2026 --don-vi CB-014 --ky --home "$C"
same "$STATUS" 0
says 'Nơi đến hẹn tiếp nhận trong tuần'

# An old list: nobody can tell its font but a person; the readings are shown, and only the right one is taken.
{
    echo 'family_name;given_name;gender;born'
    printf 'Nguy\324n;Th\336 M\311u;n\367;1958\nL\337;Th\366;nam;1961\n'
} >"$TMP/DS_213_cu.csv"
talk nhap dang-vien "$TMP/DS_213_cu.csv" --chi-bo CB-014 --home "$C" <<'E'
Nguyễn | Thị Mẫu | nữ | 1958 | tiếng việt
Tên bảng mã, ví dụ tcvn3 | tcvn3
E
same "$STATUS" 0
says '2 ghi mới'
run 0 chibo list member --home "$C" --json --where given_name='Thị Mẫu'
same "$(field fields.family_name)" '"Nguyễn"'

# A merge is tried before it is decided: it says what it would touch, and touches nothing.
shows_chibod don-vi "$WARD" gop --tu CB-014,CB-0109 --vao CB-0110 --quyet-dinh 31-QĐ/ĐU --ngay 1/7/2026 --xem-truoc
same "$STATUS" 0
says 'Chưa thay đổi gì.'
run 0 chibod don-vi "$WARD" liet-ke
same "$(grep -c '31-QĐ' <<<"$OUT")" 0
finish
