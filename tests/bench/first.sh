# first.sh - the first sync of a new device, ten years of one cell: what it needs to work at once, and the history behind
# it. Sourced by run.sh; the part `first`. A device that worked for ten years has FIRST_SYNCS sessions behind it.
FIRST_COUNT=${FIRST_COUNT:-20000} FIRST_SYNCS=${FIRST_SYNCS:-520}

# first_ward: a ward whose cell's log holds the rows, as many leaves as there were sessions
first_ward() {
    local i
    ward "$WORK/first-w"
    cell "$WORK/first-w" CB-001
    device "$WORK/first-w" "$WORK/first-a" CB-001 secretary
    for i in $(seq 0 $((FIRST_SYNCS - 1))); do
        "$B/fill" "$WORK/first-a" "$WORK/ten.$i" >/dev/null || die "fill"
        sync "$WORK/first-a" >/dev/null
    done
}

# first_device NUMBER: a new one, its enrolment with the first session measured, then one for the history
first_device() {
    local invite home=$WORK/first-$1 out=$WORK/first.out wall cpu
    invite=$("$CHIBOD" invite "$WORK/first-w" --org CB-001 --role deputy --person "Nguyễn Văn Bình") || die "invite"
    read -r wall cpu _ <<<"$(SPAWN_OUT=$out "$B/spawn" 1 "$CHIBO" --home "$home" init "$invite" --json)"
    [ -n "$cpu" ] || die "first sync"
    echo "$wall $cpu $(field app_in <"$out")" >>"$WORK/first.runs"
    read -r wall cpu _ <<<"$(SPAWN_OUT=$out "$B/spawn" 1 "$CHIBO" --home "$home" sync --history --json)"
    [ -n "$cpu" ] || die "history"
    echo "$wall $cpu $(field app_in <"$out")" >>"$WORK/older.runs"
    "$CHIBO" --home "$home" verify >/dev/null || die "verify"
}

# first_slow PACKED: one more device, over 128 kbit/s and 300 ms, where both sides pack as small as they can (proto/pace.h)
first_slow() {
    local invite before bytes
    link_possible || { note "first sync over a slow link" "not measured: no network namespaces here" "" && return; }
    link_up 150 128 128 0
    sed -i "s/127\.0\.0\.1:/$LINK_ADDRESS:/" "$WORK/first-w/cau-hinh"
    link_serve "$WORK/first-w"
    invite=$("$CHIBOD" invite "$WORK/first-w" --org CB-001 --role deputy --person "Nguyễn Văn Bình") || die "invite"
    before=$(cpu_us "$WARD_PID")
    far_ms "$CHIBO" --home "$WORK/first-slow" init "$invite" --json >"$WORK/far.ms"
    bytes=$(field app_in <"$WORK/far.out")
    result "first sync over 128 kbit/s, usable: bytes down" "$bytes B" "$1 B" "$(calc "%.3f" "$bytes / $1")" "<= 1.0" "$bytes <= $1"
    note "the same: time; CPU of the server" \
        "$(calc "%.0f s, %.1f s" "$(cat "$WORK/far.ms") / 1e3, ($(cpu_us "$WARD_PID") - $before) / 1e6")" ""
    ward_stop
    link_down
}

bench_first() {
    local i raw packed f cpu bytes
    "$PYTHON" tests/bench/gen.py "$FIRST_COUNT" 10 "$WORK/ten" || die "gen.py"
    "$PYTHON" tests/bench/gen.py "$FIRST_COUNT" 10 "$WORK/ten" "$FIRST_SYNCS" || die "gen.py"
    read -r raw packed <<<"$("$PYTHON" tests/bench/gen.py --zstd 19 "$WORK/ten")"
    first_ward
    : >"$WORK/first.runs" && : >"$WORK/older.runs"
    for i in $(seq "$RUNS"); do first_device "$i"; done
    ward_stop
    f=$WORK/first.runs cpu=$(column "$f" 2) bytes=$(column "$f" 3)
    result "first sync over a fast link, $FIRST_COUNT records in $FIRST_SYNCS leaves, usable: bytes down" "$bytes B" "$packed B" \
        "$(calc "%.2f" "$bytes / $packed")" "<= 1.0" "$bytes <= $packed"
    result "the same: records per second of client CPU" "$(calc "%.0f" "$FIRST_COUNT * 1e6 / $cpu")" "" "" ">= 50000" \
        "$FIRST_COUNT * 1e6 >= 50000 * $cpu"
    note "the same: wall and client CPU" "$(calc "%.2f s, %.2f s" "$(column "$f" 1) / 1e6, $cpu / 1e6")" ""
    f=$WORK/older.runs bytes=$(column "$f" 3)
    result "its history, later: bytes down" "$bytes B" "$packed B" "$(calc "%.2f" "$bytes / $packed")" "<= 2.0" \
        "$bytes <= 2 * $packed"
    note "the same: wall and client CPU" "$(calc "%.2f s, %.2f s" "$(column "$f" 1) / 1e6, $(column "$f" 2) / 1e6")" ""
    first_slow "$packed"
    rm -rf "$WORK"/first-* "$WORK"/ten*
}
