#!/bin/bash
# big.sh - two cells for one month of the generator's ward (tests/gen/ward.py), played as `make demo-big` plays sixty for a
# year: what the ward sees in the end is what was planned, figure by figure.
set -u
cd "$(dirname "$0")/../.." || exit 1
out=$(bash tests/demo_big.sh "${1:-2}" "${2:-1}" 2>&1)
status=$?
passed=$(sed -n 's/^\([0-9]*\) figures, 0 wrong$/\1/p' <<<"$out")
[ "$status" = 0 ] && [ "${passed:-0}" -ge 40 ] || echo "$out" | tail -n 30
[ "$status" = 0 ] && failed=0 || failed=1
echo "big: ${passed:-0} passed, $failed failed"
exit $failed
