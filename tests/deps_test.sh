#!/bin/bash
# deps_test.sh - deps.sh asks apt only for what is missing, and says plainly what it cannot do.
set -u
here=$(cd "$(dirname "$0")" && pwd)
bin=$(mktemp -d)
trap 'rm -rf "$bin"' EXIT
passed=0 failed=0

# A pretended machine: packages in $HAVE are installed, apt-get writes down what it was asked, id says $WHO.
cat >"$bin/dpkg-query" <<'END'
#!/bin/sh
for last; do :; done
case " $HAVE " in
    *" $last "*) echo installed ;;
    *" -$last "*) echo config-files ;;
    *) echo "no packages found matching $last" >&2; exit 1 ;;
esac
END
printf '#!/bin/sh\necho "$1" "$(echo "$@" | tr " " "\\n" | grep "^pkg" | xargs)" >>"$CALLS"; exit "$APT"\n' >"$bin/apt-get"
printf '#!/bin/sh\necho "$WHO"\n' >"$bin/id"
chmod +x "$bin"/*
export CALLS=$bin/calls

# expect WHO HAVE APT-STATUS: the status, what apt was asked (calls joined by ;), words on stderr or stdout.
expect() {
    local status=$4 calls=$5 words=$6 out got
    : >"$CALLS"
    out=$(WHO=$1 HAVE=$2 APT=$3 PATH=$bin:$PATH "$here/deps.sh" pkg1 pkg2 pkg3 2>&1)
    got=$?
    if [ $got -eq "$status" ] && [ "$(sed 's/ *$//' "$CALLS" | paste -sd ';')" = "$calls" ] && [[ $out == *"$words"* ]]; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        printf 'deps.sh as %s with "%s": status %s, apt was asked "%s":\n%s\n' "$1" "$2" "$got" "$(cat "$CALLS")" "$out"
    fi
}

expect 1000 "pkg1 pkg2 pkg3" 0 0 "" ""
expect 0 "pkg1 pkg2 pkg3" 1 0 "" ""
expect 1000 "pkg1 pkg3" 0 1 "" "apt-get install pkg2"
expect 0 "pkg1" 0 0 "update;install pkg2 pkg3" "pkg2 pkg3"
expect 0 "pkg1 -pkg2 pkg3" 0 0 "update;install pkg2" "pkg2" # removed, its settings left
expect 0 "pkg1 pkg3" 1 1 "update" "could not install: pkg2"

echo "deps_test: $passed passed, $failed failed"
[ "$failed" -eq 0 ]
