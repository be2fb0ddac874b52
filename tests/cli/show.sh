#!/bin/bash
# show.sh - one record for people and for scripts.
. "$(dirname "$0")/lib.sh"

run 0 chibo init --org CB-014 --name 'Chi bộ 14'
M=$(member Lò Văn Thử)
T=$(id chibo add task --set duty='Việc một' --set from=4/11/2026 --set "members=$M")
run 0 chibo edit "$T" --set duty='Việc hai'

run 0 chibo xem "$T"
says "Phân công nhiệm vụ  $T"
says 'Chi bộ 14 · nháp · chưa gửi'
says 'Nhiệm vụ               Việc hai'
says 'Từ ngày                04/11/2026'
says 'Người được phân công   Lò Văn Thử'
silent_on 'Lịch sử'
run 0 chibo xem "$T" --lich-su
says 'Lịch sử'
says 'Nhiệm vụ: Việc một'
run 0 chibo show "$T" --json --history
same "$(field id)" "\"$T\""
same "$(field history.0.op)" '"create"'
same "$(field history.0.fields.duty)" '"Việc một"'
same "$(field history.1.fields.duty)" '"Việc hai"'
same "$(field conflicts)" null
# The word show is enough of the number; more than one is said.
run 0 chibo show "${T:0:20}" --json
run 2 chibo show zzz
run 2 chibo show 000000
run 2 chibo show
run 0 env CHIBO_LANG=en "$BUILD/chibo" show "$T"
says 'Duty'
finish
