#!/bin/bash
# rotate_restore.sh - the ward's folder is put back from before it had new signing keys: with the newest key, which lies
# beside the folder, nothing is lost and nobody is bothered; without it all is taken in and the device says so.
. "$(dirname "$0")/lib.sh"

put_back() {
    serve_stop KILL
    rm -rf "$W"
    cp -a "$TMP/backup" "$W"
    rm -f "$W/chibod.sock"
    serve
}
new_key() { "$BUILD/chibod" rotate-keys "$W" --ward >/dev/null || is "a new key" no yes; }
record() { bulk "$1" 1 300 >>"$TMP/written"; }
all_same() { # WHAT
    local d round
    for round in 1 2; do
        for d in d1 d2; do
            chibo "$d" sync --json >/dev/null 2>"$TMP/err" || is "$1: $d syncs" "$(cat "$TMP/err")" "status 0"
        done
    done
    for d in d1 d2; do
        is "$1: $d has all, each once" "$(ids "$d" | md5sum)" "$(sort "$TMP/written" | md5sum)"
        is "$1: $d proves it" "$(number complete "$(chibo "$d" verify --json)")" true
    done
}

world secretary deputy
: >"$TMP/written"
record d1
chibo d1 sync --json >/dev/null
cp -a "$W" "$TMP/backup"
record d1
chibo d1 sync --json >/dev/null # under the first key, which is all that d1 knows
serve_stop
new_key
new_key
serve
record d2
chibo d2 sync --json >/dev/null
holds "the keys lie beside the folder" test -s "$W.khoa"
is "for nobody else" "$(stat -c %a "$W.khoa")" 600

for first in d1 d2; do
    put_back
    record $first
    said=$(chibo $first sync --json 2>&1)
    is "$first first: told" "$? $(number rolled_back "$said")" "0 true"
    all_same "$first first"
done

# The file beside is gone as well.
mv "$W.khoa" "$TMP/kept"
put_back
record d2
chibo d2 sync --json >/dev/null 2>"$TMP/err"
is "without the key" $? 12
holds "it says so" grep -q "newest signing key" "$TMP/err"
serve_stop KILL
serve
holds "the server says so when it starts" grep -q key_gone "$TMP/log"
serve_stop
cp "$TMP/kept" "$W.khoa"
serve
all_same "the key was found"
serve_stop

# Put back from before it said something: no new key before the cell has exchanged.
rm -rf "$TMP/backup" && cp -a "$W" "$TMP/backup"
serve
record d1
chibo d1 sync --json >/dev/null
serve_stop KILL # what the store had says the start; one more start says the rest
serve
serve_stop
rm -rf "$W" && cp -a "$TMP/backup" "$W"
"$BUILD/chibod" rotate-keys "$W" --ward >/dev/null 2>"$TMP/err"
is "a new key right behind that" $? 24
holds "names the cell" grep -q "CB-014" "$TMP/err"
serve
holds "the server says what was put back" grep -q event=put_back "$TMP/log"
serve_stop
"$BUILD/chibod" rotate-keys "$W" --ward --tls >/dev/null 2>"$TMP/err"
is "nor after a start" $? 24
serve
chibo d1 sync --json >/dev/null
serve_stop
"$BUILD/chibod" rotate-keys "$W" --ward >/dev/null
is "a new key when the cell has exchanged" $? 0
serve
all_same "a new key behind that"
serve_stop
finish
