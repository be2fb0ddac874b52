#!/bin/bash
# files.sh - the exchange goes by stick: to the ward and back, with the server running and without, carried by another
# cell's device; twice, late, after the network; damaged, astray, and onto a full stick.
. "$(dirname "$0")/lib.sh"
world secretary deputy
S=$TMP/stick
mkdir "$S"

record() { chibo "$1" add task --set "duty=$2" --set from=4/11/2026 >/dev/null 2>&1; }
exchange() { "$BUILD/chibod" exchange "$W" --from-file "$1" --to-file "$2" --json 2>"$TMP/err"; }
unsent() { number unsent "$(chibo "$1" status --json)"; }
status_of() { "$@" >"$TMP/out" 2>"$TMP/err"; echo $?; }
says() { holds "$1" grep -qF "$2" "$TMP/err"; }

# There and back while the server runs; then without it.
for running in yes no; do
    [ $running = yes ] || serve_stop
    record d1 "Việc bí mật $running"
    said=$(chibo d1 sync --to-file "$S/up" --json)
    is "$running: written" "$? $(number v "$said") $(number file "$said") $(number changes "$said")" "0 1 $S/up 1"
    is "$running: bytes" "$(number bytes "$said")" "$(stat -c %s "$S/up")"
    is "$running: it says so" "$(chibo d1 status --json | grep -c '"file":{"written":"20')" 1
    is "$running: on its way" "$(number sending "$(chibo d1 status --json)")" 1
    sum=$(md5sum "$S/up"; stat -c '%y %i' "$S/up")
    said=$(exchange "$S/up" "$S/down-$running")
    is "$running: taken in" "$? $(number changes "$said") $(number new "$said")" "0 1 1"
    is "$running: answer" "$(number bytes "$said")" "$(stat -c %s "$S/down-$running")"
    is "$running: the stick's file is as it was" "$(md5sum "$S/up"; stat -c '%y %i' "$S/up")" "$sum"
    said=$(chibo d1 sync --from-file "$S/down-$running" --json)
    is "$running: confirmed" "$? $(number sent "$said")" "0 1"
    is "$running: nothing waits" "$(unsent d1) $(chibo d1 status --json | grep -c '"file":null')" "0 1"
    is "$running: verified" "$(number complete "$(chibo d1 verify --json)")" true
    said=$(exchange "$S/up" "$S/down-$running")
    is "$running: again is harmless" "$? $(number new "$said")" "0 0"
    said=$(chibo d1 sync --from-file "$S/down-$running" --json)
    is "$running: twice is harmless" "$? $(number sent "$said") $(number received "$said")" "0 0 0"
done

# Whoever carries it reads nothing, and has no use for it.
person=$(number person "$("$BUILD/chibod" devices "$W" --json | head -n 1)")
for file in up down-yes; do
    is "$file: no plain text" "$(grep -acE 'Việc|bí mật|CB-014|Nguyễn|Chi bộ' "$S/$file")" 0
    is "$file: no name" "$(grep -acF "$person" "$S/$file")" 0
done
is "another device's answer" "$(status_of chibo d2 sync --from-file "$S/down-yes")" 20
is "a request is not for a device" "$(status_of chibo d2 sync --from-file "$S/up")" 21
is "an answer is not for the ward" "$(exchange "$S/down-yes" "$S/x" >/dev/null; echo $?)" 21
echo "một tệp khác" >"$S/other"
is "any other file" "$(status_of chibo d1 sync --from-file "$S/other") $(exchange "$S/other" "$S/x" >"$TMP/said"; echo $?)" "19 19"
is "a folder" "$(status_of chibo d1 sync --from-file "$S")" 19
is "no file" "$(status_of chibo d1 sync --from-file "$S/none")" 1
holds "an object for scripts, too" grep -q '"error":"FILE_WRONG_WAY","status":21' <(exchange "$S/down-yes" "$S/x")
mkdir "$TMP/far"
"$BUILD/chibod" init "$TMP/far" --name "Phường Khác" --listen 127.0.0.1:1 || exit 1
is "another ward" "$("$BUILD/chibod" exchange "$TMP/far" --from-file "$S/up" --to-file "$S/x" 2>"$TMP/err"; echo $?)" 20
says "another ward: said" "made for another ward"
holds "nothing was written for any of them" test ! -e "$S/x"

# Damaged in the middle, or cut.
cp "$S/up" "$S/bad"
printf '\x55' | dd of="$S/bad" bs=1 seek=$(($(stat -c %s "$S/up") / 2)) conv=notrunc status=none
head -c 200 "$S/up" >"$S/short"
is "damaged" "$(exchange "$S/bad" "$S/x" >"$TMP/said"; echo $?) $(exchange "$S/short" "$S/x" >"$TMP/said"; echo $?)" "22 22"
cp "$S/down-yes" "$S/bad"
printf '\x55' | dd of="$S/bad" bs=1 seek=300 conv=notrunc status=none
is "damaged answer" "$(status_of chibo d1 sync --from-file "$S/bad")" 22

is "a dry run writes no file" "$(status_of chibo d1 sync --dry-run --to-file "$S/dry") $(status_of chibo d1 sync --budget 20KB --to-file "$S/dry")" "2 2"
holds "there is none" test ! -e "$S/dry"

# What stands there already.
record d1 "Việc thứ hai"
is "not over another file" "$(status_of chibo d1 sync --to-file "$S/other")" 2
is "nor over an answer" "$(status_of chibo d1 sync --to-file "$S/down-yes")" 2
is "over its own last one" "$(status_of chibo d1 sync --to-file "$S/up")" 0
is "not over the request" "$(exchange "$S/up" "$S/up" >"$TMP/said"; echo $?)" 2
is "not over another file, at the ward" "$(exchange "$S/up" "$S/other" >"$TMP/said"; echo $?)" 2
is "nothing half lies about" "$(ls "$S" | grep -c dang-ghi)" 0
is "the other file is as it was" "$(cat "$S/other")" "một tệp khác"
is "a full stick" "$(status_of chibo d1 sync --to-file /dev/full/x)" 1

said=$(chibo d1 sync --from-file "$S/down-yes" --to-file "$S/up" --json)
is "both at once" "$? $(wc -l <<<"$said")" "0 2"

# Half by file, half over the network; the answer comes late.
serve
said=$(exchange "$S/up" "$S/late")
is "by file" "$(number new "$said")" 1
record d1 "Việc thứ ba"
chibo d1 sync --json >/dev/null
is "over the network" "$? $(unsent d1)" "0 0"
# A stick that is full: the command is told so, and leaves nothing half written.
is "no room for the answer" "$(trap '' XFSZ; ulimit -f 0; "$BUILD/chibod" exchange "$W" --from-file "$S/up" \
    --to-file "$S/no-room" >/dev/null 2>/dev/null; echo $?)" 16
is "nothing half lies about on it" "$(ls "$S" | grep -c no-room)" 0
said=$(chibo d1 sync --from-file "$S/late" --json)
is "late" "$? $(number sent "$said") $(number received "$said")" "0 0 0"
is "verified" "$(number complete "$(chibo d1 verify --json)")" true
chibo d2 sync --json >/dev/null
is "the other device has all, once" "$(chibo d2 list task --json | grep -c Việc)" 4

# Three new keys of the ward missed, one of them while the file is under way: cells that live by files alone go on.
serve_stop
new_key() { "$BUILD/chibod" rotate-keys "$W" --ward; }
said=$(new_key)
is "a new key" "$? $(grep -c backup <<<"$said")" "0 1"
new_key >/dev/null
record d1 "Việc thứ tư"
is "sealed to a key of long ago" "$(status_of chibo d1 sync --to-file "$S/old")" 0
is "for scripts" "$("$BUILD/chibod" rotate-keys "$W" --ward --json)" '{"v":1,"tls":false,"ward":true}'
said=$(exchange "$S/old" "$S/new")
is "it opens all the same" "$? $(number new "$said")" "0 1"
is "nor over a request of then" "$(exchange "$S/old" "$S/old" >"$TMP/said"; echo $?)" 2
said=$(chibo d1 sync --from-file "$S/new" --json)
is "the answer brings the keys" "$? $(number sent "$said") $(unsent d1)" "0 1 0"
is "verified under new keys" "$(number complete "$(chibo d1 verify --json)")" true
record d1 "Việc thứ năm"
is "and the next one" "$(status_of chibo d1 sync --to-file "$S/old")" 0
said=$(exchange "$S/old" "$S/new")
is "is for the new key" "$? $(number new "$said")" "0 1"
is "confirmed" "$(number sent "$(chibo d1 sync --from-file "$S/new" --json)")" 1
finish
