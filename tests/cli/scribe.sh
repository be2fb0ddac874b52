#!/bin/bash
# scribe.sh - of what two people wrote down of one meeting, the minutes-taker's is marked and is what Enter takes, on every
# device and in both orders of exchanging; where nobody can tell who he is, nothing is chosen beforehand.
. "$(dirname "$0")/lib_situations.sh"
waiting() { OUT=$(chibo conflicts --home "$1" --json 2>/dev/null | grep -F "$2" | grep -F "\"field\":\"$3\""); } # HOME ID FIELD

# No exchange of its own follows what is typed at a terminal: here the order of exchanging is the test's.
for home in "$A" "$B"; do run 0 chibo sync --home "$home" --tu-dong tat; done

# The deputy takes the minutes; her name stands in the register without the marks that the ward's list has.
D=$(id chibo add member --home "$C" --org CB-014 --set family_name=QUANG --set middle_name=Thi --set given_name='vi du' --set gender=nữ --set born=1980)
sync_in "$C" "$A" "$B"
held_by() { new "$1" meeting type=topic "period=$2" date=4/11/2026 start=19:00 "chair=$M" "scribe=$3" place=Tổ; }

# Start and end, place, a mark: hers is the default on both devices.
hers_before() { P=$(held_by "$A" "0$ROUND/2026" "$D"); }
hers_apart() {
    put "$A" "$P" start=19:00 end=20:30 place=Đình; put "$B" "$P" start=19:30 end=21:00 place=Trường
    RM=$(new "$A" attendance "meeting=$P" "member=$N" mark=present); new "$B" attendance "meeting=$P" "member=$N" mark=unexcused >/dev/null
}
hers_after() {
    local number=2 word=theirs.0 record field
    [ "$1" = "$A" ] || number=1 word=mine
    for field in "$P start" "$P end" "$P place" "$RM mark"; do
        record=${field% *} field=${field#* }
        waiting "$1" "$record" "$field"
        same "$(field default) $(field default_why)" "$number \"scribe\""
    done
    same "$(field "$word.value") $(field "$word.by")" '"unexcused" "Quàng Thị Ví Dụ"'
    run 0 chibo conflicts --home "$1"
    grep -F 'thư ký cuộc họp ghi' <<<"$OUT" >"$TMP/marked"
    same "$(grep -c 'Quàng Thị Ví Dụ, ' "$TMP/marked") $(grep -c 'Lò Văn Thử' "$TMP/marked")" '4 0'
    [ "$1" = "$B" ] || return
    # Whoever came first settles it: Enter for the hours, which answers for both; the number of the other place; the mark
    # by the word for scripts.
    local other=1; number=2
    [ "$FIRST" = "$A" ] || other=2 number=1
    typed ",$other,0" giai-quyet "$P" --home "$FIRST"
    same "$STATUS" 0
    says "Enter: theo thư ký cuộc họp [$number]"
    run 0 chibo giai-quyet "$RM" --home "$FIRST" --muc mark --chon thu-ky
    sync_in "$A" "$B"
    for d in "$A" "$B"; do
        same "$(value "$d" "$P" fields.start fields.end fields.place) $(value "$d" "$RM" fields.mark)" '"19:30" "21:00" "Đình" "unexcused"'
        same "$(chibo conflicts --home "$d" --json | grep -c "$P\|$RM")" 0
    done
}

# Somebody of the cell bears the minutes-taker's name too: nothing is chosen, and it is said why. Linked as one person: it is.
namesake_before() {
    X1=$(id chibo add member --home "$C" --org CB-014 --set family_name=Lò --set middle_name=Văn --set given_name=Thử --set gender=nam --set "born=195$ROUND")
    [ $ROUND = 2 ] || X2=$(id chibo add member --home "$C" --org CB-014 --set family_name=Lò --set middle_name=Văn --set given_name=Thu --set gender=nam --set born=1970)
    NP=$(held_by "$A" "0$((ROUND + 2))/2026" "$X1")
}
namesake_apart() { put "$A" "$NP" place=Đình; put "$B" "$NP" place=Trường; }
namesake_after() {
    waiting "$1" "$NP" place
    same "$(field default) $(field default_why)" 'null "namesakes"'
    run 0 chibo conflicts --home "$1"
    says 'trùng họ tên với thư ký cuộc họp'
    run 2 chibo resolve "$NP" --home "$1" --field place --choose scribe
    complains 'trùng họ tên với thư ký cuộc họp'
    [ "$1" = "$B" ] && return
    typed "" giai-quyet "$NP" --muc place --home "$1" # Enter: later
    same "$STATUS $(waits "$1" "$NP" place)" '0 1'
}

# Who took the minutes was written differently too; or he is somebody who wrote nothing.
disputed_before() { DP=$(held_by "$A" "0$((ROUND + 4))/2026" "$M"); OP=$(held_by "$A" "0$((ROUND + 6))/2026" "$N"); }
disputed_apart() { put "$A" "$DP" place=Đình "scribe=$N"; put "$B" "$DP" place=Trường "scribe=$D"; put "$A" "$OP" place=Đình; put "$B" "$OP" place=Trường; }
disputed_after() {
    waiting "$1" "$DP" place
    same "$(field default) $(field default_why)" 'null "disputed"'
    waiting "$1" "$OP" place
    same "$(field default) $(field default_why)" 'null null'
    run 2 chibo resolve "$OP" --home "$1" --field place --choose scribe
    complains 'không rõ giá trị nào do thư ký cuộc họp ghi'
}

situations hers namesake disputed
# All of the name are one person: he is known again.
for other in "$X2" $(chibo list member --home "$C" --json | grep '"given_name":"Thử"' | grep '"middle_name"' | grep -o '"id":"[0-9a-f]*"' | cut -d '"' -f 4); do
    [ "$other" = "$X1" ] || run 0 chibo link "$X1" "$other" --yes --home "$C"
done
sync_in "$C" "$A" "$B"
waiting "$A" "$NP" place
same "$(field default) $(field default_why)" '1 "scribe"'
finish
