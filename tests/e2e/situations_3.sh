#!/bin/bash
# situations_3.sh - what really collides when the ward decides while a cell is away, each situation by name and in both
# orders of exchanging, with the ward's own commands between: an officer replaced by a congress, a cell that was merged, a
# member marked moved out who is not received yet. (The others: tests/cli/situations.sh.)
. "$(dirname "$0")/lib.sh"

ward() { "$BUILD/chibod" "$@" 2>>"$TMP/log"; }
device() { # NAME CODE ROLE PERSON
    "$BUILD/chibo" init --home "$H/$1" "$(ward invite "$W" --org "$2" --role "$3" --person "$4")" >/dev/null || exit 1
    chibo "$1" sync >/dev/null
}
made() { sed -n 's/^{"v":1,"id":"\([0-9a-f]*\)".*/\1/p'; }
syncs() { local d; for d in "$@"; do chibo "$d" sync >/dev/null 2>>"$TMP/log" || [ $? = 3 ] || is "sync $d" failed ok; done; }
orders() { # ROUND DEVICE OTHER: the order of this round
    [ "$1" = 1 ] && echo "$2 $3" || echo "$3 $2"
}
task() { chibo "$1" add task --json --set "duty=$2" --set "from=$3" | made; } # DEVICE DUTY FROM
duties() { chibo "$1" list task --json ${2:+--where "org=$2"} | sed -n 's/.*"duty":"\([^"]*\)".*/\1/p' | sort | tr '\n' ' '; }
transport() { number transport "$(chibo "$1" show "$2" --json)"; } # DEVICE ID
whole() { local d; for d in "$@"; do is "$d verifies" "$(chibo "$d" verify --json | grep -c '"complete":true')" 1; done; }
counted() { ward overview "$W" --json | sed -n "s/.*\"code\":\"\($1\)\".*\"members\":\([0-9]*\).*/\2/p" | tr '\n' ' '; }
ago() { TZ=UTC-7 date -d "$1 days ago" +%d/%m/%Y; } # in Vietnam

FRONT=$(bash tests/free_port.sh)
"$BUILD/chibod" init "$W" --name "Phường Thử" --listen "127.0.0.1:$FRONT" >/dev/null || exit 1
serve
device clerk PHUONG clerk "Văn Phòng"

# Officer replaced by a congress while offline: what he wrote of the time before stands; what is of the time after waits,
# for the new secretary too to see; whichever of the two comes to the ward first.
officer_replaced() { # ROUND
    local cell=CB-10$1 congress before after known
    ward org "$W" add --code "$cell" --name "Chi bộ $cell" --type TDP >/dev/null
    device "old$1" "$cell" secretary "Bí Thư Cũ $1"
    device "new$1" "$cell" deputy "Bí Thư Mới $1"
    congress=$(ago 10)
    before=$(task "old$1" "trước $1" "$(ago 20)") after=$(task "old$1" "sau $1" "$(ago 5)") # he is away
    known=$(task "new$1" "của người mới $1" "$(ago 4)")
    ward end "$W" --person "Bí Thư Cũ $1" --role secretary --org "$cell" --ngay "$congress" >/dev/null
    is "office ended, round $1" $? 0
    ward grant "$W" --person "Bí Thư Mới $1" --role secretary --org "$cell" --ngay "$congress" >/dev/null
    is "office given, round $1" $? 0
    ward end "$W" --person "Bí Thư Mới $1" --role deputy --org "$cell" --ngay "$congress" >/dev/null
    # shellcheck disable=SC2046
    syncs $(orders "$1" "old$1" "new$1") "new$1" clerk
    is "before: accepted, round $1" "$(duties "new$1")" "của người mới $1 trước $1 "
    is "after: held, round $1" "$(ward held "$W" --json | grep "$after" | grep -c '"duty":{"old":null,"new":"sau '"$1"'"}')" 1
    is "nothing else is, round $1" "$(ward held "$W" --json | grep -c "$before\|$known")" 0
    is "the new secretary sees that it waits, round $1" "$(number count "$(chibo "new$1" status --json)")" 1
    is "the overview counts it, round $1" "$(ward overview "$W" --json | grep "\"$cell\"" | grep -c '"held":1,')" 1
    ward accept "$W" "$after" >/dev/null
    is "a person takes it, round $1" $? 0
    syncs "new$1"
    is "then it is there, round $1" "$(duties "new$1")" "của người mới $1 sau $1 trước $1 "
    is "and nothing waits, round $1" "$(number count "$(chibo "new$1" status --json)")" 0
    syncs "old$1"
    whole "new$1"
}

# Cell merged while offline: what both sides wrote is accepted, stays filed under the cell it was written in, and is shown
# in the one that succeeds it.
cell_merged() { # ROUND
    local one=CB-20$1 two=CB-21$1 next=CB-22$1 d
    for cell in "$one" "$two"; do ward org "$W" add --code "$cell" --name "Chi bộ $cell" --type TDP >/dev/null; done
    device "one$1" "$one" secretary "Bí Thư Một $1"
    device "two$1" "$two" secretary "Bí Thư Hai $1"
    local a b
    a=$(task "one$1" "một $1" 1/11/2026) b=$(task "two$1" "hai $1" 1/11/2026)
    ward org "$W" merge --from "$one,$two" --into "$next" --name "Chi bộ $next" --decision "3$1-QĐ/ĐU" --date "$(ago 1)" >/dev/null
    is "merged, round $1" $? 0
    # shellcheck disable=SC2046
    for _ in 1 2; do syncs $(orders "$1" "one$1" "two$1"); done
    is "accepted, round $1" "$(transport "one$1" "$a") $(transport "two$1" "$b")" "received received"
    is "nothing waits, round $1" "$(ward held "$W" --json | grep -c "$a\|$b")" 0
    for d in "one$1" "two$1"; do
        is "$d: filed under the old cells" "$(number org "$(chibo "$d" show "$a" --json)") $(number org "$(chibo "$d" show "$b" --json)")" "$one $two"
        is "$d: each by its old code" "$(duties "$d" "$one")$(duties "$d" "$two")" "một $1 hai $1 "
        is "$d: shown in the successor" "$(duties "$d" "$next")" "hai $1 một $1 "
        is "$d: which is theirs" "$(number org "$(chibo "$d" status --json)")" "$next"
    done
    whole "one$1" "two$1"
}

# Member marked moved out in A, not yet received in B: counted once, in A; on the list of those on the way, for the ward and
# for both cells; until B receives him.
moved_out() { # ROUND
    local from=CB-30$1 to=CB-31$1 m line
    for cell in "$from" "$to"; do ward org "$W" add --code "$cell" --name "Chi bộ $cell" --type TDP >/dev/null; done
    device "from$1" "$from" secretary "Bí Thư Đi $1"
    device "to$1" "$to" secretary "Bí Thư Đến $1"
    syncs clerk
    m=$(chibo clerk add member --json --org "$from" --set family_name=Lò --set "given_name=Mẫu $1" --set gender=female --set born=1980 | made)
    chibo clerk add membership --json --org "$from" --set "member=$m" --set "org=$from" --set type=full --set from=1/1/2020 >/dev/null
    syncs clerk "from$1" "to$1"
    is "counted in A, round $1" "$(counted "$from")$(counted "$to")" "1 0 "
    # A marks him moved out without a link; the ward introduces him meanwhile.
    chibo "from$1" edit "$(chibo "from$1" list membership --json | made)" --set "to=$(ago 3)" >/dev/null 2>&1
    chibo "from$1" edit "$m" --set phone=09 >/dev/null
    ward move "$W" --person "$m" --to "$to" --introduce --letter "4$1-GT" --date "$(ago 2)" >/dev/null
    is "introduced, round $1" $? 0
    # shellcheck disable=SC2046
    syncs $(orders "$1" "from$1" "to$1") clerk
    is "still once, in A, round $1" "$(counted "$from")$(counted "$to")" "1 0 "
    is "on the way, round $1" "$(ward in-transit "$W" --json | grep "\"Lò Mẫu $1\"" | grep -c "\"from\":\"$from\",\"to\":\"$to\"")" 1
    is "on A's list, round $1" "$(chibo "from$1" list transfer --json | grep "$m" | grep -c '"way":"out"')" 1
    is "on B's list, round $1" "$(chibo "to$1" list transfer --json | grep "$m" | grep -c '"way":"in"')" 1
    is "his record is in A, round $1" "$(chibo "from$1" list member --json | made)$(chibo "to$1" list member --json | made)" "$m"
    # B receives him without a link, A writes what it still has to say.
    line=$(chibo "to$1" list transfer --json | made)
    chibo "to$1" receive "$line" --date "$(ago 1)" >/dev/null
    is "received, round $1" $? 0
    chibo "from$1" edit "$m" --set phone="0912$1" >/dev/null
    is "not handed in: in A, round $1" "$(counted "$from")$(counted "$to")" "1 0 "
    # shellcheck disable=SC2046
    for _ in 1 2; do syncs $(orders "$1" "from$1" "to$1") clerk; done
    is "once, in B, round $1" "$(counted "$from")$(counted "$to")" "0 1 "
    is "nobody is on the way, round $1" "$(ward in-transit "$W" --json | grep -c "\"Lò Mẫu $1\"")" 0
    is "with what A wrote late, round $1" "$(number phone "$(chibo "to$1" show "$m" --json)")" "0912$1"
    whole "from$1" "to$1" clerk
}

for round in 1 2; do
    officer_replaced $round
    cell_merged $round
    moved_out $round
done
serve_stop
finish
