# scale.sh - that a session costs the same however much the scope holds: 1 to SCALE_MOST records (1,000,000 unless said).
# Sourced by run.sh; the part `scale`. Filled in steps: nobody writes a million records between two exchanges.
SCALE_STEP=50000

# scale_fill FROM TO: more rows into the first device's book, and to the ward
scale_fill() {
    local n=$1 count
    while [ "$n" -lt "$2" ]; do
        count=$(($2 - n < SCALE_STEP ? $2 - n : SCALE_STEP))
        "$PYTHON" tests/bench/gen.py "$count" "$((500000 + n))" "$WORK/scale.rows" || die "gen.py"
        "$B/fill" "$WORK/scale-a" "$WORK/scale.rows" >/dev/null || die "fill"
        sync "$WORK/scale-a" >/dev/null
        n=$((n + count))
    done
}

# scale_look RECORDS: nothing new; then one field of 30 B changed, up
scale_look() {
    local cpu out i
    sync "$WORK/scale-a" >/dev/null
    cpu=$(cpu_us "$WARD_PID")
    for i in $(seq 10); do out=$(sync "$WORK/scale-a"); done
    cpu=$(calc "%.0f" "($(cpu_us "$WARD_PID") - $cpu) / 10")
    result "nothing new, $1 records in scope: bytes up" "$(field app_out <<<"$out") B" "" "" "<= 64" "$(field app_out <<<"$out") <= 64"
    result "nothing new, $1 records in scope: bytes down" "$(field app_in <<<"$out") B" "" "" "<= 48" "$(field app_in <<<"$out") <= 48"
    result "nothing new, $1 records in scope: round trips" "$(field round_trips <<<"$out")" "1" "" "1" "$(field round_trips <<<"$out") == 1"
    note "nothing new, $1 records in scope: CPU of the server" "$(calc "%.2f ms" "$cpu / 1000")" ""
}

bench_scale() {
    local n before=0
    ward "$WORK/scale-w"
    cell "$WORK/scale-w" CB-001
    device "$WORK/scale-w" "$WORK/scale-a" CB-001 secretary
    for n in 1 1000 100000 1000000; do
        [ "$n" -le "${SCALE_MOST:-1000000}" ] || break
        scale_fill "$before" "$n"
        scale_look "$n"
        [ "$n" = "${SCALE_FIELD:-100000}" ] && scale_field "$n"
        before=$n
    done
    ward_stop
    rm -rf "$WORK/scale-a" "$WORK/scale-w"
}

# One field changed with so much in scope: up, and down for the device that pulls it.
scale_field() {
    local id up down
    device "$WORK/scale-w" "$WORK/scale-b" CB-001 deputy
    id=$("$CHIBO" --home "$WORK/scale-a" add task --json --set 'duty=Thăm hỏi các hộ' --set from=2026-11-04 | sed -n 's/.*"id":"\([0-9a-f]*\)".*/\1/p')
    for _ in 1 2; do sync "$WORK/scale-a" >/dev/null && sync "$WORK/scale-b" >/dev/null; done
    "$CHIBO" --home "$WORK/scale-a" edit "$id" --set 'duty=Thăm hỏi gia đình tổ 30' >/dev/null || die "edit"
    up=$(sync "$WORK/scale-a" | field app_out)
    down=$(sync "$WORK/scale-b" | field app_in)
    result "one field of 30 B, $1 records in scope: bytes up" "$up B" "" "" "<= 250" "$up <= 250"
    result "one field of 30 B, $1 records in scope: bytes down for who pulls it" "$down B" "" "" "<= 320" "$down <= 320"
}

# Damage in one of two stores, in memory: which rows is known (they do not authenticate), or their tree is gone as well.
bench_repair() {
    local how trips bytes records
    for how in "" lost; do
        read -r trips bytes records <<<"$("$B/repair" "${REPAIR_LEAVES:-100000}" "${REPAIR_COUNT:-1000}" $how)" || die "repair"
        result "${REPAIR_COUNT:-1000} of ${REPAIR_LEAVES:-100000} leaves damaged${how:+, their tree too}: round trips" "$trips" "1" "" "<= 3" "$trips <= 3"
        result "the same: bytes both ways" "$bytes B" "$records B of records" "$(calc "%.2f" "$bytes / $records")" "<= 2" \
            "$bytes <= 2 * $records"
    done
}
