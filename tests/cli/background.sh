#!/bin/bash
# background.sh - an exchange that follows a command by itself: wanted or not, never in the way, its failure told later.
. "$(dirname "$0")/lib.sh"
ward
run 0 chibo init "$(invite secretary 'Lò Văn Thử')"

# An exchange is a process of its own; while one runs, no other begins.
exchanging() { [ -n "$(grep -lzxF -- "$CHIBO_HOME" /proc/[0-9]*/cmdline 2>/dev/null)" ]; }
over() {
    local until=$((SECONDS + PATIENCE_S))
    while exchanging && [ $SECONDS -lt $until ]; do
        read -rt 0.1 <> <(:) || :
    done
}

# What a status shows, not a time, is waited for: a minute at most.
until_status() { # FIELD VALUE
    local until=$((SECONDS + PATIENCE_S))
    until OUT=$(chibo status --json) && [ "$(field "$1")" = "$2" ]; do
        [ $SECONDS -lt $until ] || { fail "$1 did not become $2" "$OUT"; return; }
        read -rt 0.1 <> <(:) || :
    done
    over
    pass
}
task() { run 0 chibo add task --set "duty=$1" --set from=4/11/2026; }
# What was written goes by itself. An exchange gives up after two seconds, which a busy machine may need for less: then it is
# the next one's, as that of any command.
until_sent() { # COMMAND...: begins another exchange
    local until=$((SECONDS + PATIENCE_S))
    until OUT=$(chibo status --json) && [ "$(field unsent)" = 0 ]; do
        [ $SECONDS -lt $until ] || { fail "it was not sent" "$OUT"; return; }
        [ "$(field failed)" != '"TIMEOUT"' ] || exchanging || "$@" >/dev/null
        read -rt 0.1 <> <(:) || :
    done
    over
    OUT=$(chibo status --json) # how the exchange ended is written behind what it sent
    pass
}

# Scripts are left alone until somebody says otherwise.
task 'Việc một'
run 0 chibo status --json
same "$(field unsent)" 1
run 0 chibo sync --auto on
says 'Tự đồng bộ sau mỗi lệnh: bat'
task 'Việc hai'
until_sent task 'Việc hai'

# It is one exchange: none follows an exchange. Each begins with the file that it locks; a chain of them makes it anew.
alone() {
    over
    rm -f "$CHIBO_HOME/nen"
    read -rt 0.5 <> <(:) || :
    if [ -e "$CHIBO_HOME/nen" ]; then fail 'another exchange began'; else pass; fi
}
alone
run 0 chibo sync --background
alone
run 0 chibo sync --dry-run
alone

# A command does not wait for the network, nor does the reader of its output; what went wrong is told by the status.
# The exchange is still going on when the command and its output are over: after one that waited for it there is never any,
# on a busy machine it may be missed, not each time.
kill -STOP "$SERVER"
first=no
for n in 1 2 3 4 5 6 7 8; do
    OUT=$(chibo add task --set duty="Việc ba, lần $n" --set from=4/11/2026 | cat)
    for look in 1 2 3 4 5 6 7 8 9 10; do
        exchanging && first=yes && break 2
        read -rt 0.05 <> <(:) || :
    done
done
same "$first" yes
until_status failed '"TIMEOUT"'
same "$(field unsent)" $n
run 0 chibo status
says 'Không mất gì cả; xin thử lại sau.'
unserve -KILL
task 'Việc bốn'
until_status failed '"OFFLINE"'
serve
task 'Việc năm'
until_sent task 'Việc năm'
same "$(field failed)" null

# Off again; and the timer's word does one exchange whatever the setting.
run 0 chibo sync --auto off
task 'Việc sáu'
run 0 chibo sync --background
silent_on 'Gửi'
until_sent chibo sync --background
run 2 chibo sync --auto maybe
complains 'maybe'

# A book of its own has nobody to exchange with.
export CHIBO_HOME=$TMP/rieng
run 0 chibo init --org CB-015 --name 'Sổ riêng'
run 0 chibo sync --auto on
task 'Việc bảy'
run 12 chibo sync --background

# At a terminal the exchange follows without being asked for.
export CHIBO_HOME=$TMP/nha
run 0 chibo sync --auto man-hinh
"$PYTHON" - "$BUILD/chibo" <<'END'
import os, pty, sys
pid, fd = pty.fork()
if pid == 0:
    os.execv(sys.argv[1], ["chibo", "add", "task", "--set", "duty=Việc tám", "--set", "from=4/11/2026"])
try:
    while os.read(fd, 4096):
        pass
except OSError:
    pass
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
END
same $? 0
until_sent chibo sync --background
finish
