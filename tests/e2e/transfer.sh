#!/bin/bash
# transfer.sh - a member goes from one cell to another, on the real programs: introduced, on the way, received by the
# cell itself or by the ward, taken back; counted once at each moment, whichever cell syncs first. And the list of what
# was decided, with who has not heard of it.
. "$(dirname "$0")/lib.sh"

ward() { "$BUILD/chibod" "$@" 2>>"$TMP/log"; }
device() { # NAME CODE ROLE PERSON
    "$BUILD/chibo" init --home "$H/$1" "$(ward invite "$W" --org "$2" --role "$3" --person "$4")" >/dev/null
    chibo "$1" sync --json >/dev/null
}
made() { sed -n 's/^{"v":1,"id":"\([0-9a-f]*\)".*/\1/p'; }
person() { chibo clerk add member --json --org CB-014 --set "family_name=$1" --set "given_name=$2" --set gender=female --set born=1980 | made; }
place() { chibo clerk add membership --json --org CB-014 --set "member=$1" --set org=CB-014 --set type=full --set from=1/1/2020 ${2:+--set "to=$2"} | made; }
syncs() { for d in "$@"; do chibo "$d" sync >/dev/null 2>>"$TMP/log" || is "sync $d" failed ok; done; }
members() { chibo "$1" list member --json | sed -n 's/.*"id":"\([0-9a-f]*\)".*/\1/p' | sort | tr '\n' ' '; }
counted() { ward overview "$W" --json | sed -n 's/.*"code":"\([^"]*\)".*"members":\([0-9]*\).*/\1=\2/p' | tr '\n' ' '; }
on_the_way() { ward in-transit "$W" --json | sed -n 's/.*"name":"\([^"]*\)".*"from":"\([^"]*\)","to":"*\([^",]*\)"*,.*"overdue":\([a-z]*\).*/\1 \2 \3 \4/p' | tr '\n' ';'; }
line() { chibo "$1" list transfer --json --where "name=$2" | sed -n 's/.*"id":"\([0-9a-f]*\)".*/\1/p'; }
told() { # NUMBER: who has not heard of this decision
    ward decisions "$W" --json | grep "\"decision\":\"$1\"" | grep -o '"person":"[^"]*","contact"' | cut -d '"' -f 4 | sort | tr '\n' ';'
}

ago() { TZ=UTC-7 date -d "$1 days ago" +%d/%m/%Y; } # in Vietnam
iso() { TZ=UTC-7 date -d "$1 days ago" +%F; }
long=$(ago 53) long_iso=$(iso 53) due_iso=$(iso 23) marked=$(ago 40) came=$(ago 34) came_iso=$(iso 34) late=$(ago 21) there=$(ago 20)
quarter=$(TZ=UTC-7 date +%m/%Y)
quarter=$(((10#${quarter%/*} + 2) / 3))/${quarter#*/}

world secretary
ward org "$W" add --code CB-015 --name "Chi bộ Tổ dân phố 15" --type TDP >/dev/null
device e1 CB-015 secretary "Bí Thư 15"
device clerk PHUONG clerk "Văn Phòng"
one=$(person Lò Một) two=$(person Hà Hai) three=$(person Vì Ba) four=$(person Sầm Tư)
place "$one" >/dev/null
place "$two" >/dev/null
place "$four" "$marked" >/dev/null
syncs clerk d1
is "nobody has left but the one the clerk marked; all count where they are" "$(counted)$(on_the_way)" "CB-014=4 CB-015=0 Sầm Tư CB-014 null true;"

# --- introduced: still counted in the old cell, seen in both
is "introduce" "$(ward move "$W" --person "$one" --to CB-015 --introduce --letter 12-GT --date "$long" --json | grep -c '"change":"introduce"')" 1
ward move "$W" --person "$one" --to CB-015 --introduce --json >/dev/null
is "not twice" $? 2
ward move "$W" --person "$two" --to CB-015 --introduce --letter 13-GT >/dev/null
ward move "$W" --person "$three" --to CB-015 --introduce >/dev/null
is "the way" "$(on_the_way)" "Lò Một CB-014 CB-015 true;Sầm Tư CB-014 null true;Hà Hai CB-014 CB-015 false;Vì Ba CB-014 CB-015 false;"
want="\"letter\":\"12-GT\",\"left\":\"$long_iso\",\"due\":\"$due_iso\",\"received\":null,\"overdue\":true"
is "30 days" "$(ward in-transit "$W" --json | grep -o "$want")" "$want"
holds "says so to people" grep -q OVERDUE <(ward dang-chuyen "$W")
is "counted in the old cell" "$(counted)" "CB-014=4 CB-015=0 "
is "who does not know it" "$(told 12-GT)" "Bí Thư 15;Nguyễn Văn Mẫu 1;"
ward reconcile "$W" --quarter "$quarter" --json >/dev/null
syncs d1 e1 clerk
is "now both do" "$(told 12-GT)" ""
registered() { # PERIOD: what the clerk's device counts
    chibo clerk phuong dang-vien --ky "$1" --json | sed -n 's/.*"code":"\([^"]*\)".*"members":\([0-9]*\).*/\1=\2/p' | tr '\n' ' '
}
month=$(TZ=UTC-7 date +%m/%Y)
is "the clerk's device counts as the ward does" "$(registered "$month")" "$(counted)"
serve_stop
is "the old cell has them on its list" "$(chibo d1 list transfer --json | grep -c '"way":"out"')" 3
is "the new one too" "$(chibo e1 list transfer --json | grep -c '"way":"in"')" 3
is "the record is where it was" "$(members e1)" ""
page=$(chibo d1 reconcile --quarter "$quarter" --json)
is "the match of registers explains it the same way" "$(sed 's/{/\n{/g' <<<"$page" | grep not_received | grep -c "$long_iso.*$due_iso")" 1

# --- the new cell receives, offline; the ward moves him when it hears of it
chibo d1 receive "$(line d1 "Lò Một")" 2>/dev/null >/dev/null
is "the old cell cannot" $? 12
chibo e1 tiep-nhan "$(line e1 "Lò Một")" --ngay "$came" >/dev/null
is "the new one receives" $? 0
serve
syncs d1 # the old cell first: it knows nothing of it
is "not handed in yet: counted where he was" "$(counted)" "CB-014=4 CB-015=0 "
syncs e1
is "counted in the new cell, once" "$(counted)" "CB-014=3 CB-015=1 "
syncs e1 d1
is "in the new cell" "$(members e1)" "$one "
is "not in the old one's list of members" "$(grep -c "\"org\":\"CB-014\"" <<<"$(chibo d1 show "$one" --json)")$(on_the_way)" "1Sầm Tư CB-014 null true;Hà Hai CB-014 CB-015 false;Vì Ba CB-014 CB-015 false;"
is "closed on both sides" "$(chibo d1 list transfer --json | grep -c "\"closed\":\"$came_iso\"")$(chibo e1 list transfer --json | grep -c "\"closed\":\"$came_iso\"")" 11
is "a membership from that day on" "$(chibo e1 list membership --json | grep -c "\"from\":\"$came_iso\"")" 1

# --- the other order: the new cell's word is in before the old cell has heard of anything; no membership at all
chibo e1 receive "$(line e1 "Vì Ba")" >/dev/null
syncs e1
is "counted once, in the new cell" "$(counted)" "CB-014=2 CB-015=2 "
chibo d1 edit "$three" --set phone=0912345678 >/dev/null # what the old cell still writes follows him
syncs d1 e1
is "what came late" "$(number phone "$(chibo e1 show "$three" --json)")" 0912345678
is "both in the new cell" "$(members e1)" "$(printf '%s\n' "$one" "$three" | sort | tr '\n' ' ')"

# --- the ward receives on its behalf; an introduction is taken back; the whole move in one call
is "nobody of that name is on the way" "$(ward receive "$W" "$one" >/dev/null; echo $?)" 2
ward move "$W" --person "$two" --to CB-014 >/dev/null
is "taken back" $? 0
is "he never left" "$(counted)$(on_the_way)" "CB-014=2 CB-015=2 Sầm Tư CB-014 null true;"
ward move "$W" --person "$two" --to CB-015 --introduce --letter 14-GT --date "$late" >/dev/null
is "the ward receives" "$(ward receive "$W" "${two:0:12}" --date "$there" --json | grep -c '"change":"receive"')" 1
is "counted" "$(counted)" "CB-014=1 CB-015=3 "
ward move "$W" --person "$four" --to CB-015 --date "$late" >/dev/null
is "in one call, whom the clerk had only marked" "$?:$(counted)$(on_the_way)" "0:CB-014=0 CB-015=4 "
syncs d1 e1 clerk
is "all in the new cell" "$(members e1)" "$(printf '%s\n' "$one" "$two" "$three" "$four" | sort | tr '\n' ' ')"
is "from the day that was said" "$(chibo e1 list membership --json | grep -c "\"from\":\"$(iso 21)\"")" 1
is "the clerk's device still counts as the ward does" "$(registered "$month")" "$(counted)"
ward grant "$W" --person "Bí Thư 15" --role clerk --org CB-015 >/dev/null
is "a role of the whole ward is not one of a cell" $? 2
is "but of the ward" "$(ward grant "$W" --person "Văn Phòng" --role building --org PHUONG --dry-run >/dev/null; echo $?)" 0
for d in d1 e1 clerk; do is "$d verifies" "$(chibo $d verify --json | grep -c '"complete":true')" 1; done

# --- what was decided
# Either cell has a receipt no. 1: also when both are one they are two.
for d in d1 e1; do
    who=$one && [ $d = d1 ] && who=$two
    is "$d receives dues" "$(chibo $d add fee_payment --json --set "member=$who" --set month=1/2026 --set amount=20000 --set receipt=1 >/dev/null; echo $?)" 0
done
syncs d1 e1
ward org "$W" merge --from CB-014,CB-015 --into CB-020 --name "Chi bộ 20" --decision 15-QĐ/ĐU --date "$there" >/dev/null
is "the list" "$(ward decisions "$W" --json | sed 's/.*"decision":"\([^"]*\)".*"what":"\([^"]*\)","from":"\([^"]*\)","to":"\([^"]*\)".*/\1 \2 \3 \4/' | tr '\n' ';')" \
    "12-GT introduce CB-014 CB-015;13-GT introduce CB-014 CB-015; introduce CB-014 CB-015; move CB-014 CB-014;14-GT introduce CB-014 CB-015; receive CB-014 CB-015; move CB-014 CB-015;15-QĐ/ĐU merge CB-014,CB-015 CB-020;"
is "dues of both" "$(ward report "$W" 2026 --json | sed -n 's/.*"code":"CB-020".*"dues":\([0-9]*\).*/\1/p')" 40000
is "not told of the merge" "$(told 15-QĐ/ĐU)" "Bí Thư 15;Nguyễn Văn Mẫu 1;"
syncs e1
is "one was told" "$(told 15-QĐ/ĐU)" "Nguyễn Văn Mẫu 1;"
holds "to people too" grep -q '15-QĐ/ĐU.*Nguyễn Văn Mẫu 1' <(ward quyet-dinh "$W")
serve_stop
finish
