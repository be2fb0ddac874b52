#!/bin/bash
# restore_server.sh - the ward's directory is copied at every sync point, the server killed, an old copy put back; another
# device may push before anybody notices. Nothing that was acknowledged is lost, nothing is there twice, every book
# verifies, who was revoked stays revoked.
. "$(dirname "$0")/lib.sh"
DEVICES="d1 d2 d3"

copy() { rm -rf "$TMP/backup.$1" && cp -a "$W" "$TMP/backup.$1"; }
put_back() { # COPY
    serve_stop KILL
    rm -rf "$W"
    cp -a "$TMP/backup.$1" "$W"
    rm -f "$W/chibod.sock"
    serve
}
record() { bulk "$1" 1 "$2" >>"$TMP/written"; }
held() { chibo 2>/dev/null "$1" add member --json --set family_name=Nguyễn --set given_name=Mẫu --set gender=male --set born=1990 >/dev/null; }
sync() { # DEVICE
    SAID=$(chibo "$1" sync --json 2>&1) || is "$2: $1 syncs" "$SAID" "status 0"
}
all_same() { # WHAT
    local d round
    for round in 1 2; do
        for d in $DEVICES; do
            sync "$d" "$1"
        done
    done
    for d in $DEVICES; do
        is "$1: $d has all, each once" "$(ids "$d" | md5sum)" "$(sort "$TMP/written" | md5sum)"
        is "$1: $d proves it" "$(number complete "$(chibo "$d" verify --json)")" true
        is "$1: nothing more to tell $d" "$(number rolled_back "$SAID")" false
    done
}

world secretary deputy deputy
: >"$TMP/written"
copy 0
record d1 400
held d1
sync d1 first
is "no false alarm" "$(number rolled_back "$SAID")" false
is "epoch" "$(number epoch "$SAID")" 0
copy 1
record d2 400
sync d2 second
sync d1 second
copy 2
record d1 400
sync d1 third
sync d2 third
sync d3 third
copy 3

# ---- the newest copy lacks nothing ----
put_back 3
all_same "newest copy"
is "newest copy: the epoch stays" "$(number epoch "$SAID")" 0

# ---- older ones; the author first, or another device; with or without a push before ----
round=0
for old in 2 1 0; do
    for first in d1 d3; do
        round=$((round + 1))
        put_back $old
        if [ $first = d3 ]; then
            record d2 300 # pushed by one who sees at once that the ward lost something, and refills it
            sync d2 "copy $old"
        fi
        record $first 300
        sync $first "copy $old, $first first"
        [ $first = d3 ] || is "copy $old, $first first: told" "$(number rolled_back "$SAID")" true
        all_same "copy $old, $first first"
        is "copy $old, $first first: a new epoch" "$(($(number epoch "$SAID") >= round))" 1
    done
done

# ---- a device enrolled, and one revoked, after the copy ----
copy 4
"$BUILD/chibo" init --home "$H/d4" "$("$BUILD/chibod" invite "$W" --org CB-014 --role deputy --person "Trần Thị Mẫu")" \
    >/dev/null
DEVICES="d1 d2 d4"
bulk d4 1 300 >>"$TMP/written"
sync d4 enrolled
record d3 300 # acknowledged, and in no other book but this one
sync d3 enrolled
bulk d3 1 300 >/dev/null # never sent
waiting() { "$BUILD/chibod" held "$W" --json | grep -o '"id"' | wc -l; }
gone=$("$BUILD/chibod" devices "$W" --json | tr '{' '\n' | sed -n 's/.*"device":"\([0-9a-f]*\)".*Mẫu 3.*/\1/p')
"$BUILD/chibod" revoke "$W" "$gone" >/dev/null || is revoked no yes
put_back 4
before=$(waiting)
for call in 1 2; do
    chibo d3 sync --json >/dev/null 2>"$TMP/err"
    is "after the restore the revoked one is still out" $? 12
    is "and hands in what it never sent, call $call" "$(grep -c 'handed in' "$TMP/err") $(waiting)" "1 $((before + 1))"
done
all_same "enrolled after the copy"
is "the ward knows both" "$("$BUILD/chibod" devices "$W" --json | grep -o '"state":"[a-z]*"' | sort | uniq -c | tr -d ' \n')" \
    '3"state":"active"1"state":"revoked"'
serve_stop
finish
