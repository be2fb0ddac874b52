#!/bin/bash
# situations.sh - what really collides offline, each situation in both orders of exchanging (lib_situations.sh). The rest is
# in situations_2.sh.
. "$(dirname "$0")/lib_situations.sh"

# Secretary and deputy both create the meeting of the month: one meeting.
same_meeting_before() { :; }
same_meeting_apart() { T1=$(meeting "$A" "1$ROUND/2026"); T2=$(meeting "$B" "1$ROUND/2026"); same "$T1" "$T2"; }
same_meeting_after() { same "$(value "$1" "$T1" fields.date)" '"2026-11-04"'; }

# Start and end, place: a person decides; a value of one is never mixed with one of the other.
place_and_hours_before() { P=$(meeting "$A" "0$ROUND/2026"); }
place_and_hours_apart() { put "$A" "$P" place=Tổ start=19:00 end=20:30; put "$B" "$P" place=Trường start=19:30 end=21:00; }
place_and_hours_after() {
    same "$(waits "$1" "$P" place) $(waits "$1" "$P" start) $(waits "$1" "$P" end)" '1 1 1'
    case $(value "$1" "$P" fields.start fields.end) in '"19:00" "20:30"' | '"19:30" "21:00"') pass ;; *) fail mixed "$OUT" ;; esac
}

# The roll called by one only is the roll; a reason that one side wrote is kept; present against absent is asked.
roll_before() { R=$(meeting "$A" "0$((ROUND + 2))/2026"); RN=$(new "$A" attendance "meeting=$R" "member=$N" mark=excused); }
roll_apart() {
    RM=$(new "$A" attendance "meeting=$R" "member=$M" mark=present)
    RM2=$(new "$B" attendance "meeting=$R" "member=$M" mark=unexcused)
    put "$B" "$RN" reason='Đi viện'
    put "$A" "$RN" mark=exempt
}
roll_after() {
    same "$RM" "$RM2"
    same "$(waits "$1" "$RM" mark)" 1
    same "$(value "$1" "$RN" fields.mark fields.reason)" '"exempt" "Đi viện"'
}

# Speeches typed by both: all are kept. Agenda: all items.
speeches_before() { S=$(meeting "$A" "0$((ROUND + 4))/2026"); put "$A" "$S" agenda='Kiểm diện'; }
speeches_apart() {
    S1=$(new "$A" speech "meeting=$S" order=1 "member=$M" 'text=Nhất trí'); S2=$(new "$B" speech "meeting=$S" order=1 "member=$M" 'text=Nhất trí')
    put "$A" "$S" agenda='Kết nạp'; put "$B" "$S" agenda='Đảng phí'
}
speeches_after() {
    same "$(value "$1" "$S1" fields.text)$(value "$1" "$S2" fields.text)" '"Nhất trí""Nhất trí"'
    value "$1" "$S" fields.agenda >"$TMP/agenda"
    same "$(grep -o 'Kiểm diện\|Kết nạp\|Đảng phí' "$TMP/agenda" | sort | paste -sd ,)" "$(printf 'Kiểm diện\nKết nạp\nĐảng phí\n' | sort | paste -sd ,)"
    same "$(chibo conflicts --home "$1" --json | grep -c "$S")" 0
}

# Conclusion: never mixed, a person takes one or retypes. Votes: counts are one person's, and add up.
conclusion_before() { K=$(new "$A" minutes "meeting=$P"); V=$(new "$A" vote "meeting=$P" "subject=Kết nạp $ROUND" agree=10 against=1 abstain=1 eligible=12); }
conclusion_apart() {
    put "$A" "$K" conclusion='Hoàn thành tốt'; put "$B" "$K" conclusion='Cần cố gắng'
    put "$A" "$V" agree=11 against=0; put "$B" "$V" agree=9 against=2 abstain=1
    chibo edit "$V" --home "$B" --set agree=12 >/dev/null 2>&1; same $? 2
}
conclusion_after() {
    same "$(waits "$1" "$K" conclusion) $(waits "$1" "$V" agree) $(waits "$1" "$V" against)" '1 1 1'
    value "$1" "$V" fields.agree fields.against fields.abstain fields.eligible >"$TMP/counts"
    read -r x y z all <"$TMP/counts"
    same $((x + y + z)) "$all"
}

# The same dues recorded twice: both kept, flagged, on every device.
dues_before() { :; }
dues_apart() { D1=$(new "$A" fee_payment "member=$N" "month=0$ROUND/2026" amount=32000 receipt=17); D2=$(new "$B" fee_payment "member=$N" "month=0$ROUND/2026" amount=32000); }
dues_after() {
    same "$(value "$1" "$D1" fields.amount) $(value "$1" "$D2" fields.amount)" '32000 32000'
    same "$(chibo conflicts --home "$1" --json | grep '"alike":"fee_payment"' | grep "$D1" | grep -c "$D2")" 1
}

# The clerk corrects a birth while the cell writes a phone number: both. What the cell "corrects" stands beside.
birth_and_phone_before() { :; }
birth_and_phone_apart() { put "$A" "$M" "phone=09$ROUND"; put "$C" "$M" "born=196$ROUND"; put "$B" "$M" "given_name=Thứ $ROUND"; }
birth_and_phone_after() {
    same "$(value "$1" "$M" fields.phone fields.born fields.given_name)" "\"09$ROUND\" \"196$ROUND\" \"Thử\""
    same "$(value "$1" "$M" conflicts.given_name.0.value conflicts.given_name.0.by)" "\"Thứ $ROUND\" \"Quàng Thị Ví Dụ\""
    same "$(waits "$1" "$M" given_name) $(waits "$C" "$M" given_name)" '0 1' # it waits for its owner
}

# Two people add the same person: the card tells, nothing is merged; homonyms differ by birth.
same_person_before() { :; }
same_person_apart() {
    L1=$(id chibo add member --home "$C" --org CB-014 --set family_name=Vi --set "given_name=Mẫu" --set gender=nam --set born=1950 --set "card_no=00$ROUND")
    sync_in "$C" # the other clerk's device would do the same; one is enough to flag it everywhere
    L2=$(id chibo add member --home "$C" --org CB-014 --set family_name=Vì --set "given_name=Mẩu" --set gender=nam --set born=1951 --set "card_no=00$ROUND")
}
same_person_after() {
    same "$(value "$1" "$L1" fields.born)$(value "$1" "$L2" fields.born)" '"1950""1951"'
    same "$(chibo conflicts --home "$1" --json | grep '"alike":"member"' | grep "$L1" | grep -c "$L2")" 1
}

# Two update the same task: both updates, the furthest status. Given to two members: both are shown.
task_before() { T=$(new "$A" task "duty=Vận động $ROUND" from=1/11/2026); }
task_apart() {
    put "$A" "$T" status=done "members=$M"; put "$B" "$T" status=doing "members=$N"
    U1=$(new "$A" task_update "task=$T" date=2/11/2026 percent=100); U2=$(new "$B" task_update "task=$T" date=2/11/2026 percent=40)
}
task_after() {
    same "$(value "$1" "$T" fields.status) $(value "$1" "$U1" fields.percent) $(value "$1" "$U2" fields.percent)" '"done" 100 40'
    same "$(value "$1" "$T" fields.members | grep -o '[0-9a-f]\{32\}' | sort | paste -sd ,)" "$(printf '%s\n' "$M" "$N" | sort | paste -sd ,)"
    same "$(waits "$1" "$T" status)" 0
}

# Own score and the superior's are two fields, and each is one side's to write.
scores_before() { E=$(new "$A" appraisal "subject=$M" "period=202$ROUND"); }
scores_apart() { put "$A" "$E" self_score=90; put "$C" "$E" superior_score=85; }
scores_after() { same "$(value "$1" "$E" fields.self_score fields.superior_score conflicts)" '90 85 null'; }

# A report that was sent stays; what comes late is the next version.
late_report_before() { G=$(new "$A" report form=BC1 "period=202$ROUND" version=1 cutoff=31/12/2026 figures='dự 10/12'); }
late_report_apart() {
    chibo edit "$G" --home "$A" --set figures='dự 11/12' >/dev/null 2>&1; same $? 2
    G2=$(new "$B" report form=BC1 "period=202$ROUND" version=2 cutoff=31/12/2026 figures='dự 11/12')
}
late_report_after() { same "$(value "$1" "$G" fields.figures) $(value "$1" "$G2" fields.figures)" '"dự 10/12" "dự 11/12"'; }

# The same comment written twice: one record of this link and year; the level is asked.
comment_before() { Y=$M; W=$(id chibo add residence_link --home "$C" --set "member=$M" --set work_org=PHUONG --set home_org=CB-014 --set "from=$ROUND/1/2026"); }
comment_apart() { W1=$(new "$A" residence_comment "link=$W" year=2026 level=Tốt); W2=$(new "$B" residence_comment "link=$W" year=2026 level=Khá); }
comment_after() { same "$W1" "$W2"; same "$(waits "$1" "$W1" level)" 1; }

# A phone number: the later in the log counts, nobody is asked; the other stays to be read.
later_before() { put "$A" "$N" phone=00; }
later_apart() { put "$A" "$N" "phone=11$ROUND"; put "$B" "$N" "phone=22$ROUND"; }
later_after() {
    same "$(waits "$1" "$N" phone)" 0
    local want=22$ROUND lost=11$ROUND; [ "$FIRST" = "$A" ] || { want=11$ROUND lost=22$ROUND; }
    same "$(value "$1" "$N" fields.phone conflicts.phone.0.value)" "\"$want\" \"$lost\""
}

# Not called yet says nothing: whatever the other marked is the mark, and nobody is asked.
unmarked_before() { UM=$(meeting "$A" "0$ROUND/2025"); }
unmarked_apart() {
    UA=$(new "$A" attendance "meeting=$UM" "member=$N" mark=unmarked); new "$B" attendance "meeting=$UM" "member=$N" mark=present >/dev/null
    UB=$(new "$A" attendance "meeting=$UM" "member=$M" mark=excused); new "$B" attendance "meeting=$UM" "member=$M" mark=unmarked >/dev/null
}
unmarked_after() {
    same "$(value "$1" "$UA" fields.mark) $(value "$1" "$UB" fields.mark)" '"present" "excused"'
    same "$(waits "$1" "$UA" mark) $(waits "$1" "$UB" mark)" '0 0'
}

# A PC whose clock stands at 2010: the order is the log's, the meeting's date is what was typed.
in_2010() { (export LD_PRELOAD=$TMP/clock.so SHIFT_S=$((1262304000 - $(date +%s))); "$@"); }
clock_before() { CT=$(new "$A" task "duty=Trực $ROUND" from=1/11/2026); }
clock_apart() {
    put "$A" "$CT" "duty=của A $ROUND"; in_2010 put "$B" "$CT" "duty=của B $ROUND"
    CM=$(in_2010 meeting "$B" "0$((ROUND + 2))/2025")
}
clock_after() {
    local want=B; [ "$FIRST" = "$A" ] || want=A
    same "$(value "$1" "$CT" fields.duty)" "\"của $want $ROUND\""
    same "$(waits "$1" "$CT" duty) $(value "$1" "$CM" fields.date)" '0 "2026-11-04"'
}

situations same_meeting place_and_hours roll speeches conclusion dues birth_and_phone same_person task scores late_report \
    comment later unmarked clock
# Everything that waits is settled on one device, and then nobody is asked any more.
chibo conflicts --home "$A" --json | grep '"field"' >"$TMP/list"
while read -r line; do
    OUT=$line
    run 0 chibo resolve "$(field id | tr -d '"')" --home "$A" --field "$(field field | tr -d '"')" --choose mine
done < <(grep -v '"field":"\(end\|against\|abstain\)"' "$TMP/list")
sync_in "$A" "$B"
for home in "$A" "$B"; do
    run 0 chibo conflicts --home "$home" --json
    silent_on '"field"'
    run 0 chibo status --home "$home"
done
finish
