#!/bin/bash
# raise.sh - the access class of a record is raised on the real programs while its author is away with an edit.
. "$(dirname "$0")/lib.sh"
world secretary
"$BUILD/chibo" init --home "$H/d4" "$("$BUILD/chibod" invite "$W" --org PHUONG --role clerk --person "Quàng Thị Tư")" >/dev/null

task() { # DEVICE WORDS: a task's id
    chibo "$1" add task --json --set "duty=$2" --set from=4/11/2026 | sed -n 's/.*"id":"\([0-9a-f]*\)".*/\1/p'
}
shows() { chibo "$1" list task --json | sed -n 's/.*"duty":"\([^"]*\)".*/\1/p'; }
status() { "$@" >"$TMP/out" 2>"$TMP/err"; echo $?; }
"$BUILD/chibo" init --home "$H/d5" "$("$BUILD/chibod" invite "$W" --org CB-014 --role member --person "Vì Thị Năm")" >/dev/null
SECRET=$(task d1 "việc cần giữ kín")
for d in d1 d5; do chibo $d sync >/dev/null; done
is "open in the cell" "$(shows d5 | grep -c 'việc cần giữ kín')" 1
chibo d1 edit "$SECRET" --set duty="việc rất kín" >/dev/null # not handed in yet
raise() { "$BUILD/chibod" raise "$W" --record "${SECRET:0:14}" --decision 31-QĐ/ĐU "$@"; }
is "which class" "$(status raise --class E)" 2
is "dry raise" "$(raise --class C --dry-run --json | grep -c '"change":"raise","dry_run":true')" 1
is raise "$(status raise --class C)" 0
is "not twice" "$(raise --class B 2>&1 | grep -c already)" 1
for d in d5 d1 d5 d4; do chibo $d sync >/dev/null; done
is "erased" "$(shows d5 | grep -c 'kín')" 0
for d in d1 d4; do is "$d sees" "$(number duty "$(chibo $d show "$SECRET" --json)")" "việc rất kín"; done
chibo d1 edit "$SECRET" --set duty="đã xong" >/dev/null
for d in d1 d4; do chibo $d sync >/dev/null; done
is "edited where it stands" "$(number duty "$(chibo d4 show "$SECRET" --json)")" "đã xong"
is "its history" "$(chibo d4 show "$SECRET" --history | grep -c 'việc cần giữ kín')" 1
for d in d1 d4 d5; do is "$d verifies" "$(chibo $d verify --json | grep -c '"complete":true')" 1; done
serve_stop
finish
