#!/bin/bash
# help.sh - every command is in the help, in Vietnamese; slips of the finger are understood.
. "$(dirname "$0")/lib.sh"

run 0 chibo tro-giup
# No word of English slips in where people read Vietnamese.
vietnamese() { same "$(grep -cwE 'the|and|of|or|record|ID|VALUE|FOLDER|FILE|NAME|CODE' <<<"$OUT")" 0; }
vietnamese
for word in khoi-tao ghi sua xem liet-ke tim ky dinh-chinh hoan-tac dong-bo tinh-trang kiem-chung doi-khop xung-dot giai-quyet \
    noi tach khong-nhan gui-lai cac-loai nhap xuat-tep quy-tac den-han huy-hieu tro-giup; do
    says "  $word "
    run 0 chibo "$word" --giup
    says "chibo $word"
    vietnamese
    run 0 chibo tro-giup
done
run 0 chibo --help
says '  xung-dot '

# The ward's server likewise, each command with its line before the options.
run 0 chibod --help
vietnamese
for word in khoi-tao chay don-vi cap-ma tong-hop cho-xem-xet chap-nhan tu-choi trao-doi doi-khop giao-vai thoi-vai \
    chuyen nang-muc thiet-bi thu-hoi tin-lai doi-khoa; do
    says "  chibod $word "
    line=$(sed -n "s/^  chibod $word  *//p" <<<"$OUT")
    run 0 chibod "$word" --giup
    same "$(head -n 1 <<<"$OUT")" "$line"
    vietnamese
    run 0 chibod --help
done
run 0 chibo --version
same "$OUT" "chibo 0.1.0"
for word in 'đồng-bộ' 'ĐỒNG-BỘ' dong_bo 'đồng bộ' sync; do
    run 10 chibo "$word"
done
run 0 chibo khoi-tao
run 2 chibo dong-boo
complains 'có phải dong-bo?'
run 2 chibo ghi viecc --muc duty=x
complains 'có phải viec?'
run 2 chibo ghi viec --muc dutty=x
complains 'có phải duty?'
run 2 chibo ghi viec --mucc duty=x
complains 'có phải'
run 2 chibo ghi
run 2 chibo ghi viec thua
finish
