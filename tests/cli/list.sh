#!/bin/bash
# list.sh - all of a kind, and only those with a value.
. "$(dirname "$0")/lib.sh"

run 0 chibo init --org CB-014 --name 'Chi bộ 14'
M=$(member Lò Văn Thử)
N=$(member Trần Thị Giả)
A=$(id chibo add task --set duty='Việc một' --set from=4/11/2026 --set "members=$M")
B=$(id chibo add task --set duty='Việc hai' --set from=5/11/2026 --set status=done --set "members=$M" --set "members=$N")

run 0 chibo liet-ke viec
says "$A  Việc một"
says '2 bản ghi'
run 0 chibo --json list task
lines 2
run 0 chibo list task --json --where from=5/11/2026
same "$(field id)" "\"$B\""
lines 1
run 0 chibo list task --json --where "members=$N"
same "$(field id)" "\"$B\""
run 0 chibo list task --json --where 'duty=viec mot'
same "$(field id)" "\"$A\""
run 0 chibo list task --json --where "members=$M" --where status=done
lines 1
run 0 chibo list task --json --where status=
same "$(field id)" "\"$A\""
run 0 chibo list task --json --where sync=pending --where state=draft --where org=CB-014
lines 2
run 0 chibo list task --json --where org=CB-999
lines 0
run 0 chibo list meeting --json
lines 0
# Persons by given name, then family, then middle name, as Vietnamese sorts; the expected order is CLDR's, by hand.
for name in 'Lê Văn Đạt' 'Nguyễn Văn Ẩn' 'Trần Thị An' 'Nguyễn Thị Dung' 'Lò Văn Ân' 'Nguyễn Văn Ấn' 'Đỗ Thị Ánh' 'Đinh Văn Dũng'; do
    read -r family middle given <<<"$name"
    id chibo add member --set "family_name=$family" --set "middle_name=$middle" --set "given_name=$given" \
        --set gender=male --set born=1960 >/dev/null
done
run 0 chibo list member --json --where born=1960
same "$(sed -n 's/.*"family_name":"\([^"]*\)","middle_name":"\([^"]*\)","given_name":"\([^"]*\)".*/\1 \2 \3/p' <<<"$OUT" | paste -sd,)" \
    'Trần Thị An,Đỗ Thị Ánh,Lò Văn Ân,Nguyễn Văn Ẩn,Nguyễn Văn Ấn,Nguyễn Thị Dung,Đinh Văn Dũng,Lê Văn Đạt'
run 2 chibo list task --where nothing=1
complains 'Loại bản ghi này không có mục đó.'
run 2 chibo list task --where due=31/11/2026
complains 'Tháng 11 chỉ có 30 ngày.'
run 2 chibo list
finish
