#!/bin/bash
# quarter.sh - the quarterly match of registers on the real binaries: every kind of difference comes out of what cells and
# clerk recorded, is explained and signed; late data is a supplement; a signed page cannot be changed; all cells in one
# batch, twice, and killed at many points. What is expected was counted by hand.
. tests/e2e/lib.sh

ward() { "$BUILD/chibod" "$@" 2>>"$TMP/log"; }
record() { # DEVICE KIND FIELD=VALUE...: its id
    local device=$1 kind=$2 words=()
    shift 2
    for word in "$@"; do
        case $word in ORG=*) words+=(--org "${word#ORG=}") ;; *) words+=(--set "$word") ;; esac
    done
    chibo "$device" add "$kind" --json "${words[@]}" 2>>"$TMP/log" | sed -n 's/^{"v":1,"id":"\([0-9a-f]*\)".*/\1/p'
}
device() { # NAME CODE ROLE PERSON
    "$BUILD/chibo" init --home "$H/$1" "$(ward invite "$W" --org "$2" --role "$3" --person "$4")" >/dev/null
    chibo "$1" sync --json >/dev/null
}
person() { # ORG FAMILY GIVEN BORN GENDER
    record clerk member "ORG=$1" "family_name=$2" "given_name=$3" "born=$4" "gender=$5"
}
place() { # MEMBER ORG TYPE FROM [TO]
    record clerk membership "member=$1" "org=$2" "type=$3" "from=$4" ${5:+"to=$5"}
}
cell() { # CODE: its part of the batch's answer, in $batch
    sed 's/{"code"/\n&/g' <<<"$batch" | grep "\"$1\""
}
whats() { grep -o '"what":"[a-z_]*"' <<<"$1" | cut -d '"' -f 4 | sort | uniq -c | awk '{ printf "%s%s %s", (NR > 1 ? ", " : ""), $1, $2 }'; }
batch() { batch=$(ward reconcile "$W" --quarter 4/2026 --json); status=$?; }

world secretary
ward org "$W" add --code CB-015 --name "Chi bộ Tổ dân phố 15" --type TDP >/dev/null
device clerk PHUONG clerk "Văn Phòng"
device e1 CB-015 secretary "Bí Thư 15"
mkdir "$W/hop-thu-den"

# --- what the clerk and the two secretaries record
an=$(person CB-014 Lò An 12/3/1958 male) thu=$(person CB-014 Giàng Thử 1/5/1961 male)
twice=$(person CB-014 Hà Đôi 2/2/1970 female) away=$(person CB-014 Vì Xa 3/3/1980 male)
far=$(person CB-015 Hà Đôi 2/2/1970 female)
place "$an" CB-014 full 1/1/2020 >/dev/null
place "$thu" CB-014 full 1/1/2020 12/10/2026 >/dev/null
place "$twice" CB-014 full 1/1/2020 >/dev/null
xa=$(place "$away" CB-014 full 1/1/2020)
place "$away" CB-015 full 20/10/2026 >/dev/null
place "$far" CB-015 full 1/1/2019 >/dev/null
chibo clerk sync --json >/dev/null 2>&1
chibo d1 sync --json >/dev/null
chibo d1 edit "$an" --set born=1959 2>/dev/null >/dev/null
chibo d1 edit "$xa" --set to=19/10/2026 2>/dev/null >/dev/null
record d1 member family_name=Quàng given_name=Mới born=1/1/1999 gender=female >/dev/null
page=$(chibo d1 reconcile --quarter 4/2026 --json)
# Xa: gone by the cell's word, and it cannot know where to. Thử: the ward says so too.
is "before the ward closes: this book alone" "$(whats "$page")" "1 not_received, 1 only_cell, 1 other_value"
chibo d1 reconcile --quarter 4/2026 --sign 2>/dev/null
is "nothing to sign yet" $? 2
chibo d1 sync --json >/dev/null
# the other cell's comes by file
record e1 member family_name=Lường given_name=Tệp born=1/1/1977 gender=male >/dev/null
chibo e1 sync --to-file "$W/hop-thu-den/cb015" >/dev/null
echo "not a file" >"$W/hop-thu-den/rac"

# --- the batch, killed at many points (a copy of the folder for each)
serve_stop
build_tool preload_kill -shared -fPIC -ldl
cp -r "$W" "$TMP/clean"
KILL_COUNT=$TMP/calls LD_PRELOAD=$TMP/preload_kill "$BUILD/chibod" reconcile "$TMP/clean" --quarter 4/2026 --json >"$TMP/want" 2>>"$TMP/log"
is "something waits, and a file could not be taken in" $? 3
calls=$(cat "$TMP/calls")
holds "the batch writes often enough to be killed ($calls)" test "$calls" -ge 8
still() { sed 's/"files":[0-9]*,"changes":[0-9]*/-/; s/"written":[0-9]*/-/g' "$1"; }
killed=0 step=$(((calls + 9) / 10))
for ((k = 1; k <= calls; k += step)); do
    rm -rf "$TMP/again"
    cp -r "$W" "$TMP/again"
    (KILL_AT=$k LD_PRELOAD=$TMP/preload_kill "$BUILD/chibod" reconcile "$TMP/again" --quarter 4/2026 --json) >/dev/null 2>&1
    [ $? -ne 137 ] || killed=$((killed + 1))
    "$BUILD/chibod" reconcile "$TMP/again" --quarter 4/2026 --json >"$TMP/got" 2>>"$TMP/log"
    is "killed before call $k of $calls: the next run ends it" "$(still "$TMP/got")" "$(still "$TMP/want")"
done 2>>"$TMP/log"
holds "it was killed each time ($killed)" test $killed -ge 8

# --- the same beside the running server
serve
batch
is "exit: a file is left" $status 3
is "the file that is none is named" "$(grep -o '"file":"rac","reason":"NOT_A_FILE"' <<<"$batch")" '"file":"rac","reason":"NOT_A_FILE"'
is "the other one was taken in and put away" "$(ls "$W/hop-thu-den/da-nhan" "$W/hop-thu-di")" "$(printf '%s\n' "$W/hop-thu-den/da-nhan:" cb015 '' "$W/hop-thu-di:" cb015)"
rm "$W/hop-thu-den/rac"
first=$batch
batch
is "a second run: what waits" $status 14
is "a second run finds all as it was" "$(sed 's/"written":1/"written":0/g; s/"files":1,"changes":2,"failed":[^]]*\]/"files":0,"changes":0,"failed":[]/' <<<"$first")" "$batch"
# CB-014: the cell counts An, Hà Đôi and Mới; the ward An, Thử (not received), Hà Đôi and Xa
is "the cell's count" "$(number cell "$(cell CB-014)")" 3
is "the ward's" "$(number ward "$(cell CB-014)")" 4
is "lines of the first" "$(number lines "$(cell CB-014)")" 6
# CB-015: Xa and Hà Đôi on both sides, Tệp by the cell alone
is "the other cell" "$(number cell "$(cell CB-015)"):$(number ward "$(cell CB-015)"):$(number lines "$(cell CB-015)")" 3:2:3

# --- explained and signed, offline
chibo d1 sync --json >/dev/null
serve_stop
page=$(chibo d1 reconcile --quarter 4/2026 --json)
is "what differs in CB-014" "$(whats "$page")" "2 double, 1 not_received, 1 only_cell, 1 only_ward, 1 other_value"
is "birth: cell and ward" "$(grep -o '"field":"born","cell":"1959","ward":"1958-03-12"' <<<"$page")" '"field":"born","cell":"1959","ward":"1958-03-12"'
is "introduced on, to be presented by" "$(grep -o '"cell":"2026-10-12","ward":"full","extra":"2026-11-11"' <<<"$page")" '"cell":"2026-10-12","ward":"full","extra":"2026-11-11"'
said=$(chibo d1 reconcile --quarter 4/2026 --sign 2>&1 >/dev/null)
is "not signed while lines are open" "$?:$(grep -o 'first: .*' <<<"$said")" "14:first: 1, 2, 3, 4, 5, 6."
words=()
for n in 1 2 3 4 5 6; do words+=(--explain "$n=vì lý do $n"); done
chibo d1 reconcile --quarter 4/2026 "${words[@]}" >/dev/null
is "explained" $? 0
chibo d1 reconcile --quarter 4/2026 --explain 2="lý do khác" >/dev/null
chibo d1 reconcile --quarter 4/2026 --explain 7=x 2>/dev/null >/dev/null
is "there is no line 7" $? 2
page=$(chibo d1 reconcile --quarter 4/2026 --sign --json)
is "signed, with the newest word on each line" "$?:$(grep -o '"explanations":\["[^]]*"\]' <<<"$page" | sed -n 2p)" '0:"explanations":["lý do khác"]'
chibo d1 reconcile --quarter 4/2026 --explain 1=nữa 2>/dev/null >/dev/null
is "signed is signed" $? 1
serve
chibo d1 sync --json >/dev/null
is "taken by the ward" $? 0
batch
is "still to be signed by the ward" "$status:$(grep -o '"status":"explained"' <<<"$(cell CB-014)")" '14:"status":"explained"'
chibo clerk sync --json >/dev/null 2>&1
chibo clerk reconcile --quarter 4/2026 --sign 2>/dev/null
is "which of them?" $? 2
chibo clerk reconcile --quarter 4/2026 --org CB-014 --explain 1=x 2>/dev/null >/dev/null
is "the clerk does not explain" $? 12
page=$(chibo clerk reconcile --quarter 4/2026 --org CB-014 --sign --json)
is "both have signed" "$(grep -o '"by":"[^"]*"' <<<"$page" | paste -sd,)" '"by":"Nguyễn Văn Mẫu 1","by":"Văn Phòng"'
chibo clerk sync --json >/dev/null 2>&1
chibo d1 sync --json >/dev/null
batch
is "settled" "$(grep -o '"status":"settled"' <<<"$(cell CB-014)")" '"status":"settled"'

# --- the other cell explains by another way round the program: refused once it is signed
chibo e1 sync --json >/dev/null
theirs=$(chibo e1 reconcile --quarter 4/2026 --explain 1=a --explain 2=b --explain 3=c --sign --json |
    sed -n 's/.*"record":"\([0-9a-f]*\)".*/\1/p')
chibo e1 sync --json >/dev/null
chibo e1 edit "$theirs" --set explanations="1: đổi ý" >/dev/null 2>&1
said=$(chibo e1 sync --json 2>/dev/null)
is "FROZEN" "$?:$(number reason "$said")" 3:FROZEN

# --- late data: a supplement with the difference alone, the signed page as it was
record=$(sed -n 's/.*"record":"\([0-9a-f]*\)".*/\1/p' <<<"$page")
before=$(chibo d1 show "$record" --json)
place "$thu" CB-015 full 25/10/2026 >/dev/null
chibo clerk sync --json >/dev/null 2>&1
batch
is "one more version" "$(number versions "$(cell CB-014)"):$(number written "$(cell CB-014)")" 2:1
chibo d1 sync --json >/dev/null
page=$(chibo d1 reconcile --quarter 4/2026 --json)
is "the line went" "$(grep -o '"line":"1.1","change":"-","what":"not_received"' <<<"$page")" '"line":"1.1","change":"-","what":"not_received"'
is "what was signed is as it was" "$(chibo d1 show "$record" --json)" "$before"
chibo d1 reconcile --quarter 4/2026 --sign >/dev/null
is "nothing is left to explain in the supplement" $? 0
chibo d1 sync --json >/dev/null
for d in d1 e1 clerk; do
    is "$d proves its book" "$(chibo $d verify --json | grep -c '"complete":true')" 1
done
serve_stop
finish
