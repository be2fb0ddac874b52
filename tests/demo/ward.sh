# ward.sh - step 1: the ward opens its book, six devices enrol and sync once.

# One line of a list of members: family|middle|given|gender|born|entered|occupation. The clerk's device; id in REPLY.
member() {
    local code=$1 family middle given gender born entered occupation
    IFS='|' read -r family middle given gender born entered occupation <<<"$2"
    record van-phong member --org "$code" "family_name=$family" "middle_name=$middle" "given_name=$given" \
        "gender=$gender" "born=$born" "entered=$entered" "occupation=$occupation"
}

declare -A MEMBER_ID=() # "CB-001/Nguyễn Văn Mẫu" -> id
declare -A NAMES_OF=()  # CB-001 -> its members' names, one a line

# The register of a cell, as the ward keeps it.
register() {
    local code=$1 line name
    NAMES_OF[$code]=""
    while read -r line; do
        member "$code" "$line"
        name=$(cut -d'|' -f1-3 <<<"$line" | tr '|' ' ')
        MEMBER_ID[$code/$name]=$REPLY
        NAMES_OF[$code]+="$name"$'\n'
    done <<<"$2"
}

enrol() {
    local device=$1 code
    code=$("$BUILD/chibod" invite "$WARD" --org "${ORG_OF[$device]}" --role "${ROLE_OF[$device]}" \
        --person "${HOLDER_OF[$device]}") || fail "phường cấp mã mời cho $device"
    typed "${HOLDER_OF[$device]}"
    must "mã mời đứng một mình ở đầu ra" test "${code:0:7}" = CHIBO1-
    chibo "$device" init "$code" || fail "máy $device ghi danh được" "$(cat "$DIR/loi.txt")"
    say "$(printf '%-15s %s, %s: %s…' "$device" "${HOLDER_OF[$device]}" "${ORG_OF[$device]}" "${code:0:18}")"
}

ward_opens() {
    local port code device
    step 1 "phường mở sổ, sáu máy ghi danh và đồng bộ lần đầu"
    port=$(bash "$here/free_port.sh")
    "$BUILD/chibod" init "$WARD" --name "$WARD_NAME" --listen "127.0.0.1:$port" >"$DIR/loi.txt" 2>&1 ||
        fail "khởi tạo máy chủ của phường" "$(cat "$DIR/loi.txt")"
    server_start
    typed "$WARD_NAME"
    for code in CB-001 CB-005 CB-009 CB-014; do
        "$BUILD/chibod" org "$WARD" add --code "$code" --name "${ORG_NAME[$code]}" --type "${ORG_TYPE[$code]}" \
            >/dev/null || fail "đăng ký được ${ORG_NAME[$code]}"
        typed "${ORG_NAME[$code]}"
    done
    must "phường có năm tổ chức đảng" equal "$("$BUILD/chibod" org "$WARD" list --json | wc -l)" 5
    for device in $DEVICES; do
        enrol "$device"
    done
    sync_device van-phong
    register CB-001 "$OFFICE_MEMBERS"
    for code in CB-005 CB-009 CB-014; do
        register "$code" "${TDP_MEMBERS[$code]}"
    done
    for code in CB-001 CB-005 CB-009 CB-014; do
        record van-phong doc_in --org "$code" "number=$STUDY_NUMBER" "issuer=Ban Chấp hành Trung ương" date=30/10/2016 \
            "title=$STUDY_TITLE"
    done
    record_held
    sync_all $DEVICES
    must "mỗi máy của chi bộ 14 giữ đủ 6 đảng viên" equal "$(count_of pho-to-14 member)" 6
    must "máy bí thư cơ quan giữ đủ 16 đảng viên" equal "$(count_of bi-thu-co-quan member)" 16
    server_stop
    say "Phường: 5 tổ chức, 6 máy; máy chủ đã dừng."
}

# count_of DEVICE KIND [FIELD=VALUE]
count_of() {
    local device=$1 kind=$2
    shift 2
    chibo "$device" list "$kind" --json ${1:+--where "$1"} ||
        fail "máy $device liệt kê được $kind" "$(cat "$DIR/loi.txt")"
    printf '%s' "$LINE" | grep -c '"v":1'
}

# What secretary and deputy of cell 14 will both change: a member's phone, and a task that the secretary wrote at once.
record_held() {
    HELD_MEMBER=${MEMBER_ID[CB-014/Lù Văn Giả]}
    record bi-thu-to-14 task "duty=$TASK_HELD" from=02/05/2017 due=30/06/2017 status=open
    HELD_TASK=$REPLY
}
