#!/bin/bash
# bench_test.sh - that the limit programs run and agree with the rows they are given, and the byte figures, which no busy
# machine can spoil. Times are `make bench`.
set -u
cd "$(dirname "$0")/.." || exit 1
BUILD=${BUILD:-build}
WORK=$(mktemp -d "${TMPDIR:-/tmp}/chibo-bench.XXXXXX")
. tests/bench/lib.sh
PASSED=0 FAILED=0

# check NAME AWK-CONDITION
check() {
    if [ "$(awk "BEGIN { print ($2) ? 1 : 0 }" 2>/dev/null)" = 1 ]; then
        PASSED=$((PASSED + 1))
    else
        FAILED=$((FAILED + 1))
        echo "bench: $1: not ($2)"
    fi
}

"$PYTHON" tests/bench/gen.py 600 1 "$WORK/rows" || die "gen.py"
read -r raw packed <<<"$("$PYTHON" tests/bench/gen.py --zstd 3 "$WORK/rows")"
check "rows are as large as those of the study" "$raw / 600 > 350 && $raw / 600 < 410"

"$B/limit_add" "$WORK/limit" "$WORK/rows" && "$B/limit_add" "$WORK/limit"
check "limit_add" "$? == 0"
for work in bare half full; do
    PORT=$(bash tests/free_port.sh)
    "$B/limit_serve" $work $PORT "$WORK/s-$work" 1 >"$WORK/serve.out" 2>&1 &
    server=$!
    # limit_send may come before the server listens
    until sent=$("$B/limit_send" $work $PORT "$WORK/c-$work" "$WORK/rows" 2>/dev/null); do
        kill -0 $server 2>/dev/null || break
    done
    wait $server
    read -r records _ <"$WORK/serve.out"
    check "limit_serve $work" "${records:-0} == 600"
    check "limit_send $work" "${sent:-0} > 0.9 * $packed && ${sent:-0} < 1.2 * $packed"
done

ward "$WORK/w"
cell "$WORK/w" CB-001
device "$WORK/w" "$WORK/a" CB-001 secretary
device "$WORK/w" "$WORK/b" CB-001 deputy
"$B/fill" "$WORK/a" "$WORK/rows" >/dev/null
out=$(sync "$WORK/a")
check "all are sent" "$(field sent <<<"$out") == 600"
check "an upload of 600 takes few bytes" "$(field app_out <<<"$out") < 1.05 * $packed"
sync "$WORK/b" >/dev/null && sync "$WORK/b" >/dev/null && out=$(sync "$WORK/a")
check "nothing new, up" "$(field app_out <<<"$out") <= 64"
check "nothing new, down" "$(field app_in <<<"$out") <= 48"
# A file of another form (tests/gen/gen.py writes changes) ends it with a sentence.
"$PYTHON" tests/gen/gen.py 20 1 "$WORK/changes" && out=$("$B/fill" "$WORK/a" "$WORK/changes" 2>&1)
check "fill takes no file of changes" "$? == 1"
case $out in *tests/bench/gen.py*) check "and says whose" 1 ;; *) check "and says whose, not: $out" 0 ;; esac
for home in b a; do
    "$CHIBO" --home "$WORK/$home" add task --set "duty=Thăm hỏi gia đình chính sách ở tổ 3" --set from=2026-11-04 >/dev/null
    out=$(sync "$WORK/$home")
done
check "one each way, up" "$(field app_out <<<"$out") <= 450"
check "one each way, down" "$(field app_in <<<"$out") <= 450"
check "one each way, round trips" "$(field round_trips <<<"$out") == 1"
id=$("$CHIBO" --home "$WORK/a" list task --json | sed -n 's/.*"id":"\([0-9a-f]*\)".*/\1/p' | tail -n 1)
for home in b a; do sync "$WORK/$home" >/dev/null; done
"$CHIBO" --home "$WORK/a" edit "$id" --set "duty=Thăm hỏi gia đình tổ 30" >/dev/null
check "one field of 30 B, up" "$(sync "$WORK/a" | field app_out) <= 250"
check "one field of 30 B, down" "$(sync "$WORK/b" | field app_in) <= 320"
echo "bench: $PASSED passed, $FAILED failed"
[ $FAILED -eq 0 ]
