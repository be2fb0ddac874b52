#!/bin/bash
# doc_book.sh - `so-van-ban`: two devices of one cell and the ward's clerk see the same numbers; who holds the book prints
# before the ward knows, the others leave the number open; a lost book's papers get letters. In both orders of exchanging.
. "$(dirname "$0")/lib_situations.sh"

doc() { new "$1" doc_out "type=${3:-NQ}" "date=${4:-5/3/2026}" "title=$2"; }
numbers() { # HOME ID...: all of them, with their states
    local id
    for id in "${@:2}"; do chibo show "$id" --home "$1" --json; done |
        sed -n 's/.*"number":"\([^"]*\)","number_state":"\([^"]*\)".*/\1 \2/p' | paste -sd ' '
}
everybody() { # WANT ID...
    local home
    for home in "$A" "$B" "$C"; do same "$(numbers "$home" "${@:2}")" "$1"; done
}

# ---- nobody holds the book: the ward's order counts, and until it is known the number is open
D1=$(doc "$A" 'Về vệ sinh môi trường')
D2=$(doc "$A" 'Báo cáo quý I' BC)
same "$(numbers "$A" "$D1")" '…-NQ/CB waits'
run 0 a so-van-ban
says 'Chưa ai giữ sổ văn bản'
says '…-NQ/CB'
says 'chờ số'
run 12 a so-van-ban tra
complains 'máy này không giữ sổ'
sync_in "$A" "$B" "$C"
everybody '1-NQ/CB given 1-BC/CB given' "$D1" "$D2"
run 0 a show "$D1"
says '1-NQ/CB · đã có trong sổ'
run 0 a list doc_out
says '1-NQ/CB ·'

# ---- the year is that of the paper's date; a resolution, a report bear the number of their paper
run 2 chibo add doc_out --home "$A" --set type=NQ --set year=2025 --set date=5/3/2026 --set title=X
complains 'Năm'
NQ=$(new "$A" resolution date=5/3/2026 'title=Về học tập' 'text=Toàn văn')
D3=$(new "$A" doc_out type=NQ date=31/12/2025 'title=Về học tập' "resolution=$NQ")
sync_in "$A" "$B" "$C"
everybody '1-NQ/CB given 1-NQ/CB given' "$D3" "$NQ"

# ---- the book is taken: it counts when the ward knows
run 0 a so-van-ban nhan
says 'dong-bo'
D4=$(doc "$A" 'Trước khi phường biết')
same "$(numbers "$A" "$D4")" '…-NQ/CB waits'
sync_in "$A" "$B" "$C"
run 0 a so-van-ban
says 'Đồng chí Lò Văn Thử giữ sổ văn bản từ'
says 'trên máy này'
run 2 b so-van-ban nhan
complains 'Lò Văn Thử'
run 2 a so-van-ban nhan

# ---- the holder prints offline, the other leaves it open, whoever is first at the ward
for ORDER in a b; do
    D5=$(doc "$A" "Của người giữ sổ $ORDER")
    D6=$(doc "$B" "Của đồng chí khác $ORDER")
    n=2
    [ $ORDER = a ] || n=5
    same "$(numbers "$A" "$D5")" "$n-NQ/CB unsent"
    same "$(numbers "$B" "$D6")" '…-NQ/CB waits'
    if [ $ORDER = a ]; then sync_in "$A" "$B" "$C"; else sync_in "$B" "$A" "$C"; fi
    everybody "$n-NQ/CB given …-NQ/CB waits" "$D5" "$D6"
    run 0 a so-van-ban vao-so
    says "Đã vào sổ: $([ $ORDER = a ] && echo 2 || echo 1)"
    sync_in "$A" "$B" "$C"
    if [ $ORDER = a ]; then
        everybody '3-NQ/CB given 4-NQ/CB given' "$D4" "$D6"
    else
        everybody '6-NQ/CB given' "$D6"
    fi
done
run 2 chibo add doc_out --home "$A" --set type=NQ --set date=5/3/2026 --set title=X --set printed=5
complains 'Số đã in'
# what was taken back may be on paper: its number is not written again
D7=$(doc "$A" 'Ghi nhầm')
same "$(numbers "$A" "$D7")" '7-NQ/CB unsent'
run 0 a undo
D8=$(doc "$A" 'Ghi đúng')
run 0 chibo void "$D8" --home "$A"
same "$(numbers "$A" "$D8")" '8-NQ/CB unsent'

# ---- the device is lost with what it printed; the deputy takes the book over
sync_in "$B" "$C"
D9=$(doc "$A" 'In ở máy sẽ mất')
run 0 b so-van-ban nhan --ly-do 'Máy của bí thư bị mất'
sync_in "$B" "$C"
D10=$(doc "$B" 'Của người giữ sổ mới')
same "$(numbers "$B" "$D10")" '7-NQ/CB unsent'
sync_in "$B" "$A" "$C"
sync_in "$B" "$A" "$C"
everybody '7-NQ/CB given 8a-NQ/CB lettered 9a-NQ/CB lettered' "$D10" "$D8" "$D9"
run 0 c so-van-ban --org CB-014
says '9a-NQ/CB'
says 'số có thêm chữ'
run 0 b so-van-ban tra
D11=$(doc "$B" 'Không ai giữ sổ nữa')
same "$(numbers "$B" "$D11")" '…-NQ/CB waits'
sync_in "$B" "$A" "$C"
everybody '8-NQ/CB given' "$D11"
for home in "$A" "$B" "$C"; do
    run 0 chibo doc-book --home "$home" --org CB-014 --json
    sed -n '2,$p' <<<"$OUT" | sort >"$TMP/book.$(basename "$home")"
    same "$(sed -n 's/.*"number":"\([^"…]*\)".*"year":\([0-9]*\).*/\1 \2/p' <<<"$OUT" | sort | uniq -d)" ''
    run 0 chibo verify --home "$home"
done
same "$(cat "$TMP/book.b")" "$(cat "$TMP/book.a")"
same "$(cat "$TMP/book.c")" "$(cat "$TMP/book.a")"

# ---- a book without a ward numbers its own papers
run 0 chibo init --home "$TMP/e" --org CB-020 --name 'Chi bộ Trường học'
same "$(numbers "$TMP/e" "$(doc "$TMP/e" Một)" "$(doc "$TMP/e" Hai)")" '1-NQ/CB unsent 2-NQ/CB unsent'
# and papers of older days come in from a table with the numbers they bear; again, nothing is doubled
printf 'type;date;title;printed\nNQ;5/3/2015;Một;7\nBC;6/3/2015;Hai;\n' >"$TMP/cu.csv"
for count in '2 ghi mới' '0 ghi mới'; do
    run 0 chibo import doc_out "$TMP/cu.csv" --home "$TMP/e"
    says "$count"
done
run 0 chibo doc-book --home "$TMP/e" --year 2015
says '7-NQ/CB'
says '1-BC/CB'
# a kind that nothing says what is alike of: its rows are compared whole
printf 'content;way;date\nHọp dân;discussed;5/3/2026\nHọp tổ;discussed;5/3/2026\n' >"$TMP/dan.csv"
run 0 chibo import democracy_item "$TMP/dan.csv" --home "$TMP/e"
says '2 ghi mới'
finish
