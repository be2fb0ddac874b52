#!/bin/bash
# sim_ward_test.sh - the simulator plays a generated ward (tests/gen/ward.py --flow): six cells, eighteen devices, a
# quarter, with its own faults and all that it checks. Seed 4 crashes, fills disks, clones, rotates the key and begins
# logs at snapshots. What cannot be written is a failure, not passed over.
set -u
cd "$(dirname "$0")/.." || exit 1
sim=${BUILD:-build}/tests/t_sim PYTHON=${PYTHON:-/usr/bin/python3} SEEDS=${SEEDS:-1} FIRST=${FIRST:-4}
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
passed=0 failed=0
is() { # WHAT GOT WANT
    if [ "$2" = "$3" ]; then passed=$((passed + 1)); else failed=$((failed + 1)) && echo "$1: $2, not $3"; fi
}

PYTHONIOENCODING=utf-8 "$PYTHON" tests/gen/ward.py --flow 1 6 3 >"$scratch/flow"
is "cells and devices" "$(grep -c '^O' "$scratch/flow") $(grep -c '^D' "$scratch/flow")" "6 18"
"$sim" --ward "$scratch/flow" --first "$FIRST" --seeds "$SEEDS" >"$scratch/said"
is "nothing fails" $? 0
records=$(sed -n 's/^[0-9]* seeds, [0-9]* actions, \([0-9]*\) records.*/\1/p' "$scratch/said")
[ "$failed" = 0 ] || grep '^seed' "$scratch/said"
is "all was played" "$((${records:-0} > SEEDS * 2000))" 1
# What cannot be written is not passed over.
sed '0,/\tmark=/s//\tmarc=/' "$scratch/flow" >"$scratch/bad"
"$sim" --ward "$scratch/bad" --seeds 1 >"$scratch/said"
is "an unknown field is a failure" "$?:$(grep -c 'flow: attendance .* cannot be written' "$scratch/said")" 1:1
echo "sim_ward: $passed passed, $failed failed"
[ $failed -eq 0 ]
