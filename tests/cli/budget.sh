#!/bin/bash
# budget.sh - what an exchange would send, before it is sent; and no more of it than a link has room for.
. "$(dirname "$0")/lib.sh"
ward

run 0 chibo init "$(invite secretary 'Lò Văn Thử')"
run 0 chibo sync --dry-run --json
same "$(field changes) $(field left) $(field deletions)" '0 0 0'
OLD=$(id chibo add task --set duty='Việc đã gửi' --set from=4/11/2026)
run 0 chibo sync

# What is said beforehand is what is sent, to the byte or nearly (seeds and signatures are other ones); nothing was written by saying it.
for n in 1 2 3 4 5 6; do
    id chibo add task --set duty="Vận động các hộ dọn vệ sinh ngõ số $n trước ngày họp tới" --set from=4/11/2026 >/dev/null
done
NEW=$(id chibo add task --set duty='Việc mới, sẽ sửa' --set from=4/11/2026)
run 0 chibo edit "$NEW" --set duty='Việc mới, đã sửa'
run 0 chibo edit "$OLD" --set duty='Việc đã gửi, đã sửa'
run 0 chibo status --json
BEFORE=$OUT
run 0 chibo sync --dry-run --json
same "$(field changes) $(field sealed) $(field left)" '9 0 0'
BYTES=$(field bytes)
run 0 chibo status --json
same "$OUT" "$BEFORE"
run 0 chibo dong-bo --xem-truoc
says 'Sẽ gửi 9 thay đổi, không xóa gì'

# Within a budget: first what corrects a record the ward has, then the oldest; the rest waits, and comes bit by bit.
run 0 chibo sync --budget 280 --dry-run --json
same "$(field changes)" 1
run 0 chibo sync --budget 280 --json
same "$(field sent)" 1
run 0 chibo show "$OLD" --json
same "$(field sync)" '"received"'
run 0 chibo show "$NEW" --json
same "$(field sync)" '"pending"'
for n in 1 2 3 4 5 6 7 8 9; do
    run 0 chibo sync --toi-da 420 --json
    if [ "$(field app_out)" -le 522 ]; then pass; else fail "budget of 420: $OUT"; fi
    [ "$(field sent)" = 0 ] && break
done
run 0 chibo status --json
same "$(field unsent)" 0
run 0 chibo sync --dry-run --json
same "$(field changes)" 0
run 0 chibo verify
says 'đã gửi đủ'

run 2 chibo sync --budget nhiều
complains '20KB'
finish
