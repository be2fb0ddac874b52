#!/bin/bash
# demo_big.sh - a whole ward for a year, played on real stores and met over the real protocol (`make demo-big`).
#
#     BUILD=build tests/demo_big.sh [CELLS [MONTHS [SEED]]]     60 cells with 180 devices, 12 months, seed 1
#
# tests/gen/ward.py says what happens; tests/bench/play does it in each device's book; the devices meet the ward as they
# find a link; the ward moves members. In the end the ward's report must say what the plan says, line by line, every
# device be at rest, and the registers match. Figures are printed as it goes. BIG_DIR: where to play (a new folder).
set -u
export LC_ALL=C.UTF-8 CHIBO_LANG=en
unset CHIBO_HOME LANGUAGE
cd "$(dirname "$0")/.." || exit 1
BUILD=$(realpath "${BUILD:-build}") PYTHON=${PYTHON:-/usr/bin/python3}
CELLS=${1:-60} MONTHS=${2:-12} SEED=${3:-1}
DIR=${BIG_DIR:-$(mktemp -d "${TMPDIR:-/tmp}/chibo-big.XXXXXX")}
PLAN=$DIR/plan W=$DIR/phuong SERVER=
NAMES=$DIR/names WRONG=0
trap 'for p in $SERVER; do kill "$p" 2>/dev/null; wait "$p" 2>/dev/null; done; [ -n "${BIG_DIR:-}" ] || rm -rf "$DIR"' EXIT
SECONDS=0
chibo() { local home=$1; shift; "$BUILD/chibo" "$1" --home "$DIR/$home" "${@:2}"; }
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
enrol() {
    local home code role person invite type name
    while IFS=$'\t' read -r code type name; do
        chibod org add --code "$code" --type "$type" --name "$name" >/dev/null || die "no cell $code"
    done <"$PLAN/orgs"
    while IFS=$'\t' read -r home code role person; do
        invite=$(chibod invite --org "$code" --role "$role" --person "$person") || die "no invite for $home"
        "$BUILD/chibo" init --home "$DIR/$home" "$invite" >/dev/null || die "$home does not enrol"
    done <"$PLAN/devices"
}
# month MM: everybody works apart, then comes to the ward, then the ward moves who is to be moved.
month() {
    local f home name code date id
    for f in "$PLAN/$1"/clerk "$PLAN/$1"/CB-*; do
        [ -s "$f" ] || continue
        "$BUILD/tests/bench/play" "$DIR/$(basename "$f")" "$NAMES" "$f" >>"$DIR/played" || die "$f cannot be played"
    done
    while read -r home; do
        chibo "$home" sync --json >>"$DIR/synced" 2>>"$DIR/noted" || die "$home does not meet the ward"
    done <"$PLAN/$1/meet"
    [ -e "$PLAN/$1/moves" ] || return 0
    while IFS=$'\t' read -r name code date; do
        id=$(sed -n "s/^$name //p" "$NAMES/${name%%.*}")
        chibod move --person "$id" --to "$code" --date "$date" >>"$DIR/moved" || die "$name does not move to $code"
    done <"$PLAN/$1/moves"
}
# Until nothing goes any more in either direction.
settle() {
    local home round
    for round in 1 2; do
        while read -r home _; do chibo "$home" sync --json; done <"$PLAN/devices" >"$DIR/last" || die "a device does not meet the ward"
    done
    grep -vcE '"sent":0,"received":0' "$DIR/last"
}

mkdir -p "$NAMES" || exit 1
"$PYTHON" tests/gen/ward.py "$SEED" "$CELLS" "$MONTHS" "$PLAN" >"$DIR/planned" || die "no plan"
say "plan: $(cat "$DIR/planned"), $(wc -l <"$PLAN/devices") devices"
open_ward
enrol
say "the ward and its devices are enrolled"
for m in $(seq -f %02g 0 "$MONTHS"); do
    month "$m"
    say "month $m: $(awk '{ r += $1; e += $2 + $3 } END { print r " records, " e " edits and signatures" }' "$DIR/played") so far, ward $(size_of "$W")"
done
left=$(settle)
[ "$left" = 0 ] || wrong "$left devices are not at rest"
say "all at rest; held: $(chibod held --json | wc -l)"
chibod report 2025 --json >"$DIR/report" && chibod report 2026 --json >"$DIR/next" && chibod overview --json >"$DIR/overview" || die "no report"
chibod reconcile --quarter 4/2025 --json >"$DIR/matched" 2>/dev/null
say "registers matched: $(field match <"$DIR/matched") of $CELLS"
"$PYTHON" tests/gen/ward_look.py "$PLAN" "$DIR" && say "the ward sees what was planned" || WRONG=$((WRONG + 1))
say "stores: ward $(size_of "$W"), all devices $(size_of "$DIR"/CB-* "$DIR/clerk"); server $(awk '/^RssAnon/ { printf "%.1f MiB", $2 / 1024 }' "/proc/$SERVER/status") resident"
[ "$WRONG" = 0 ] && echo "demo-big: all is as planned" || exit 1
