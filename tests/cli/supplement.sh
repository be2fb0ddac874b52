#!/bin/bash
# supplement.sh - a report stays as it was handed in; what comes after its cut-off is seen, shown, and makes the next
# version. Figures by hand: they are said here, with the records that make them. In both orders of exchanging.
. "$(dirname "$0")/lib_situations.sh"
mark() { new "$1" attendance "meeting=$2" "member=$3" "mark=$4"; } # HOME MEETING MEMBER MARK
figures() { # HOME PERIOD
    chibo figures "$2" --home "$1" | grep -E '^(members|meetings|present|excused|unexcused|exempt|elsewhere|dues)=' | paste -sd ,
}

# Each figure, from records that are counted and others that are not.
G=$(id chibo add member --home "$C" --org CB-014 --set family_name=Hà --set given_name=Ba --set gender=nam --set born=1950)
H=$(id chibo add member --home "$C" --org CB-014 --set family_name=Vì --set given_name=Tư --set gender=nam --set born=1951)
new "$C" membership "member=$M" org=CB-014 type=full from=1/1/2000 >/dev/null
new "$C" membership "member=$N" org=CB-014 type=probationary from=1/6/2019 to=1/3/2020 >/dev/null
new "$C" membership "member=$N" org=CB-014 type=temp_out from=1/6/2019 >/dev/null
put "$C" "$H" died=15/3/2020
sync_in "$C" "$A" "$B"
same "$(figures "$A" 2/2020)" members=4,meetings=0,present=0,excused=0,unexcused=0,exempt=0,elsewhere=0,dues=0
same "$(figures "$A" 3/2020 | grep -o 'members=[0-9]*')" members=2 # M by his membership, G by his record
P1=$(new "$A" meeting type=regular period=1/2020 date=4/1/2020 start=19:00 "chair=$M" "scribe=$M")
P2=$(new "$A" meeting type=topic period=3/2020 date=4/3/2020 start=19:00 "chair=$M" "scribe=$M" status=held)
P3=$(new "$A" meeting type=committee period=3/2020 date=5/3/2020 start=19:00 "chair=$M" "scribe=$M" status=postponed)
P4=$(new "$A" meeting type=regular period=4/2020 date=4/4/2020 start=19:00 "chair=$M" "scribe=$M" status=held)
P5=$(new "$A" meeting type=regular period=2/2020 date=4/2/2020 start=19:00 "chair=$M" "scribe=$M")
P6=$(new "$A" meeting type=topic period=2/2020 date=6/2/2020 start=19:00 "chair=$M" "scribe=$M" status=held)
for words in "$P1 $M 1" "$P1 $N 7" "$P1 $G 4" "$P1 $H 5" "$P2 $M 2" "$P2 $N 3" "$P2 $G 6" "$P3 $M 1" "$P4 $M 1" "$P5 $M 0"; do
    mark "$A" $words >/dev/null
done
run 0 chibo void "$P6" --home "$A"
F1=$(new "$A" fee_payment "member=$M" month=1/2020 amount=30000)
F2=$(new "$A" fee_payment "member=$N" month=2/2020 amount=20000)
new "$A" fee_payment "member=$N" month=2/2020 amount=-20000 "reverses=$F2" >/dev/null
F3=$(new "$A" fee_payment "member=$M" month=1/2020 amount=30000) # probably twice
new "$A" fee_payment "member=$M" month=4/2020 amount=7 >/dev/null
same "$(figures "$A" Q1/2020)" members=2,meetings=2,present=3,excused=1,unexcused=1,exempt=1,elsewhere=1,dues=30000
same "$(figures "$A" 1/2020)" members=4,meetings=1,present=3,excused=0,unexcused=0,exempt=1,elsewhere=0,dues=30000
run 0 chibo unlink "$F1" "$F3" --home "$A"
same "$(figures "$A" Q1/2020 | grep -o 'dues=[0-9]*')" dues=60000
run 0 chibo link "$F1" "$F3" --home "$A"
same "$(figures "$A" Q1/2020 | grep -o 'dues=[0-9]*')" dues=30000
run 0 chibo so-lieu 2020 --home "$A" --json
same "$(field meetings) $(field dues)" '3 30007'
run 2 chibo so-lieu 13/2020 --home "$A"
complains '13/2020'

# Report submitted, then late roll call arrives: the secretary handed it in, the deputy's roll comes after.
late_roll_before() {
    LP=$(new "$A" meeting type=regular "period=$ROUND/2021" date=4/1/2021 start=19:00 "chair=$M" "scribe=$M")
    mark "$A" "$LP" "$M" present >/dev/null
    LR=$(new "$A" report form=BC-1 "period=$ROUND/2021" version=1 cutoff=28/2/2021 narrative='Đủ' \
        "figures=$(printf 'Meetings=1\nCó mặt = 1\nTheo ông Giả: tốt=1\ndues=0\nexcused=0')")
    same "$(value "$A" "$LR" fields.version)" 1
    run 0 chibo bo-sung "$LR" --home "$A"
    says 'không có gì cần bổ sung'
    run 0 chibo show "$LR" --home "$A"
    silent_on 'bo-sung'
}
late_roll_apart() { mark "$B" "$LP" "$N" present >/dev/null; new "$B" fee_payment "member=$N" "month=$ROUND/2021" amount=32000 >/dev/null; put "$A" "$N" "phone=0$ROUND"; }
late_roll_after() {
    local late='"differences": [{"figure": "present", "reported": 1, "now": 2, "difference": 1}, {"figure": "dues", "reported": 0, "now": 32000, "difference": 32000}]'
    same "$(value "$1" "$LR" fields.figures)" '"Meetings=1\nCó mặt = 1\nTheo ông Giả: tốt=1\ndues=0\nexcused=0"' # untouched
    run 0 chibo show "$LR" --home "$1"
    says "! Có số liệu đến sau ngày chốt: chibo bo-sung ${LR:0:13}"
    run 0 chibo status --home "$1" --json
    same "$(field late_reports)" 1
    run 0 chibo tinh-trang --home "$1"
    says 'Báo cáo có số liệu đến sau ngày chốt: 1.'
    says "$LR"
    run 0 chibo bo-sung "$LR" --home "$1" --thu
    says 'BC-1 · 0'$ROUND'/2021, phiên bản 1, chốt ngày 28/02/2021'
    says 'Có mặt (present): 1 -> 2 (+1)'
    says 'Đảng phí đã thu (dues): 0 -> 32000 (+32000)'
    silent_on 'excused'
    says 'Muốn ghi thành phiên bản 2'
    run 0 chibo supplement "$LR" --home "$1" --dry-run --json
    same "{\"differences\": $(field differences)} $(field next) $(field id)" "{$late} 2 null"
    [ "$1" = "$B" ] || return
    same "$(chibo list report --home "$B" --json | grep -c "\"period\":\"2021-0$ROUND\"")" 1 # nothing was written
    run 0 chibo bo-sung "$LR" --home "$FIRST" --json
    local next; next=$(field id | tr -d '"')
    same "$(field report) $(field version) $(field next)" "\"$LR\" 1 2"
    sync_in "$FIRST" "$A" "$B"
    for d in "$A" "$B"; do
        same "$(value "$d" "$LR" fields.figures fields.version fields.narrative)" '"Meetings=1\nCó mặt = 1\nTheo ông Giả: tốt=1\ndues=0\nexcused=0" 1 "Đủ"'
        same "$(value "$d" "$next" fields.figures fields.version fields.form fields.period fields.narrative)" \
            '"Meetings=1\nCó mặt =2\nTheo ông Giả: tốt=1\ndues=32000\nexcused=0" 2 "BC-1" "2021-0'$ROUND'" null'
        run 0 chibo show "$LR" --home "$d"
        says "Đã có phiên bản sau: 2, $next"
        silent_on 'bo-sung'
        run 0 chibo status --home "$d" --json
        same "$(field late_reports)" 0
        run 0 chibo bo-sung "$LR" --home "$d" # by whichever version
        says 'phiên bản 2, chốt ngày'
        says 'không có gì cần bổ sung'
    done
}

# Both write the supplement apart from each other: it is one record.
twice_before() {
    TP=$(new "$A" meeting type=regular "period=$ROUND/2022" date=4/1/2022 start=19:00 "chair=$M" "scribe=$M")
    TR=$(new "$A" report form=BC-1 "period=$ROUND/2022" version=1 cutoff=28/2/2022 "figures=excused=0")
    mark "$A" "$TP" "$N" excused >/dev/null
}
twice_apart() {
    S1=$(chibo bo-sung "$TR" --home "$A" --json | grep -o '"id":"[0-9a-f]*"')
    S2=$(chibo bo-sung "$TR" --home "$B" --json | grep -o '"id":"[0-9a-f]*"')
    same "$S1" "$S2"
}
twice_after() {
    same "$(chibo list report --home "$1" --json | grep "\"period\":\"2022-0$ROUND\"" | grep -c '"version":[12]')" 2
    same "$(chibo conflicts --home "$1" --json | grep -c '"kind":"report"')" 0
}

situations late_roll twice
# What is no report, is none that can be counted, or is not there.
W=$(new "$A" report form=BC-2 period=2021 version=1 cutoff=1/2/2022 'figures=dự 10/12')
run 2 chibo bo-sung "$W" --home "$A"
complains 'chibo so-lieu'
run 2 chibo bo-sung "$M" --home "$A"
run 0 chibo xoa "$W" --home "$A"
run 2 chibo bo-sung "$W" --home "$A"
complains 'khoi-phuc'
finish
