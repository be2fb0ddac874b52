#!/bin/bash
# ward.sh - `chibo phuong`: the ward's clerk looks at three cells from one device. CB-014 did all of its work in March,
# CB-015 met and did not sign, of CB-016 nothing ever came. What is expected was counted by hand.
. "$(dirname "$0")/../cli/lib.sh"
ward
${CC:-cc} -shared -fPIC -o "$TMP/clock.so" tests/cli/clock.c -ldl || exit 1
for n in 15 16; do chibod org "$WARD" add --code CB-0$n --name "Chi bộ Tổ dân phố $n" --type TDP >/dev/null; done
at() { "$BUILD/chibo" "$2" --home "$TMP/$1" "${@:3}"; } # DEVICE COMMAND…
new() { # DEVICE KIND FIELD=VALUE…, CODE first if it is another cell's: its id
    local device=$1 kind=$2 words=() word
    shift 2
    for word; do case $word in CB-*) words+=(--org "$word") ;; *) words+=(--set "$word") ;; esac; done
    id at "$device" add "$kind" "${words[@]}"
}
syncs() { for d; do at "$d" sync --json >"$TMP/out" 2>"$TMP/err" || [ $? = 3 ] || fail "sync $d" "$(cat "$TMP/err")"; done; }
joins() { run 0 at "$1" init "$(chibod invite "$WARD" --org "$2" --role "$3" --person "$4")"; }
joins a CB-014 secretary 'Lò Văn Thử'
joins b CB-014 deputy 'Quàng Thị Ví Dụ'
joins e CB-015 secretary 'Hà Văn Mẫu'
joins c PHUONG clerk 'Điêu Thị Mẫu'

# --- the office's work is refused in a cell, a cell's office in the ward is not
for role in clerk building inspect; do
    run 2 chibod invite "$WARD" --org CB-014 --role $role --person 'Vì Thị Giả'
    complains 'PHUONG'
done
run 0 chibod invite "$WARD" --org PHUONG --role inspect --person 'Vì Thị Giả'

# --- the register: two members in CB-014, one in CB-015
person() { new c member "$1" "family_name=$2" "given_name=$3" gender=nam born=1961 "${@:4}"; }
M=$(person CB-014 Lò Thử) N=$(person CB-014 Trần Giả) K=$(person CB-015 Hà Mẫu)
for m in "$M CB-014" "$N CB-014" "$K CB-015"; do
    [ -n "$(new c membership "${m#* }" "member=${m% *}" "org=${m#* }" type=full from=1/1/2020)" ] || fail "membership $m"
done
syncs c a b e

# --- March: a meeting each in 014 and 015, signed minutes, report and dues in 014 alone
meeting() { new "$1" meeting type=regular period=3/2026 date=4/3/2026 start=19:30 end=21:05 status=held "chair=$2" "scribe=$2"; }
A=$(meeting a "$M") E=$(meeting e "$K")
S=$(new a minutes "meeting=$A" opening=Khai conclusion='Nhất trí')
new e minutes "meeting=$E" opening=Khai conclusion=Chưa >/dev/null
run 0 at a sign "$S"
[ -n "$(new a report form=tháng period=3/2026 version=1 cutoff=31/3/2026 figures=meetings=1)" ] || fail report
new a fee_payment "member=$M" month=3/2026 amount=32000 receipt=1 >/dev/null
new a fee_payment "member=$N" month=3/2026 amount=18000 receipt=2 >/dev/null
new a fee_remit period=3/2026 version=1 total=50000 kept=20000 remitted=30000 >/dev/null
# ... and what is not settled: a person whom the cell proposes, a text that two people wrote
new a member family_name=Lường given_name=Mới gender=nữ born=1999 >/dev/null
L=$(new a meeting type=regular period=5/2026 date=4/5/2026 start=19:30 "chair=$M" "scribe=$M")
T=$(new a minutes "meeting=$L" opening=Khai conclusion='Nhất trí')
syncs a b
run 0 at a edit "$T" --set 'conclusion=Nhất trí 2/2'
run 0 at b edit "$T" --set 'conclusion=Nhất trí 1/2'
syncs a b e a c

cell() { run 0 at c phuong "$1" --chi-bo "$2" --json "${@:3}"; lines 1; } # WORK CODE [WORDS…]
has() { same "$(field "$1")" "$2"; }
run 0 at c ward overview --period 3/2026 --json
lines 3
cell tinh-hinh CB-014 --ky 3/2026
has meetings 1 && has signed 1 && has reports 1 && has period '"2026-03"'
cell tinh-hinh CB-015 --ky 3/2026
has meetings 1 && has signed 0 && has reports 0
cell tinh-hinh CB-016 --ky 3/2026
has meetings 0 && has days null
cell tinh-hinh CB-014 --ky 4/2026
has meetings 0 && has signed 0 && has reports 0
run 0 at c phuong tinh-hinh --ky 3/2026
says '3 chi bộ, 03/2026 · đã họp 2 · biên bản ký 1 · báo cáo 1'
says 'Chưa gửi gì quá 14 ngày: CB-016'
run 0 at c phuong tinh-hinh --ky 3/2026 --thieu --json
same "$(grep -o '"code":"[^"]*"' <<<"$OUT" | tr '\n' ' ')" '"code":"CB-015" "code":"CB-016" '
# sixteen days later nobody has sent anything; what the clerk wrote meanwhile is not the cells'
run 0 env LD_PRELOAD="$TMP/clock.so" SHIFT_S=$((16 * 86400)) "$BUILD/chibo" --home "$TMP/c" phuong tinh-hinh --ky 3/2026
says 'Chưa gửi gì quá 14 ngày: CB-014, CB-015, CB-016'

cell dang-vien CB-014 --ky 3/2026
has members 2
cell register CB-015 --ky 3/2026
has members 1 && has probationary 0
cell dang-phi CB-014 --ky 3/2026
has dues 50000 && has remitted 30000
cell dang-phi CB-014 --ky Q1/2026
has dues 50000
cell dues CB-015 --ky 3/2026
has dues 0
cell cho-xu-ly CB-014
has waiting 2 && has different 1 # the person is a change in each of two classes
cell pending CB-015
has waiting 0 && has different 0

# --- one is introduced to 015, and late: thirty days to present himself
long=$(TZ=UTC-7 date -d '53 days ago' +%d/%m/%Y)
run 0 chibod move "$WARD" --person "$N" --to CB-015 --introduce --letter 12-GT --date "$long"
syncs c
cell dang-chuyen CB-014
has on_the_way 1 && has overdue 1
cell dang-chuyen CB-015
has on_the_way 0
run 0 at c phuong dang-chuyen
says 'Trần Giả'
says 'QUÁ HẠN'

# --- the quarter's match
run 0 at c phuong doi-khop --ky Q1/2026 --json
same "$(grep -c '"pages":0,"unexplained":0,"cell_signed":false' <<<"$OUT")" 3
chibod reconcile "$WARD" --quarter 1/2026 >"$TMP/out" 2>&1
syncs c e
cell doi-khop CB-015 --ky Q1/2026
has pages 1 && has unexplained 0 && has cell_signed false
run 0 at e reconcile --quarter 1/2026 --sign
syncs e c
cell match CB-015 --ky 1/2026 2>/dev/null
has cell_signed true && has ward_signed false
run 2 at c phuong doi-khop --ky 2026
complains '4/2026'

# --- a document is sent down, once
doc=(--muc number=12-HD/ĐU --muc issuer='Đảng ủy phường' --muc date=1/3/2026 --muc 'title=Hướng dẫn kiểm điểm')
run 0 at c phuong gui-van-ban "${doc[@]}"
says 'Đã ghi cho 3 trong 3 chi bộ'
run 0 at c ward send "${doc[@]}" --json
same "$(field written)" 0
# Three cells hold a paper of one number, and nobody wrote twice. The same one again in one cell is like that cell's.
run 0 at c ghi van-ban-den "${doc[@]}" --chi-bo CB-014
same "$(grep -c 'Nghi trùng' <<<"$ERR")" 1
run 0 at c hoan-tac
run 2 at c phuong gui-van-ban --muc title=Thiếu
run 12 at a phuong gui-van-ban "${doc[@]}"
syncs c a e
for d in a e; do
    run 0 at $d list doc_in --json
    lines 1
    says 'Hướng dẫn kiểm điểm'
done

cell tinh-hinh CB-016 --ky 3/2026
has days null # the ward wrote there, the cell itself never did

# --- words
run 0 at c phuong
for word in tinh-hinh dang-vien dang-phi cho-xu-ly dang-chuyen doi-khop gui-van-ban; do says "phuong $word"; done
for word in chuyen gop-chi-bo tach-chi-bo doi-ten; do says "phuong $word"; done
run 12 at c phuong gop-chi-bo
complains 'máy chủ của phường'
complains 'chibod don-vi'
run 2 at c phuong khong-co
run 2 at c phuong tinh-hinh --chi-bo CB-404
run 2 at c phuong tinh-hinh --ky 'hôm kia'
# in a cell: its own alone
run 0 at e phuong tinh-hinh --ky 3/2026 --json
lines 1
has code '"CB-015"'
finish
