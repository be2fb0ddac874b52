#!/bin/bash
# background.sh - an exchange that follows a command by itself: wanted or not, never in the way, its failure told later.
. "$(dirname "$0")/lib.sh"
ward
run 0 chibo init "$(invite secretary 'Lò Văn Thử')"

# What a status shows, not a time, is waited for: half a minute at most.
until_status() { # FIELD VALUE
    local n=0
    until OUT=$(chibo status --json) && [ "$(field "$1")" = "$2" ]; do
        n=$((n + 1))
        [ $n -lt 300 ] || { fail "$1 did not become $2" "$OUT"; return; }
        read -rt 0.1 <> <(:) || :
    done
    pass
}
task() { run 0 chibo add task --set "duty=$1" --set from=4/11/2026; }

# Scripts are left alone until somebody says otherwise.
task 'Việc một'
run 0 chibo status --json
same "$(field unsent)" 1
run 0 chibo sync --auto on
says 'Tự đồng bộ sau mỗi lệnh: bat'
task 'Việc hai'
until_status unsent 0

# It is one exchange: none follows an exchange. Each begins with the file that it locks; a chain of them makes it anew.
exchanging() { [ -n "$(grep -lzxF -- "$CHIBO_HOME" /proc/[0-9]*/cmdline 2>/dev/null)" ]; }
alone() {
    local n=0
    while exchanging && [ $n -lt 100 ]; do
        n=$((n + 1))
        read -rt 0.1 <> <(:) || :
    done
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
kill -STOP "$SERVER"
STARTED=$(date +%s%N)
OUT=$(chibo add task --set duty='Việc ba' --set from=4/11/2026 | cat)
same "$([ $(($(date +%s%N) - STARTED)) -lt 1500000000 ] && echo quick)" quick
until_status failed '"TIMEOUT"'
same "$(field unsent)" 1
run 0 chibo status
says 'Không mất gì cả; xin thử lại sau.'
unserve -KILL
task 'Việc bốn'
until_status failed '"OFFLINE"'
serve
task 'Việc năm'
until_status unsent 0
same "$(field failed)" null

# Off again; and the timer's word does one exchange whatever the setting.
run 0 chibo sync --auto off
task 'Việc sáu'
run 0 chibo sync --background
silent_on 'Gửi'
run 0 chibo status --json
same "$(field unsent)" 0
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
until_status unsent 0
finish
