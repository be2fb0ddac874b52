# link.sh - devices behind a slow link (tests/bench/link.c): the ward in one network namespace, they in another. Sourced
# after lib.sh; as root, on a machine that lets it make namespaces.
#
#     link_up DELAY-MS UP-KBIT DOWN-KBIT LOSS-PERCENT     one way; then `far` runs a command on the devices' side,
#     link_ward DIR / link_ward_stop                      a new ward on the other; link_count sets UP_BYTES, DOWN_BYTES …
#     link_down
LINK_A=chibo-a-$$ LINK_B=chibo-b-$$ LINK_FAR=10.77.0.1 LINK_ADDRESS=10.77.0.2
LINK_SEED=${LINK_SEED:-1}

link_possible() { [ "$(id -u)" = 0 ] && [ -c /dev/net/tun ] && ip netns add "chibo-t-$$" 2>/dev/null && ip netns del "chibo-t-$$"; }

link_up() {
    local ready
    ip netns add "$LINK_A" && ip netns add "$LINK_B" || die "network namespaces"
    coproc LINK { exec "$B/link" "$LINK_A" "$LINK_B" "$@" "$LINK_SEED"; }
    LINK_IN=${LINK[1]} LINK_OUT=${LINK[0]} LINK_RUNS=$LINK_PID
    read -r ready <&"$LINK_OUT" && [ "$ready" = ready ] || die "link"
    link_address "$LINK_A" "$LINK_FAR" "$LINK_ADDRESS"
    link_address "$LINK_B" "$LINK_ADDRESS" "$LINK_FAR"
}
link_address() { # NAMESPACE OWN PEER
    ip -n "$1" addr add "$2" peer "$3" dev chibo0 && ip -n "$1" link set chibo0 mtu 1500 up && ip -n "$1" link set lo up ||
        die "address in $1"
}
link_down() {
    [ -n "${LINK_RUNS:-}" ] || return 0
    eval "exec $LINK_IN>&-"
    wait "$LINK_RUNS" 2>/dev/null
    LINK_RUNS=
    ip netns del "$LINK_A" 2>/dev/null
    ip netns del "$LINK_B" 2>/dev/null
}
# Since the last count: UP_BYTES UP_PACKETS UP_LOST DOWN_BYTES DOWN_PACKETS DOWN_LOST
link_count() {
    echo count >&"$LINK_IN"
    read -r _ UP_BYTES UP_PACKETS UP_LOST _ DOWN_BYTES DOWN_PACKETS DOWN_LOST <&"$LINK_OUT"
}
far() { ip netns exec "$LINK_A" "$@"; }
near() { ip netns exec "$LINK_B" "$@"; }

link_ward() { # DIR: a new ward with the cell CB-001, running behind the link
    PORT=$(bash tests/free_port.sh)
    "$CHIBOD" init "$1" --name "Phường Tân Thanh" --listen "$LINK_ADDRESS:$PORT" >/dev/null || die "init of the ward"
    "$CHIBOD" org "$1" add --code CB-001 --name "Chi bộ CB-001" --type TDP >/dev/null || die "org"
    link_serve "$1"
}
link_serve() {
    ip netns exec "$LINK_B" "$CHIBOD" run "$1" >"$1.log" 2>&1 &
    WARD_PID=$! KILL="$KILL $!"
    for _ in $(seq 100); do
        near bash -c ": <'/dev/tcp/$LINK_ADDRESS/$PORT'" 2>/dev/null && return
        read -r -t 0.05 <> <(:)
    done
    die "the ward does not answer"
}
# Enrolled before the link is slow costs nothing here: a device that joined next to the ward.
link_device() { # WARD HOME ROLE
    local invite
    invite=$("$CHIBOD" invite "$1" --org CB-001 --role "$3" --person "Nguyễn Thị Lan") || die "invite"
    near "$CHIBO" --home "$2" init "$invite" >/dev/null || die "enrolment"
    near "$CHIBO" --home "$2" sync --json >/dev/null || die "sync"
}
far_sync() { far "$CHIBO" --home "$1" sync --json || die "sync of $1"; }
# Wall milliseconds of a command on the far side; its output in $WORK/far.out
far_ms() {
    local before=$EPOCHREALTIME after
    far "$@" >"$WORK/far.out" || die "$*"
    after=$EPOCHREALTIME
    echo $(((${after/./} - ${before/./}) / 1000))
}
