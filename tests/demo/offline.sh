# offline.sh - step 2: nobody has a network; each device writes what its holder may write.

declare -A MEETINGS=() PRESENT=() COUNTED=() TASKS=() DUE=() MEMBERS=() # what the overview must show of each cell

names_of() { printf '%s' "${NAMES_OF[$1]}"; }
nth_name() { names_of "$1" | sed -n "$2p"; }
member_of() { printf '%s' "${MEMBER_ID[$1/$2]}"; }

# mark DEVICE MEETING MEMBER-ID MARK [REASON]
mark() {
    local code=${ORG_OF[$1]}
    record "$1" attendance "meeting=$2" "member=$3" "mark=$4" ${5:+"reason=$5"}
    case $4 in
        present | partial | exempt_present) PRESENT[$code]=$((PRESENT[$code] + 1)) ;;
        excused | unexcused) ;;
        *) return ;;
    esac
    COUNTED[$code]=$((COUNTED[$code] + 1))
}

# tell WHO FROM WHAT: how often was written since TYPED_N was FROM
tell() { say "$(printf '%-15s %3d lần ghi: %s' "$1" $((TYPED_N - $2)) "$3")"; }

# ---- the clerk ----

clerk_writes() {
    local code name from
    from=$TYPED_N
    member CB-014 "Vàng|Thị|Mẫu|female|18/09/1994|2017|Giáo viên mầm non"
    MEMBER_ID["CB-014/Vàng Thị Mẫu"]=$REPLY
    NAMES_OF[CB-014]+=$'Vàng Thị Mẫu\n'
    for code in CB-001 CB-005 CB-009 CB-014; do
        while read -r name; do
            record van-phong membership "member=$(member_of "$code" "$name")" "org=$code" \
                "type=$([ "$name" = "Vàng Thị Mẫu" ] && echo probationary || echo full)" from=01/01/2015
            MEMBERS[$code]=$((${MEMBERS[$code]:-0} + 1))
        done <<<"$(names_of "$code")"
    done
    # Members of the office cell look after the neighbourhoods, and keep in touch where they live.
    link CB-005 "Bạc Cầm Thử" "Cùng chi bộ họp thường kỳ, nắm tình hình khu dân cư"
    link CB-009 "Vũ Đức Mẫu" "Giúp chi bộ về đất đai, xây dựng"
    link CB-014 "Đỗ Thị Thử" "Giúp chi bộ về văn hóa, xã hội"
    residence CB-014 "Lường Văn Ví Dụ" "12-GT/ĐU" none
    residence CB-005 "Lê Thị Giả" "13-GT/ĐU" meetings
    record van-phong title --org CB-001 "subject=${ORG_NAME[CB-001]}" "name=Chi bộ trong sạch vững mạnh" year=2016 \
        "decision_no=31-QĐ/ĐU"
    record van-phong title "subject=Cơ quan phường Tân Thanh" "name=Cơ quan đạt chuẩn văn hóa" year=2016
    tell van-phong $from "đảng viên mới, nơi sinh hoạt, phụ trách địa bàn, nơi cư trú (76-QĐ/TW), danh hiệu"
}

link() {
    record van-phong area_link "member=$(member_of CB-001 "$2")" "org=$1" from=01/06/2017 "duties=$3"
    DUE[$1]=$((${DUE[$1]:-0} + 1))
}

residence() {
    record van-phong residence_link "member=$(member_of CB-001 "$2")" work_org=CB-001 "home_org=$1" "letter_no=$3" \
        from=01/06/2017 "exemption=$4"
    DUE[$1]=$((${DUE[$1]:-0} + 1))
}

# ---- a cell's month: meeting, roll call, minutes; the absent one is the last but the one who came late ----

# cell_month DEVICE MONTH DATE START END PLACE OPENING PROCEEDINGS CONCLUSION
cell_month() {
    local device=$1 code=${ORG_OF[$1]} name n=0 all meeting
    all=$(names_of "$code" | wc -l)
    record "$device" meeting type=regular "period=$2" "date=$3" "start=$4" "end=$5" "place=$6" \
        "chair=$(nth_name "$code" 1)" "scribe=$(nth_name "$code" 2)" "agenda=Đánh giá tháng, phương hướng tháng tới" \
        "agenda=Thông tin thời sự" status=held
    meeting=$REPLY
    MEETINGS[$code]=$((MEETINGS[$code] + 1))
    while read -r name; do
        n=$((n + 1))
        if [ "$n" = "$all" ]; then
            mark "$device" "$meeting" "$(member_of "$code" "$name")" excused "Đi công tác tại huyện Mường Thử"
        elif [ "$n" = $((all - 1)) ]; then
            mark "$device" "$meeting" "$(member_of "$code" "$name")" partial
        else
            mark "$device" "$meeting" "$(member_of "$code" "$name")" present
        fi
    done <<<"$(names_of "$code")"
    record "$device" minutes "meeting=$meeting" "opening=$7" "attendees=Có mặt $((all - 1))/$all đảng viên" \
        "proceedings=$8" "conclusion=$9"
    LAST_MEETING=$meeting
}

study() {
    local device=$1 code=${ORG_OF[$1]} name words=()
    while read -r name; do
        words+=("members=$name")
    done <<<"$(names_of "$code")"
    record "$device" study "doc=$STUDY_NUMBER" date=20/05/2017 "${words[@]}" "writeup=$STUDY_WRITEUP"
}

task() {
    record "$1" task "${@:2}"
    TASKS[${ORG_OF[$1]}]=$((TASKS[${ORG_OF[$1]}] + 1))
}

office_writes() {
    local device=bi-thu-co-quan from=$TYPED_N resolution
    record $device congress "term=2017 - 2020" date=15/04/2017 summoned=16 present=16 "elected=Nguyễn Văn Mẫu" \
        "elected=Điêu Thị Ví Dụ" "elected=Hoàng Thị Giả"
    cell_month $device 5/2017 26/5/2017 14h 16h15 "Phòng họp Ủy ban nhân dân phường" "$OFFICE_OPENING" \
        "$OFFICE_PROCEEDINGS" "$OFFICE_CONCLUSION"
    record $device resolution number=05-NQ/CB date=26/05/2017 \
        "title=Nâng cao chất lượng hoạt động của chi bộ cơ quan phường Tân Thanh" "text=$OFFICE_RESOLUTION" \
        "meeting=$LAST_MEETING"
    resolution=$REPLY
    task $device "duty=Lập lịch trực bộ phận một cửa sáng thứ Bảy" from=29/05/2017 due=10/06/2017 \
        "members=Hoàng Thị Giả" status=doing "source=$resolution"
    task $device "duty=Rà soát danh sách tuyển quân cùng ba tổ dân phố" from=29/05/2017 due=30/06/2017 \
        "members=Cà Văn Giả" "members=Tòng Văn Thử" status=open "source=$resolution"
    study $device
    record $device candidate "name=Đinh Thị Thử" born=1995 "workplace=Trạm y tế phường" "helper=Đỗ Thị Thử" state=helper
    record $device candidate "name=Giàng A Ví Dụ" born=08/1993 "workplace=Ban Chỉ huy quân sự phường" \
        "helper=Cà Văn Giả" state=sourced
    tell $device $from "đại hội 2017 - 2020, sinh hoạt, điểm danh, biên bản, nghị quyết, việc, học tập, 2 nguồn"
}

tdp_writes() {
    local device=$1 from=$TYPED_N code=${ORG_OF[$1]}
    cell_month "$device" 5/2017 4/5/2017 19h30 20h45 "Nhà văn hóa ${ORG_NAME[$code]#Chi bộ }" "$TDP_OPENING" \
        "$TDP_PROCEEDINGS" "$TDP_CONCLUSION"
    task "$device" "duty=Chuyển kiến nghị về đèn đường lên phường" from=05/05/2017 due=12/05/2017 \
        "members=$(nth_name "$code" 2)" status=open
    study "$device"
    tell "$device" $from "sinh hoạt, điểm danh, biên bản, việc, học tập"
}

# ---- cell 14: two officers, the same records, without knowing of each other ----

june_meeting() { # DEVICE PLACE; its id in REPLY
    record "$1" meeting type=regular period=6/2017 date=05/06/2017 start=19:30 "place=$2" "chair=Trần Đức Mẫu" \
        "scribe=Phạm Thị Thử" status=held
}

two_officers_write() {
    local from=$TYPED_N by_deputy
    change bi-thu-to-14 "$HELD_MEMBER" "phone=$PHONE_BY_SECRETARY"
    change pho-to-14 "$HELD_MEMBER" "phone=$PHONE_BY_DEPUTY"
    change bi-thu-to-14 "$HELD_TASK" "duty=$TASK_BY_SECRETARY"
    change pho-to-14 "$HELD_TASK" "duty=$TASK_BY_DEPUTY"
    june_meeting bi-thu-to-14 "$PLACE_BY_SECRETARY"
    HELD_MEETING=$REPLY
    june_meeting pho-to-14 "$PLACE_BY_DEPUTY"
    by_deputy=$REPLY
    must "hai máy tạo cùng một buổi sinh hoạt tháng 6" equal "$HELD_MEETING" "$by_deputy"
    MEETINGS[CB-014]=$((MEETINGS[CB-014] + 1))
    mark bi-thu-to-14 "$HELD_MEETING" "$(member_of CB-014 "Trần Đức Mẫu")" present
    mark pho-to-14 "$HELD_MEETING" "$(member_of CB-014 "Phạm Thị Thử")" present
    TASKS[CB-014]=$((TASKS[CB-014] + 1)) # the one that was held
    tell "bí thư, phó 14" $from "hai máy cùng ghi một số điện thoại, một việc và buổi sinh hoạt tháng 6"
}

offline_work() {
    local code device before=$TYPED_N
    step 2 "không có mạng, mỗi máy ghi phần của mình"
    must "máy chủ đang dừng" test -z "$SERVER_PID"
    for code in CB-001 CB-005 CB-009 CB-014; do
        MEETINGS[$code]=0 PRESENT[$code]=0 COUNTED[$code]=0 TASKS[$code]=0 DUE[$code]=0
    done
    office_writes
    for device in bi-thu-to-5 bi-thu-to-9 bi-thu-to-14; do
        tdp_writes $device
    done
    two_officers_write
    clerk_writes
    chibo bi-thu-co-quan sync --json
    must "lúc này không đồng bộ được (13)" equal $? 13
    for device in $DEVICES; do
        must "máy $device còn phần chưa gửi" unsent "$device"
    done
    say "Tổng cộng $((TYPED_N - before)) lần ghi, tất cả nằm trên máy, chưa gửi."
}

# The device's own proof says so, from what its store holds.
unsent() {
    chibo "$1" verify --json && equal "$(json complete "$LINE")" false
}
