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
        before=$n
    done
    ward_stop
    rm -rf "$WORK/scale-a" "$WORK/scale-w"
}
