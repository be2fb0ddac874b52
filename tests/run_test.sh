#!/bin/bash
# run_test.sh - the adding up of run.sh: crashes, silence and emptiness are failures, and the last line is the sum.
set -u
here=$(cd "$(dirname "$0")" && pwd)
house=$(mktemp -d)
trap 'rm -rf "$house"' EXIT
passed=0 failed=0

# expect STATUS "LAST LINE" NAME=SCRIPT...: what run.sh says of these shell tests.
expect() {
    local status=$1 last=$2 out got
    shift 2
    rm -rf "${house:?}"/* && mkdir -p "$house/tests/cli"
    cp "$here/run.sh" "$house/tests/"
    for test in "$@"; do
        echo "${test#*=}" >"$house/tests/cli/${test%%=*}.sh"
    done
    out=$(env -u VALGRIND_TESTS BUILD=b SAN=b/san FUZZ=b/fuzz LIMIT_S="${limit:-300}" "$house/tests/run.sh" 2>&1)
    got=$?
    if [ $got -eq "$status" ] && [ "$(tail -n 1 <<<"$out")" = "$last" ]; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        printf 'expected status %s and "%s" of %s; got %s and\n%s\n' "$status" "$last" "$*" "$got" "$out"
    fi
}

expect 0 "5 passed, 0 failed" 'a=echo "a: 2 passed, 0 failed"' 'b=echo "b: 3 passed, 0 failed"'
expect 0 "5 passed, 0 failed, 2 skipped" 'a=echo "a: 2 passed, 0 failed, 2 skipped"' 'b=echo "b: 3 passed, 0 failed"'
expect 1 "5 passed, 2 failed" 'a=echo "a: 2 passed, 0 failed"' 'b=echo "b: 3 passed, 2 failed"; exit 1'
expect 1 "3 passed, 1 failed" 'a=echo "a: 2 passed, 0 failed"; kill -SEGV $$' 'b=echo "b: 1 passed, 0 failed"'
expect 1 "1 passed, 1 failed" 'a=echo nothing counted' 'b=echo "b: 1 passed, 0 failed"'
expect 1 "1 passed, 1 failed" 'a=echo "a: 0 passed, 0 failed"' 'b=echo "b: 1 passed, 0 failed"'
limit=1 expect 1 "0 passed, 1 failed" 'a=sleep 30; echo "a: 1 passed, 0 failed"'
expect 1 "1 passed, 2 failed" 'a=echo "a: 1 passed, 2 failed"'
expect 0 "1 passed, 0 failed" 'a=echo "a: 1 passed, 0 failed"' 'lib=exit 1'
expect 1 "0 passed, 1 failed"

# A program that was never built is a failure, not an absence.
rm -rf "${house:?}"/* && mkdir -p "$house/tests"
cp "$here/run.sh" "$house/tests/" && touch "$house/tests/t_x.c"
if [ "$(BUILD=b SAN=b/san "$house/tests/run.sh" 2>&1 | tail -n 1)" = "0 passed, 2 failed" ]; then
    passed=$((passed + 1))
else
    failed=$((failed + 1))
fi

echo "run_test: $passed passed, $failed failed"
[ "$failed" -eq 0 ]
