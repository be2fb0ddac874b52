#!/bin/bash
# run.sh - runs every test there is against a build and adds up what they say.
#
#     tests/run.sh                 all: what `make check` does once everything is built
#     tests/run.sh san/t_opt ...   only those whose label begins so
#
# A test is a program that ends with the line `<name>: N passed, N failed[, N skipped]`. One that exits with an error
# without having counted a failure, says no such line, or counts nothing at all, is itself one failure. What each said
# is kept in $BUILD/logs; that of the failing ones is printed. The last line is the sum; the status 1 unless it is good.
set -u
cd "$(dirname "$0")/.." || exit 1
export BUILD=${BUILD:-build} PYTHON=${PYTHON:-/usr/bin/python3}
SAN=${SAN:-$BUILD/san} FUZZ=${FUZZ:-$BUILD/fuzz} LOGS=$BUILD/logs
LIMIT_S=${LIMIT_S:-900}
JOBS=${JOBS:-$(($(nproc) + 1))} # many of them wait now and then, for a disk or a peer
export ASAN_OPTIONS=${ASAN_OPTIONS:-detect_leaks=1:abort_on_error=0} UBSAN_OPTIONS=${UBSAN_OPTIONS:-print_stacktrace=1}

# Words after the program: the simulator runs its whole campaign only where it is fast.
arguments() {
    case $1 in
        san/t_sim) echo "--seeds 200" ;;
        san/t_copy) echo "--seeds 200" ;;
    esac
}

# These take longest: they begin first, so that none of them is left to run alone at the end.
LONG="t_sim demo_test e2e/late e2e/kill san/t_zip e2e/cut64 e2e/resume cli/situations san/t_mp_random sim_trace_test peer_test
    bugs_test tidy_test san/t_sim san/t_tls san/t_model san/t_copy e2e/kill_device e2e/restore_server bad_test fuzz/fuzz_answer"

# label<TAB>command, the long ones first.
list() {
    list_all | awk -F '\t' -v long="$LONG" '
        BEGIN { n = split(long, l, /[ \n]+/); for (i = 1; i <= n; i++) place[l[i]] = i }
        $1 in place { first[place[$1]] = $0; next }
        { rest[++m] = $0 }
        END { for (i = 1; i <= n; i++) if (i in first) print first[i]; for (i = 1; i <= m; i++) print rest[i] }'
}
list_all() {
    local f name
    for f in tests/t_*.c; do
        name=$(basename "$f" .c)
        [ -e "$f" ] || continue
        printf 'san/%s\t%s %s\n' "$name" "$SAN/tests/$name" "$(arguments "san/$name")"
        printf '%s\t%s %s\n' "$name" "$BUILD/tests/$name" "$(arguments "$name")"
    done
    for name in ${VALGRIND_TESTS:-}; do
        [ -e "tests/$name.c" ] || continue
        printf 'valgrind/%s\tvalgrind -q --error-exitcode=99 --leak-check=full %s\n' "$name" "$BUILD/tests/$name"
    done
    for f in tests/fuzz_*.c; do
        [ -e "$f" ] || continue
        name=$(basename "$f" .c)
        printf 'fuzz/%s\ttests/fuzz.sh replay %s %s\n' "$name" "$FUZZ" "$name"
    done
    for f in tests/tidy.sh tests/*_test.sh tests/cli/*.sh tests/e2e/*.sh; do
        case $(basename "$f") in lib*) continue ;; esac
        [ -e "$f" ] && printf '%s\tbash %s\n' "$(echo "${f#tests/}" | sed 's/\.sh$//')" "$f"
    done
    for f in tests/*_test.py; do
        [ -e "$f" ] && printf '%s\t%s %s\n' "$(basename "$f" .py)" "$PYTHON" "$f"
    done
}

# One test: writes $LOGS/<label>.{log,sum}; the sum is `passed failed skipped`.
run_one() {
    local label=$1 command=$2 file status line passed failed skipped start=${EPOCHREALTIME/[.,]/}
    file=$LOGS/${label//\//.}
    # The words of the list are ours: no quoting in them.
    timeout -k 10 "$LIMIT_S" $command >"$file.log" 2>&1 </dev/null
    status=$?
    line=$(grep -aE '^[^ ]+: [0-9]+ passed, [0-9]+ failed(, [0-9]+ skipped)?$' "$file.log" | tail -n 1)
    read -r passed failed skipped <<<"$(echo "${line##*: }" | tr -cd '0-9 ' | tr -s ' ')"
    passed=${passed:-0} failed=${failed:-0} skipped=${skipped:-0}
    if [ "$failed" -eq 0 ] && { [ "$status" -ne 0 ] || [ $((passed + skipped)) -eq 0 ]; }; then
        failed=1
        echo "run.sh: status $status, last line \"$line\"" >>"$file.log"
    fi
    echo "$passed $failed $skipped" >"$file.sum"
    printf '%-6s %-28s %5d passed %3d failed %3d skipped %7.1f s\n' "$([ "$failed" -eq 0 ] && echo ok || echo FAILED)" \
        "$label" "$passed" "$failed" "$skipped" "$(((${EPOCHREALTIME/[.,]/} - start) / 100000))e-1"
}

if [ "${1:-}" = --one ]; then
    run_one "$2" "$3"
    exit 0
fi

mkdir -p "$LOGS" && rm -f "$LOGS"/*.log "$LOGS"/*.sum
list | while IFS=$'\t' read -r label command; do
    for wanted in "${@:-}"; do
        case $label in "$wanted"*) printf '%s\0%s\0' "$label" "$command"; break ;; esac
    done
done | xargs -0 -r -n 2 -P "$JOBS" "$0" --one

for sum in "$LOGS"/*.sum; do
    [ -e "$sum" ] && read -r _ failed _ <"$sum" && [ "$failed" -gt 0 ] || continue
    printf '\n---- %s\n' "${sum%.sum}.log"
    tail -n 100 "${sum%.sum}.log"
done
echo
cat "$LOGS"/*.sum 2>/dev/null | awk '
    { passed += $1; failed += $2; skipped += $3 }
    END {
        if (NR == 0) { print "no test ran"; failed++ }
        printf "%d passed, %d failed", passed, failed
        print skipped ? ", " skipped " skipped" : ""
        exit failed > 0
    }'
