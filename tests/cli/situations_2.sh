#!/bin/bash
# situations_2.sh - more of what really collides offline: see situations.sh.
. "$(dirname "$0")/lib_situations.sh"

# Minutes are signed on one machine and edited on the other. Once the signature is at the ward the edit is refused; its
# author sends it again as an amendment. A signature that comes after the edit would lock what its signer never saw: it waits,
# until he has read it and signs again.
signature_before() { SM=$(new "$A" minutes "meeting=$(meeting "$A" "0$((ROUND + 4))/2025")" conclusion=Chốt); }
signature_apart() {
    chibo sign "$SM" --home "$A" >/dev/null 2>"$TMP/err" || fail sign "$(cat "$TMP/err")"
    chibo edit "$SM" --home "$A" --set conclusion=x >/dev/null 2>"$TMP/err"; same $? 1
    grep -qF dinh-chinh "$TMP/err" && pass || fail 'the amendment is not offered' "$(cat "$TMP/err")"
    put "$B" "$SM" "conclusion=Sửa $ROUND"
}
signature_after() {
    local want=Chốt refused=1; [ "$FIRST" = "$A" ] || want="Sửa $ROUND" refused=0
    if [ "$1$refused" = "${A}0" ]; then
        same "$(value "$B" "$SM" state)" '"draft"'
        run 0 chibo show "$SM" --home "$A"
        says 'ký lại'
        run 0 chibo sign "$SM" --home "$A"
        sync_in "$A" "$B"
    fi
    same "$(value "$1" "$SM" fields.conclusion state)" "\"$want\" \"locked\""
    same "$(chibo refused --home "$B" --json | grep "$SM" | grep -c '"reason":"FROZEN"')" $refused
    if [ "$1$refused" = "${B}1" ]; then
        run 0 chibo refused --home "$B" --json
        OUT=$(grep "$SM" <<<"$OUT")
        run 0 chibo resend "$(field number)" --home "$B"
        sync_in "$B" "$A"
        for d in "$A" "$B"; do
            same "$(value "$d" "$SM" fields.conclusion history.2.op history.0.fate.conclusion.how)" "\"Sửa $ROUND\" \"amend\" \"covered\""
        done
    fi
}

# A draft deleted on one machine and written to on the other: it comes back, marked, until a person says what it is to be.
deleted_before() { X=$(meeting "$A" "0$ROUND/2024"); Z=$(meeting "$A" "0$((ROUND + 2))/2024"); }
deleted_apart() {
    run 0 chibo xoa "$X" --home "$A"
    run 0 chibo void "$Z" --home "$A"
    run 0 chibo list meeting --home "$A"
    silent_on "$X"
    run 0 chibo list meeting --home "$A" --all
    says "$X"
    run 2 chibo edit "$X" --home "$A" --set place=Đình
    complains 'khoi-phuc'
    put "$B" "$X" place=Đình
}
deleted_after() {
    same "$(value "$1" "$Z" state)" '"void"'
    same "$(chibo conflicts --home "$1" --json | grep -c "$Z")" 0
    if [ "$1" = "$A" ]; then
        for d in "$A" "$B"; do
            same "$(value "$d" "$X" state void fields.place)" '"draft" "elsewhere" "Đình"'
            run 14 chibo status --home "$d"
            OUT=$(chibo conflicts --home "$d" --json | grep "$X")
            same "$(field void) $(field by)" '"elsewhere" "Lò Văn Thử"'
        done
        [ $ROUND = 1 ] && run 0 chibo restore "$X" --home "$B" || run 0 chibo xoa "$X" --home "$B"
        sync_in "$B" "$A"
    fi
    local want='"draft" null'; [ $ROUND = 1 ] || want='"void" null'
    same "$(value "$1" "$X" state void)" "$want"
    same "$(chibo conflicts --home "$1" --json | grep -c "$X")" 0
}

# Two linked members of one name: each has a comment of his own, and nobody makes them one without having been told.
homonym_before() {
    H1=$(id chibo add member --home "$C" --org CB-014 --set family_name=Lò --set given_name=Trùng --set gender=nam --set "born=195$ROUND")
    H2=$(id chibo add member --home "$C" --org CB-014 --set family_name=Lò --set given_name=Trùng --set gender=nam --set "born=196$ROUND")
    L1=$(new "$C" residence_link "member=$H1" work_org=PHUONG home_org=CB-014 "from=$ROUND/1/2026")
    L2=$(new "$C" residence_link "member=$H2" work_org=PHUONG home_org=CB-014 "from=$ROUND/1/2026")
}
homonym_apart() { W1=$(new "$A" residence_comment "link=$L1" year=2026 level=Tốt); W2=$(new "$B" residence_comment "link=$L2" year=2026 level=Khá); }
homonym_after() {
    same "$(value "$1" "$W1" fields.level) $(value "$1" "$W2" fields.level)" '"Tốt" "Khá"'
    run 2 chibo noi "$H1" "$H2" --home "$1"
    complains "195$ROUND"
    complains "196$ROUND"
}

situations signature deleted homonym
run 2 chibo xoa "$M" --home "$A"
run 12 chibo xoa "$Z" --home "$C"
run 1 chibo xoa "$SM" --home "$A"
complains dinh-chinh
finish
