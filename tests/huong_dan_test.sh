#!/bin/bash
# huong_dan_test.sh - the handbook shows what the programs show (huong_dan.py).
#
#     tests/huong_dan_test.sh --write      renews the screens of docs/huong-dan.md
set -u
cd "$(dirname "$0")/.." || exit 1
unset CHIBO_HOME CHIBO_LANG LANGUAGE CHIBO_TEST_CUT_BYTES XDG_DATA_HOME TERM
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
${CC:-cc} -shared -fPIC -o "$tmp/clock.so" tests/cli/clock.c -ldl || exit 1
"${PYTHON:-/usr/bin/python3}" tests/huong_dan.py "$tmp/clock.so" "$(bash tests/free_port.sh)" "$@"
