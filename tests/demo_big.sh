#!/bin/bash
# demo_big.sh - a whole ward for a year, played on real stores and met over the real protocol (`make demo-big`).
#
#     BUILD=build tests/demo_big.sh [CELLS [MONTHS [SEED]]]     60 cells with 180 devices, 12 months, seed 1
#
# tests/gen/ward.py says what happens; tests/bench/play does it in each device's book; the devices meet the ward as they
# find a link; the ward moves members. In the end the ward's report must say what the plan says, line by line, every
# device be at rest, and the registers match. Figures are printed as it goes. BIG_DIR: where to play (a new
# folder); BIG_JOBS: cells at a time (2).
set -u
export LC_ALL=C.UTF-8 CHIBO_LANG=en
unset CHIBO_HOME LANGUAGE
cd "$(dirname "$0")/.." || exit 1
BUILD=$(realpath "${BUILD:-build}") PYTHON=${PYTHON:-/usr/bin/python3}
CELLS=${1:-60} MONTHS=${2:-12} SEED=${3:-1}
DIR=${BIG_DIR:-$(mktemp -d "${TMPDIR:-/tmp}/chibo-big.XXXXXX")}
PLAN=$DIR/plan W=$DIR/phuong SERVER=
NAMES=$DIR/names WRONG=0 JOBS=${BIG_JOBS:-2}
trap 'for p in $SERVER; do kill "$p" 2>/dev/null; wait "$p" 2>/dev/null; done; [ -n "${BIG_DIR:-}" ] || rm -rf "$DIR"' EXIT
SECONDS=0
# With the clock that the device has.
at() { # HOME PROGRAM…
    local shift
    shift=$(sed -n "s/^$1\t//p" "$PLAN/clocks")
    if [ -n "$shift" ]; then LD_PRELOAD="$DIR/clock.so" SHIFT_S=$shift "${@:2}"; else "${@:2}"; fi
}
chibo() { at "$1" "$BUILD/chibo" "$2" --home "$DIR/$1" "${@:3}"; }
chibod() { "$BUILD/chibod" "$1" "$W" "${@:2}"; }
die() { echo "demo-big: $1" >&2; exit 1; }
wrong() { echo "demo-big: $1" && WRONG=$((WRONG + 1)); }
say() { printf '%4d s  %s\n' "$SECONDS" "$*"; }
field() { sed -n "s/.*\"$1\":\"\{0,1\}\(-\{0,1\}[^\",}]*\).*/\1/p"; }
size_of() { du -sk "$@" | awk '{ n += $1 } END { printf "%.1f MiB", n / 1024 }'; }

open_ward() {
    local port i
    port=$(bash tests/free_port.sh)
    chibod init --name "Phường Tân Thanh" --listen "127.0.0.1:$port" || die "no ward"
    "$BUILD/chibod" run "$W" --log warn 2>"$DIR/log" &
    SERVER=$!
    for i in $(seq 600); do
        (: <"/dev/tcp/127.0.0.1/$port") 2>/dev/null && return
        read -r -t 0.05 <> <(:)
    done
    die "the ward does not answer"
}
# each COMMAND: of every cell, JOBS at a time; `COMMAND CODE` ends with its status.
each() {
    cut -f 1 "$PLAN/orgs" | xargs -P "$JOBS" -I{} bash -c "$* {}" || die "stopped"
}
enrol_cell() { # CODE: and the clerk, by PHUONG
    local home code role person invite
    while IFS=$'\t' read -r home code role person; do
        [ "$code" = "$1" ] || continue
        invite=$(chibod invite --org "$code" --role "$role" --person "$person") || die "no invite for $home"
        chibo "$home" init "$invite" >/dev/null || die "$home does not enrol"
    done <"$PLAN/devices"
}
enrol() {
    local code type name
    while IFS=$'\t' read -r code type name; do
        chibod org add --code "$code" --type "$type" --name "$name" >/dev/null || die "no cell $code"
    done <"$PLAN/orgs"
    enrol_cell PHUONG
    each enrol_cell
}
# work MM CODE: its devices work apart, then come to the ward, in the order of the plan.
work() {
    local f home
    for f in "$PLAN/$1/$2"*; do
        [ -s "$f" ] || continue
        home=$(basename "$f")
        at "$home" "$BUILD/tests/bench/play" "$DIR/$home" "$NAMES" "$f" >>"$DIR/played.$2" || die "$f cannot be played"
    done
    for home in $(grep "^$2" "$PLAN/$1/meet"); do
        if grep -qx "$home" "$PLAN/$1/restored" 2>/dev/null; then cp -a "$DIR/$home" "$DIR/backup.$home"; fi
        meet "$home" || die "$home does not meet the ward"
        [ -d "$DIR/backup.$home" ] || continue
        rm -rf "${DIR:?}/$home" && mv "$DIR/backup.$home" "$DIR/$home"
        meet "$home" || die "$home, put back, does not meet the ward"
        grep -c '"new_incarnation":true' "$DIR/synced.$home" >>"$DIR/restored"
    done
}
# lists: they come before anything is said of who is in them; a member's name in the plan is told by his card.
take_lists() {
    local code encoding file
    while IFS=$'\t' read -r code encoding file; do
        chibo clerk import member "$PLAN/$file" --org "$code" --encoding "$encoding" --json >"$DIR/imported.$code" || die "$file is not taken"
        chibo clerk list member --json >"$DIR/book.member"
        "$PYTHON" tests/gen/ward_look.py --names "$PLAN" "$DIR/book.member" "$code" >>"$NAMES/$code"
    done <"$PLAN/lists"
}
# More than a few strangers at once from one address are sent away; they come again.
meet() {
    local n
    for n in 1 2 3 4 5; do chibo "$1" sync --json >"$DIR/synced.$1" 2>>"$DIR/noted.$1" && return; done
    tail -n 1 "$DIR/noted.$1" >&2
    return 1
}
# month MM: the clerk, then the cells; then the ward moves who is to be moved.
month() {
    local name code date id
    work "$1" clerk
    each work "$1"
    [ -e "$PLAN/$1/moves" ] || return 0
    local what from into person
    while IFS=$'\t' read -r what from into person; do
        case $what in
            merge) chibod org merge --from "$from" --into "$into" --decision "$1-QĐ/ĐU" --date "28/$1/2025" ;;
            split) chibod org split --from "$from" --into "$into" --name "Chi bộ $into" --person "$person" --decision "$1-QĐ/ĐU" --date "28/$1/2025" ;;
        esac >>"$DIR/moved" || die "$from cannot $what"
    done <"$PLAN/$1/orgs"
    while IFS=$'\t' read -r name code date; do
        id=$(sed -n "s/^$name //p" "$NAMES/${name%%.*}")
        chibod move --person "$id" --to "$code" --date "$date" >>"$DIR/moved" || die "$name does not move to $code"
    done <"$PLAN/$1/moves"
}
# Until nothing goes any more in either direction; how many devices are not at rest.
settle_cell() {
    local home
    for home in "$DIR/$1"*; do meet "$(basename "$home")" || die "$home does not meet the ward"; done
}
settle() {
    for _ in 1 2; do settle_cell clerk && each settle_cell; done
    cat "$DIR"/synced.* | grep -vcE '"sent":0,"received":0'
}
export BUILD DIR PLAN W NAMES
export -f at chibo chibod die meet work enrol_cell settle_cell
mkdir -p "$NAMES" || exit 1
"$PYTHON" tests/gen/ward.py "$SEED" "$CELLS" "$MONTHS" "$PLAN" >"$DIR/planned" || die "no plan"
say "plan: $(cat "$DIR/planned"), $(wc -l <"$PLAN/devices") devices"
${CC:-cc} -shared -fPIC -o "$DIR/clock.so" tests/cli/clock.c -ldl || die "no clock.so"
open_ward
enrol
say "the ward and its devices are enrolled"
take_lists
for m in $(seq -f %02g 0 "$MONTHS"); do
    month "$m"
    say "month $m: $(awk '{ r += $1; e += $2 + $3 } END { print r " records, " e " edits and signatures" }' "$DIR"/played.*) so far, ward $(size_of "$W")"
done
left=$(settle)
[ "$left" = 0 ] || wrong "$left devices are not at rest"
say "all at rest; held: $(chibod held --json | wc -l)"
chibod report 2025 --json >"$DIR/report" && chibod report 2026 --json >"$DIR/next" && chibod overview --json >"$DIR/overview" || die "no report"
chibod reconcile --quarter 4/2025 --json >"$DIR/matched" 2>/dev/null
say "registers matched: $(field match <"$DIR/matched") of $CELLS"
# What is dirty, collides or goes wrong: how much of it is seen.
for kind in member link fee_payment; do chibo clerk list "$kind" --json >"$DIR/book.$kind" || die "no list of $kind"; done
chibod decisions --json >"$DIR/decisions"
for home in $(cut -f 1 "$PLAN/devices"); do chibo "$home" status --json; done >"$DIR/statuses" 2>/dev/null
while read -r home; do
    cp -a "$DIR/$home" "$DIR/copy.$home"
    for _ in 1 2; do meet "$home"; meet "copy.$home"; done
done <"$PLAN/clones"
chibod devices --json >"$DIR/devices"
"$PYTHON" tests/gen/ward_look.py "$PLAN" "$DIR" && say "the ward sees what was planned" || WRONG=$((WRONG + 1))
say "stores: ward $(size_of "$W"), all devices $(size_of "$DIR"/CB-* "$DIR/clerk"); server $(awk '/^RssAnon/ { printf "%.1f MiB", $2 / 1024 }' "/proc/$SERVER/status") resident"
[ "$WRONG" = 0 ] && echo "demo-big: all is as planned" || exit 1
