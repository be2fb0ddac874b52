#!/bin/bash
# bugs_test.sh - does the simulator find what it is for? Thirteen bugs are planted, each behind -DBUG_n in the line it spoils
# (proto/, or the simulator's drivers); t_sim is linked with each and must fail within SEEDS seeds. Only files that hold the
# bug are compiled: the others are those of the build.
set -u
cd "$(dirname "$0")/.." || exit 1
BUILD=${BUILD:-build} SEEDS=${SEEDS:-2000}
dir=$BUILD/bugs
names=("" "acknowledged before commit" "committed in two" "resume off by one" "sequence used again after a crash"
    "rights checked at the login only" "leaf not hashed" "base ignored" "applied twice")
names[10]="a body goes out before its release"
names[11]="a ratchet accepted twice"
names[12]="a copy keeps its incarnation"
names[13]="epoch not raised"
names[16]="what waits is not shown by a store put back"
flags="-std=c11 -O1 -D_GNU_SOURCE"
link="-Wl,--wrap=crypto_verify,--wrap=crypto_sign_message,--wrap=crypto_sha256,-u,__wrap_crypto_sha256"
libs="$BUILD/libtest.a $BUILD/libclient.a $BUILD/libproto.a $BUILD/libcommon.a -lsodium -lzstd -lutf8proc -lmsgpackc -llmdb -linih -lcrypto -ldl"

rm -rf "$dir"
mkdir -p "$dir"
passed=0 failed=0

# seeds until the first failure, or nothing
hunt() { # N
    local objects= f
    mkdir "$dir/$1"
    for f in $(grep -lw "BUG_$1" proto/*.c tests/*.c); do
        gcc $flags -DBUG_"$1" -c "$f" -o "$dir/$1/${f//\//.}.o" || return
        objects="$objects $dir/$1/${f//\//.}.o"
    done
    gcc $link -o "$dir/t_sim_$1" $objects "$BUILD/tests/t_sim.o" $libs || return
    "$dir/t_sim_$1" --stop --seeds "$SEEDS" >"$dir/$1.log" 2>&1
    grep -aoE '^seed [0-9]+' "$dir/$1.log" | head -n 1 | cut -d' ' -f2
}

for n in ${BUGS:-1 2 3 4 5 6 7 8 10 11 12 13 16}; do
    found=$(hunt $n)
    if [ -n "$found" ]; then
        echo "BUG_$n ${names[n]}: found by seed $found: $(grep -aE "^seed $found:" "$dir/$n.log" | cut -d: -f2- | head -c 120)"
        passed=$((passed + 1))
    else
        echo "BUG_$n ${names[n]}: not found in $SEEDS seeds"
        failed=$((failed + 1))
    fi
done

# Linked so without a bug it finds nothing: what was found above was the bug. (t_sim runs thousands of seeds of this.)
if [ -z "$(SEEDS=50 hunt 0)" ] && grep -q ' 0 failed' "$dir/0.log"; then
    passed=$((passed + 1))
else
    echo "without a bug:" && tail -n 3 "$dir/0.log"
    failed=$((failed + 1))
fi
echo "bugs: $passed passed, $failed failed"
[ $failed -eq 0 ]
