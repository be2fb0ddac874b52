# lib_situations.sh - what the situations share: one ward, the secretary's device ($A) and the deputy's ($B), the clerk's
# ($C), members $M and $N. Each situation is written on both devices without a link, exchanged, and looked at on both; all
# of it twice, in both orders of exchanging. A situation is three functions: NAME_before (once, exchanged), NAME_apart
# (both devices, no link) and NAME_after (on each device).
. "$(dirname "$0")/lib.sh"
ward
${CC:-cc} -shared -fPIC -o "$TMP/clock.so" tests/cli/clock.c -ldl || exit 1
A=$TMP/a B=$TMP/b C=$TMP/c
a() { chibo "$1" --home "$A" "${@:2}"; }
b() { chibo "$1" --home "$B" "${@:2}"; }
c() { chibo "$1" --home "$C" "${@:2}"; }
sync_in() { # the devices in this order, until everybody has everything
    local d
    for d in "$@" "$@"; do chibo sync --home "$d" --json >"$TMP/out" 2>"$TMP/err" || [ $? = 3 ] || fail "sync $d" "$(cat "$TMP/err")"; done
}
value() { # HOME ID NAME...: parts of the record as JSON
    OUT=$(chibo show "$2" --home "$1" --json --history 2>/dev/null)
    local name
    for name in "${@:3}"; do field "$name" 2>/dev/null || echo missing; done | paste -sd ' '
}
waits() { chibo conflicts --home "$1" --json 2>/dev/null | grep -F "$2" | grep -cF "\"field\":\"$3\""; }
new() { # HOME KIND FIELD=VALUE...: its id
    local home=$1 kind=$2 words=() word
    for word in "${@:3}"; do words+=(--set "$word"); done
    id chibo add "$kind" --home "$home" "${words[@]}"
}
put() { # HOME ID FIELD=VALUE...
    local home=$1 record=$2 words=() word
    for word in "${@:3}"; do words+=(--set "$word"); done
    chibo edit "$record" --home "$home" "${words[@]}" >/dev/null 2>"$TMP/err" </dev/null || fail "edit $*" "$(cat "$TMP/err")"
}
meeting() { new "$1" meeting type=topic "period=$2" date=4/11/2026 start=19:00 "chair=$M" "scribe=$M"; }

run 0 chibo init "$(invite secretary 'Lò Văn Thử')" --home "$A"
run 0 chibo init "$(invite deputy 'Quàng Thị Ví Dụ')" --home "$B"
run 0 chibo init "$(chibod invite "$WARD" --org PHUONG --role clerk --person 'Điêu Thị Mẫu')" --home "$C"
M=$(id chibo add member --home "$C" --org CB-014 --set family_name=Lò --set given_name=Thử --set gender=nam --set born=1961)
N=$(id chibo add member --home "$C" --org CB-014 --set family_name=Trần --set given_name=Giả --set gender=nữ --set born=1970)
sync_in "$C" "$A" "$B"

# situations NAME…: in round $ROUND the device $FIRST comes to the ward first
situations() {
    for ROUND in 1 2; do
        FIRST=$A ORDER=("$A" "$B" "$C")
        [ $ROUND = 1 ] || FIRST=$B ORDER=("$B" "$A" "$C")
        for s in "$@"; do "${s}_before"; done
        sync_in "$A" "$C" "$B"
        for s in "$@"; do "${s}_apart"; done
        sync_in "${ORDER[@]}"
        for s in "$@"; do
            before=$FAILED
            for home in "$A" "$B"; do "${s}_after" "$home"; done
            [ "$FAILED" = "$before" ] || echo "situation $s, round $ROUND"
        done
        for home in "$A" "$B" "$C"; do run 0 chibo verify --home "$home"; done
    done
}
