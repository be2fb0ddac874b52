#!/bin/bash
# bugs_test.sh - does the simulator find what it is for? Thirteen bugs are planted, each behind -DBUG_n in the line it spoils
# (proto/, or the simulator's drivers); t_sim is built with each and must fail within SEEDS seeds. Files that hold no planted
# bug are compiled once.
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
flags="-std=c11 -O1 -D_GNU_SOURCE -DCHIBO_LOCALEDIR=\"/nonexistent\""
link="-Wl,--wrap=crypto_verify,--wrap=crypto_sign_message"
files="common/buf.c common/err.c common/id.c common/crypto.c common/zip.c common/text.c common/text_plain.c common/text_utf8.c common/date.c
common/period.c common/date_parse.c common/daytime.c common/language.c common/money.c common/json.c client/fields.c client/entry.c client/entry_parse.c
    $(ls proto/*.c tests/sim*.c tests/model*.c) tests/memstore.c tests/test.c tests/t_sim.c"

object() { # FILE DIR [FLAG]
    local out=$2/${1//\//.}.o
    mkdir -p "$2"
    gcc $flags ${3:-} -c "$1" -o "$out"
}
export -f object
export flags

rm -rf "$dir"
mkdir -p "$dir/base"
printf '%s\n' $files | xargs -P 2 -I{} bash -c 'object {} '"$dir/base"
ar rcs "$dir/base.a" "$dir"/base/*.o
passed=0 failed=0

# seeds until the first failure, or nothing
hunt() { # N
    local objects= f
    for f in $files; do
        if grep -q "BUG_$1\b" "$f"; then
            object "$f" "$dir/$1" -DBUG_"$1"
            objects="$objects $dir/$1/${f//\//.}.o"
        fi
    done
    gcc $link -o "$dir/t_sim_$1" $objects "$dir/base.a" -lsodium -lzstd -lutf8proc -lmsgpackc || return
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

# Without a bug the same build finds nothing: what was found above was the bug.
if [ -z "$(SEEDS=200 hunt 0)" ] && grep -q ' 0 failed' "$dir/0.log"; then
    passed=$((passed + 1))
else
    echo "without a bug:" && tail -n 3 "$dir/0.log"
    failed=$((failed + 1))
fi
echo "bugs: $passed passed, $failed failed"
[ $failed -eq 0 ]
