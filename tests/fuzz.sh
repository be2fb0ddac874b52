#!/bin/bash
# fuzz.sh - one libFuzzer program of tests/fuzz_*.c: a campaign, or a short replay for `make check`.
#
#     tests/fuzz.sh run DIR fuzz_x SECONDS     look for new inputs; what is found stays in DIR/corpus/fuzz_x
#     tests/fuzz.sh replay DIR fuzz_x          the known inputs and some thousand mutations of them, seeded
#
# Known inputs: tests/corpus/fuzz_x/ (kept in git) and what earlier campaigns found. An input that broke something is
# written to DIR/crash-*; the program takes it as its argument.
set -u
mode=$1 dir=$2 name=$3
program=$dir/tests/$name
found=$dir/corpus/$name
known=tests/corpus/$name
mkdir -p "$found"
[ -d "$known" ] || known=
common="-rss_limit_mb=1024 -timeout=60 -artifact_prefix=$dir/crash- -print_final_stats=1"
if [ "$mode" = run ]; then
    exec "$program" $common -max_total_time="$4" "$found" $known
fi
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
if "$program" $common -seed=1 -runs="${FUZZ_RUNS:-5000}" "$scratch" "$found" $known; then
    echo "$name: 1 passed, 0 failed"
else
    echo "$name: 0 passed, 1 failed"
    exit 1
fi
