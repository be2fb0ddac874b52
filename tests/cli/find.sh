#!/bin/bash
# find.sh - a piece of text, with or without marks, in any field of any kind.
. "$(dirname "$0")/lib.sh"

run 0 chibo init --org CB-014 --name 'Chi bộ 14'
M=$(member Quàng Thị 'Ví Dụ')
T=$(id chibo add task --set duty='Chăm sóc hàng cây hoà bình' --set from=4/11/2026)
R=$(id chibo add resolution --set date=4/11/2026 --set title='Về đường làng' --set text="$(printf 'Dòng một\nDòng hai: Đặng Đình')")

for words in 'hàng cây' 'hang cay' 'HÀNG CÂY' 'hòa bình' "$(printf 'ha\xcc\x80ng')"; do
    run 0 chibo tim "$words" --json
    lines 1
    same "$(field id)" "\"$T\""
done
run 0 chibo find 'dang dinh' --json
same "$(field id)" "\"$R\""
# A whole name, which stands in three fields.
run 0 chibo find 'quang thi vi du' --json
same "$(field id)" "\"$M\""
run 0 chibo find 'đ'
says '2 bản ghi'
run 0 chibo find 'không có ở đâu' --json
lines 0
run 2 chibo find ' '
complains 'Xin gõ nội dung cần tìm.'
finish
