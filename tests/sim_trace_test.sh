#!/bin/bash
# sim_trace_test.sh - a seed is all there is: the simulator's trace hashes of 200 seeds are the same from gcc -O2 and
# clang -O0, and twice from the same program at other addresses. Whatever differs hangs on the compiler, on
# uninitialised memory or on addresses.
set -u
cd "$(dirname "$0")/.." || exit 1
BUILD=${BUILD:-build} SEEDS=${SEEDS:-200}
one=$BUILD/tests/t_sim two=$BUILD/clang/tests/t_sim
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
passed=0 failed=0

hashes() { # PROGRAM FILE
    "$1" --hashes --seeds "$SEEDS" >"$2.all" 2>&1
    grep -E '^[0-9]+ [0-9a-f]{32}$' "$2.all" >"$2"
}
same() { # WHAT FILE FILE
    if [ "$(wc -l <"$2")" = "$SEEDS" ] && cmp -s "$2" "$3"; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "$1: the traces differ, first at: $(diff "$2" "$3" | sed -n 2,3p)"
        tail -n 3 "$2.all" "$3.all"
    fi
}

hashes "$one" "$scratch/gcc" &
hashes "$two" "$scratch/clang"
wait
hashes "$one" "$scratch/again"
same "gcc -O2 and clang -O0" "$scratch/gcc" "$scratch/clang"
same "gcc twice" "$scratch/gcc" "$scratch/again"
echo "sim_trace: $passed passed, $failed failed"
[ $failed -eq 0 ]
