# cut.sh - step 4: a long sync is cut and goes on; the server is killed and keeps what it acknowledged.

FRAME=65539    # the longest frame (docs/protocol.md 6)
CUT_AT_LEAST=300000
OLD_MONTHS=60 OLD_LINES=240

# Five years of old minutes, typed in by the office cell.
old_minutes() {
    local i year month text
    for ((i = 0; i < OLD_MONTHS; i++)); do
        year=$((2012 + i / 12)) month=$((i % 12 + 1))
        record bi-thu-co-quan meeting type=regular "period=$month/$year" "date=25/$month/$year" start=14:00 \
            "chair=Nguyễn Văn Mẫu" "scribe=Điêu Thị Ví Dụ" status=held
        MEETINGS[CB-001]=$((MEETINGS[CB-001] + 1))
        text=$(page $((i + 1)) $OLD_LINES)
        record bi-thu-co-quan minutes "meeting=$REPLY" "proceedings=$text"
    done
}

# The link between the devices and the server: the server moves to another port, the relay stands at its own.
link_begin() { # relay's words
    local port behind
    port=$(sed -n 's/^dia-chi = .*://p' "$WARD/cau-hinh")
    behind=$(bash "$here/free_port.sh")
    sed -i "s/^nghe = .*/nghe = 127.0.0.1:$behind/" "$WARD/cau-hinh"
    server_start
    relay_start "$port" "$behind" "$@"
}
relay_start() {
    : >"$DIR/.mang.txt"
    "$DIR/.day-mang" "$@" >"$DIR/.mang.txt" &
    RELAY_PID=$!
    until_true 600 grep -q '^port' "$DIR/.mang.txt" || fail "đường mạng thử chạy được"
}
# What passed upwards in the last connection.
passed_up() {
    until_true 600 grep -q '^up' "$DIR/.mang.txt" || fail "kết nối đi qua đường mạng thử"
    sed -n 's/^up \([0-9]*\) .*/\1/p' "$DIR/.mang.txt" | tail -n 1
}
link_end() {
    relay_stop
    server_stop
    sed -i "s/^nghe = .*/nghe = $(sed -n 's/^dia-chi = //p' "$WARD/cau-hinh")/" "$WARD/cau-hinh"
}

# How much this sync is when nothing cuts it: on a copy of everything. WHOLE frames, WHOLE_RAW through the socket.
measure() {
    mkdir "$DIR/.thu"
    cp -a "$DIR/may/bi-thu-co-quan" "$DIR/.thu/"
    cp -a "$DIR/phuong" "$DIR/.thu/phuong"
    HOMES=$DIR/.thu WARD=$DIR/.thu/phuong
    link_begin
    sync_device bi-thu-co-quan
    WHOLE=$(json app_out "$LINE") WHOLE_RAW=$(passed_up)
    link_end
    HOMES=$DIR/may WARD=$DIR/phuong
    rm -rf "$DIR/.thu"
}

sync_is_cut() {
    local cut rest again
    old_minutes
    measure
    must "lần đồng bộ dài ít nhất $(dots $CUT_AT_LEAST) byte" at_least "$WHOLE" $CUT_AT_LEAST
    cut=$((WHOLE_RAW * 6 / 10))
    link_begin cut "$cut"
    chibo bi-thu-co-quan sync --json
    must "đường mạng bị cắt thì máy báo chưa kết nối được (13)" equal $? 13
    must "đúng $(dots $cut) byte đã qua" equal "$(passed_up)" "$cut"
    must "máy chưa nói đã gửi đủ" unsent bi-thu-co-quan
    relay_stop
    relay_start "$(sed -n 's/^dia-chi = .*://p' "$WARD/cau-hinh")" "$(sed -n 's/^nghe = .*://p' "$WARD/cau-hinh")"
    sync_device bi-thu-co-quan
    again=$(json app_out "$LINE")
    rest=$((WHOLE_RAW - cut)) # what did not get through, handshake and records of TLS included: the same each time
    must "lần sau gửi không quá phần còn lại và một khung: $again ≤ $rest + $FRAME" at_most "$again" $((rest + FRAME))
    link_end
    say "Gửi $OLD_MONTHS tháng biên bản cũ: cả thảy $(dots "$WHOLE") byte; cắt ở $(dots $cut) (60 %);"
    say "  phần còn lại là $(dots $rest), lần sau gửi $(dots "$again") byte (được phép hơn một khung, $(dots $FRAME))."
}

server_is_killed() {
    server_start
    record bi-thu-to-5 task "duty=$AFTER_CUT" from=01/07/2017 status=open
    TASKS[CB-005]=$((TASKS[CB-005] + 1))
    sync_device bi-thu-to-5
    server_stop KILL
    say "Máy bi-thu-to-5 vừa được báo đã nhận thì máy chủ bị tắt ngang (SIGKILL)."
    server_start
    sync_all bi-thu-co-quan van-phong
    must "việc vừa ghi có ở phường" find_text van-phong "$AFTER_CUT"
    must "đủ biên bản cũ ở phường" at_least "$(count_of van-phong minutes)" $((OLD_MONTHS + 4))
    must "máy chi bộ 5 không còn gì để gửi" sends_nothing bi-thu-to-5
    server_stop
    say "Máy chủ chạy lại: đủ cả, kể cả lần ghi cuối."
}

find_text() {
    chibo "$1" find "$2" --json && [ -n "$LINE" ]
}
sends_nothing() {
    sync_device "$1"
    say "Không có gì mới thì chỉ tốn $(json app_out "$LINE") byte đi, $(json app_in "$LINE") byte về."
    equal "$(json sent "$LINE")" 0
}

link_is_cut() {
    step 4 "đứt mạng giữa chừng, máy chủ bị tắt ngang"
    sync_is_cut
    server_is_killed
}
