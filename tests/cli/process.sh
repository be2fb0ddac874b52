#!/bin/bash
# process.sh - whatever a program was started with: closed descriptors, a terminal that is gone, limits of the shell.
. "$(dirname "$0")/lib.sh"

# closed DESCRIPTORS COMMAND…: with these of 0, 1 and 2 closed; prints nothing, its status counts
closed() {
    local list=$1
    shift
    (
        case $list in *0*) exec 0<&- ;; esac
        case $list in *2*) exec 2>&- ;; esac
        case $list in *1*) exec 1>&- ;; esac
        exec "$@"
    )
}

# What is said must not be written into the file that got the number of a closed terminal.
run 0 chibo init --org CB-014 --name 'Chi bộ 14'
ward
# A process that holds keys leaves no core file.
same "$(grep -cE '^Max core file size +0 +0 ' "/proc/$SERVER/limits")" 1
unserve
for list in 0 1 2 01 02 12 012; do
    for words in 'add task --set duty=x --set from=hehe' 'list task' 'status' 'khong-co' 'verify' \
        'add task --set duty=x --set from=4/11/2026'; do
        # shellcheck disable=SC2086
        closed $list "$BUILD/chibo" $words >/dev/null 2>&1
    done
    for words in 'devices' 'org' 'revoke'; do
        closed $list "$BUILD/chibod" $words "$WARD" 000000 >/dev/null 2>&1
    done
    run 0 chibo verify
    run 0 chibod overview "$WARD"
done
run 0 chibo list task
lines 8

# A clock that went mad keeps nobody from writing, and from reading it back.
${CC:-cc} -shared -fPIC -o "$TMP/clock.so" tests/cli/clock.c -ldl || fail "clock.so"
mad() { (export LD_PRELOAD=$TMP/clock.so SHIFT_S=$1; shift; "$@"); }
for shift in -8000000000 8000000000 600000000000; do
    run 0 mad $shift "$BUILD/chibo" --home "$TMP/mad" init --org CB-014 --name x
    for day in 'hom nay' 4/11; do
        run 0 mad $shift "$BUILD/chibo" --home "$TMP/mad" add task --set duty=x --set "from=$day"
    done
    run 0 mad $shift "$BUILD/chibo" --home "$TMP/mad" status
    run 0 chibo --home "$TMP/mad" list task
    lines 3
    run 0 chibo --home "$TMP/mad" verify
    rm -r "$TMP/mad"
done

# The terminal is not driven by what is shown.
run 0 chibo --home "$TMP/"$'a\x1b[31m' init
says 'a?[31m'
silent_on $'\x1b'

# What could not be said is told by the status; what was recorded stays recorded.
run 1 closed 1 "$BUILD/chibo" add task --set duty=y --set from=4/11/2026
run 0 chibo list task
lines 9
# gone COMMAND…: stdout is a pipe that nobody reads any more, and SIGPIPE is ignored, as Python does
gone() {
    "$PYTHON" -c 'import os, subprocess, sys
r, w = os.pipe()
os.close(r)
sys.exit(subprocess.run(sys.argv[1:], stdout=w, restore_signals=False).returncode)' "$@"
}
run 1 gone "$BUILD/chibo" list task
complains 'trục trặc. stdout'
run 1 gone "$BUILD/chibod" devices "$WARD"
complains 'stdout: Chương trình gặp trục trặc.'
run 16 bash -c 'exec "$0" list task >/dev/full' "$BUILD/chibo"

# A limit of the shell on files is a full disk.
run 16 bash -c 'ulimit -f 8; exec "$0" add resolution --set date=4/11/2026 --set title=x --set "text=$1"' "$BUILD/chibo" \
    "$(head -c 60000 /dev/zero | tr '\0' x)"
run 0 chibo verify
finish
