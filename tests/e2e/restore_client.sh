#!/bin/bash
# restore_client.sh - a device's folder put back from a backup, cloned, put back after a lost answer: one sync sets it
# right, nothing is lost, nothing comes twice, and the ward is called only when two live.
. "$(dirname "$0")/lib.sh"
world secretary deputy
task() { # DEVICE WORDS
    chibo "$1" add task --set duty="$2" --set from=4/11/2026 --json >/dev/null || is "$1 writes" $? 0
}
renewed() { number new_incarnation "$1"; }
duties() { chibo "$1" list task --json | sed -n 's/.*"duty":"\([^"]*\)".*/\1/p' | sort | tr '\n' ' '; }
state() { # of d1's device at the ward
    "$BUILD/chibod" devices "$W" --json | grep 'Mẫu 1' | sed 's/.*"state":"\([a-z]*\)".*/\1/'
}

# Nothing new is seen where nothing happened.
task d1 viec-1
is "no copy" "$(renewed "$(chibo d1 sync --json)")" false

# A backup, work after it, put back.
task d1 viec-2 # in the backup, not sent
cp -a "$H/d1" "$TMP/backup"
task d1 viec-3
is "goes on" "$(renewed "$(chibo d1 sync --json)")" false
rm -rf "${H:?}/d1" && cp -a "$TMP/backup" "$H/d1"
task d1 viec-4
said=$(chibo d1 sync --json)
is "put back: sync" $? 0
is "put back: recognised" "$(renewed "$said")" true
is "put back: all is there" "$(duties d1)" "viec-1 viec-2 viec-3 viec-4 "
is "put back: complete" "$(number complete "$(chibo d1 verify --json)")" true
is "put back: nobody is called" "$(state)" active
is "put back: once" "$(renewed "$(chibo d1 sync --json)")" false
chibo d2 sync --json >/dev/null
is "put back: the others see the same" "$(duties d2)" "viec-1 viec-2 viec-3 viec-4 "

# The same backup once more.
rm -rf "${H:?}/d1" && cp -a "$TMP/backup" "$H/d1"
is "once more: recognised" "$(renewed "$(chibo d1 sync --json)")" true
is "once more: all is there" "$(duties d1)" "viec-1 viec-2 viec-3 viec-4 "
is "once more: nobody is called" "$(state)" active

# The last answer is lost; then the folder is put back as it was before, and as it was in the middle.
rm -rf "$TMP/backup" && cp -a "$H/d1" "$TMP/backup"
serve_stop
listens_at "$BACK"
serve
task d1 viec-5
for when in before middle; do
    link cut-down 1200
    chibo d1 sync --json >/dev/null 2>&1
    unlink
    [ $when = before ] || { rm -rf "$TMP/backup"; cp -a "$H/d1" "$TMP/backup"; }
    rm -rf "${H:?}/d1" && cp -a "$TMP/backup" "$H/d1"
    [ $when = middle ] || task d1 viec-5b
    link
    chibo d1 sync --json >/dev/null
    is "lost answer, $when: the next sync" $? 0
    unlink
    is "lost answer, $when: nobody is called" "$(state)" active
    is "lost answer, $when: complete" "$(number complete "$(chibo d1 verify --json)")" true
    task d1 "viec-6-$when"
done
serve_stop
listens_at "$FRONT"
serve
# The upload is cut behind its first kilobytes (CHIBO_TEST_CUT_BYTES), and the folder put back.
rm -rf "$TMP/backup" && cp -a "$H/d1" "$TMP/backup"
CHIBO_TEST_CUT_BYTES=2200 chibo d1 sync --json >/dev/null 2>&1
rm -rf "${H:?}/d1" && cp -a "$TMP/backup" "$H/d1"
chibo d1 sync --json >/dev/null
is "cut upload: the next sync" $? 0
is "cut upload: nobody is called" "$(state)" active
is "no duty twice" "$(duties d1 | tr ' ' '\n' | uniq -d | grep -c 6)" 0

# Two live: the second is recognised at its first contact, the first at its next.
cp -a "$H/d1" "$H/twin"
task d1 goc
is "two: the first" "$(renewed "$(chibo d1 sync --json)")" false
task twin sao
is "two: the second is recognised" "$(renewed "$(chibo twin sync --json)")" true
is "two: and the first" "$(renewed "$(chibo d1 sync --json)")" true
is "two: the ward sees it" "$(state)" copied
is "two: the device says it" "$(number copied "$(chibo d1 status --json)")" true
task d1 cho-xem
is "two: what comes now is held" "$(number held "$(chibo d1 sync --json)")" 1
chibo d2 sync --json >/dev/null
is "two: both works are there" "$(duties d2 | tr ' ' '\n' | grep -c '^goc$\|^sao$')" 2
is "two: what is held is not" "$(duties d2 | grep -c cho-xem)" 0
rm -rf "$H/twin"
device=$("$BUILD/chibod" devices "$W" --json | grep 'Mẫu 1' | sed 's/.*"device":"\([0-9a-f]*\)".*/\1/')
"$BUILD/chibod" trust "$W" "${device:0:12}" >/dev/null
is "trusted again" $? 0
task d1 sau
chibo d1 sync --json >/dev/null
is "trusted: accepted" "$(state)" active
chibo d2 sync --json >/dev/null
is "trusted: seen" "$(duties d2 | grep -c sau)" 1
finish
