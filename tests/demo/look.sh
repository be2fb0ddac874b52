# look.sh - step 5: the ward sees how each cell stands; each device proves that the ward has all of its work.

# A byte is changed wherever the ward's store keeps this text: what a failing disk does.
damage_ward() {
    local at n=0
    for at in $(grep -aobF "$TASK_BY_DEPUTY" "$WARD/so/data.mdb" | cut -d: -f1); do
        printf '?' | dd of="$WARD/so/data.mdb" bs=1 seek="$at" conv=notrunc status=none
        n=$((n + 1))
    done
    [ "$n" -gt 0 ] || { echo "demo: nothing to damage" >&2; exit 2; }
}

# cell_stands CODE: the overview's row against what was typed
cell_stands() {
    local code=$1 row
    row=$(grep "\"code\":\"$code\"" <<<"$OVERVIEW") || fail "tổng hợp có dòng của $code" "$OVERVIEW"
    must "$code: số buổi sinh hoạt" equal "$(json meetings "$row")" "${MEETINGS[$code]}"
    must "$code: lượt có mặt" equal "$(json present "$row")/$(json counted "$row")" \
        "${PRESENT[$code]}/${COUNTED[$code]}"
    must "$code: số đảng viên" equal "$(json members "$row")" "${MEMBERS[$code]}"
    must "$code: việc đang mở" equal "$(json tasks "$row")" "${TASKS[$code]}"
    must "$code: mối liên hệ phải giữ" equal "$(json due "$row")" "${DUE[$code]}"
    must "$code: có lần liên hệ cuối" test "$(json contact "$row")" != null
}

# For scripts and for eyes.
proves() {
    chibo "$1" verify --json && equal "$(json complete "$LINE")" true && chibo "$1" verify &&
        grep -qi 'đã gửi đủ' <<<"$LINE"
}

ward_looks() {
    local code device
    step 5 "phường xem tổng hợp, mỗi máy tự kiểm chứng"
    OVERVIEW=$("$BUILD/chibod" overview "$WARD" --json 2>"$DIR/loi.txt") ||
        fail "phường xem được tổng hợp" "$(cat "$DIR/loi.txt")"
    "$BUILD/chibod" overview "$WARD" | sed 's/^/  /'
    for code in CB-001 CB-005 CB-009 CB-014; do
        cell_stands "$code"
    done
    # Phone and duty are settled by what was sent later; about the place of a meeting a person is asked.
    must "chi bộ 14 còn một chỗ chờ người chọn: nơi họp" equal \
        "$(json conflicts "$(grep '"code":"CB-014"' <<<"$OVERVIEW")")" 1
    server_start
    sync_all $DEVICES
    server_stop
    for device in $DEVICES; do
        must "máy $device kiểm chứng: đã gửi đủ" proves "$device"
        say "$(printf '%-15s %s' "$device" "$(tail -n 1 <<<"$LINE")")"
    done
    say "Sáu máy đều tự kiểm chứng từ lá, gốc cây và chữ ký của phường."
}

play_on() {
    rm -f "$DIR/.mang.txt" "$DIR/.day-mang" "$DIR/loi.txt"
    cat <<TEXT

Xong trong $SECONDS giây, $TYPED_N lần ghi. Mọi thứ còn ở $DIR; muốn thử tiếp:

  # máy chủ của phường chạy (dừng: kill %1)
  $BUILD/chibod chay $WARD &
  # bảng chọn của bí thư chi bộ 14
  $BUILD/chibo --thu-muc $HOMES/bi-thu-to-14
  # một việc mà bí thư và phó bí thư ghi khác nhau
  $BUILD/chibo xem --thu-muc $HOMES/pho-to-14 ${HELD_TASK:0:16} --lich-su
  # gửi và nhận
  $BUILD/chibo dong-bo --thu-muc $HOMES/bi-thu-to-14
  # phường xem các chi bộ
  $BUILD/chibod tong-hop $WARD
TEXT
}
