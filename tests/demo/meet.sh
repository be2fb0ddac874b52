# meet.sh - step 3: the network is back; two values of one field stay visible everywhere, in both orders of syncing.

# The value of FIELD that counts, of record ID on DEVICE, and the other one go to FIRST, OTHER, OTHER_BY, OTHER_TIME.
two_values() {
    local device=$1 id=$2 field=$3 others="\"$3\":\[([^]]*)\]" conflict=""
    chibo "$device" show "$id" --json || fail "máy $device xem được bản ghi $id" "$(cat "$DIR/loi.txt")"
    FIRST=$(json "$field" "$LINE")
    [[ ${LINE#*\"conflicts\":} =~ $others ]] && conflict=${BASH_REMATCH[1]}
    OTHER=$(json value "$conflict") OTHER_BY=$(json by "$conflict") OTHER_TIME=$(json time "$conflict")
}

# field_agrees ID FIELD WINNER LOSER LOSER-DEVICE DEVICES...
field_agrees() {
    local id=$1 field=$2 winner=$3 loser=$4 by=${HOLDER_OF[$5]} device
    shift 5
    for device in "$@"; do
        two_values "$device" "$id" "$field"
        must "$device: $field đứng trước là của người gửi sau" equal "$FIRST" "$winner"
        must "$device: giá trị kia của $field còn đọc được" equal "$OTHER" "$loser"
        must "$device: biết ai ghi giá trị kia" equal "$OTHER_BY" "$by"
        must "$device: biết ghi lúc nào" test -n "$OTHER_TIME"
        chibo "$device" show "$id" || fail "máy $device cho người xem"
        must "$device: người xem thấy cả hai giá trị" both_in "$LINE" "$winner" "$loser"
    done
}

both_in() { grep -qF "$2" <<<"$1" && grep -qF "$3" <<<"$1"; }

# After these two synced in this order, everyone else, and the first again: what must stand on both and at the ward.
everyone_agrees() {
    local first=$1 last=$2 devices="bi-thu-to-14 pho-to-14 van-phong" device words
    case $last in
        bi-thu-to-14) words=SECRETARY ;;
        *) words=DEPUTY ;;
    esac
    local win_task=TASK_BY_$words win_phone=PHONE_BY_$words win_place=PLACE_BY_$words
    words=$([ $words = DEPUTY ] && echo SECRETARY || echo DEPUTY)
    local task=TASK_BY_$words phone=PHONE_BY_$words place=PLACE_BY_$words
    field_agrees "$HELD_TASK" duty "${!win_task}" "${!task}" "$first" $devices
    field_agrees "$HELD_MEMBER" phone "${!win_phone}" "${!phone}" "$first" $devices
    field_agrees "$HELD_MEETING" place "${!win_place}" "${!place}" "$first" $devices
    for device in $devices; do
        must "$device: buổi sinh hoạt 6/2017 chỉ có một" equal "$(count_of "$device" meeting period=6/2017)" 1
        must "$device: điểm danh của hai người vào cùng buổi" equal \
            "$(count_of "$device" attendance "meeting=$HELD_MEETING")" 2
    done
    say "Gửi trước: $first, gửi sau: $last. Ba nơi cùng thấy: \"${!win_phone}\" đứng trước,"
    say "  còn \"${!phone}\" của ${HOLDER_OF[$first]} ($OTHER_TIME) vẫn đọc được; buổi tháng 6 chỉ có một."
}

everyone_meets() {
    step 3 "có mạng: mọi máy đồng bộ, theo cả hai thứ tự"
    cp -a "$DIR/may" "$DIR/.thu"
    cp -a "$DIR/phuong" "$DIR/.thu/phuong"

    say "Lần thử trên bản sao, phó bí thư gửi trước:"
    HOMES=$DIR/.thu WARD=$DIR/.thu/phuong
    server_start
    sync_all pho-to-14 bi-thu-to-14 bi-thu-co-quan bi-thu-to-5 bi-thu-to-9 van-phong pho-to-14
    everyone_agrees pho-to-14 bi-thu-to-14
    server_stop
    HOMES=$DIR/may WARD=$DIR/phuong
    rm -rf "$DIR/.thu"

    say "Lần chính, bí thư gửi trước:"
    server_start
    sync_all bi-thu-to-14 pho-to-14 bi-thu-co-quan bi-thu-to-5 bi-thu-to-9 van-phong bi-thu-to-14
    everyone_agrees bi-thu-to-14 pho-to-14
    sync_all $DEVICES
    server_stop
}
