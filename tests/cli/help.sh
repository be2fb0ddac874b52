#!/bin/bash
# help.sh - every command is in the help, in Vietnamese; slips of the finger are understood.
. "$(dirname "$0")/lib.sh"

run 0 chibo tro-giup
for word in khoi-tao ghi sua xem liet-ke tim dong-bo tinh-trang kiem-chung tro-giup; do
    says "$word"
    run 0 chibo "$word" --giup
    says "chibo $word"
    run 0 chibo tro-giup
done
# No word of English slips in where people read Vietnamese.
same "$(grep -cE '\b(the|and|of|record)\b' <<<"$OUT")" 0
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
