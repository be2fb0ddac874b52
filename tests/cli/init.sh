#!/bin/bash
# init.sh - a book of its own, and what must not happen to it.
. "$(dirname "$0")/lib.sh"

run 0 chibo khoi-tao --chi-bo cb-014 --ten 'Chi bộ Tổ dân phố 14'
says "Đã tạo sổ: $CHIBO_HOME"
same "$(stat -c %a "$CHIBO_HOME" "$CHIBO_HOME/khoa" "$CHIBO_HOME/so" "$CHIBO_HOME/so/data.mdb" | tr '\n' ' ')" "700 600 700 600 "
run 0 chibo status --json
same "$(field org)" '"CB-014"'
same "$(field name)" '"Chi bộ Tổ dân phố 14"'
same "$(field enrolled)" false

run 2 chibo khoi-tao
complains 'Mục này đã có rồi.'
run 2 chibo --home "$TMP/b" init --org 'không được' --name x
complains 'Mã chỉ gồm'
run 10 chibo --home "$TMP/b" list task
complains 'chibo khoi-tao'

# The home: what is asked for, the environment, the folder of data.
run 0 env -u CHIBO_HOME XDG_DATA_HOME="$TMP/xdg" "$BUILD/chibo" init --json
same "$(stat -c %a "$TMP/xdg/chibo")" 700
run 0 env -u CHIBO_HOME -u XDG_DATA_HOME HOME="$TMP/ho" "$BUILD/chibo" init
same "$(stat -c %a "$TMP/ho/.local/share/chibo")" 700
run 0 chibo init --home "$TMP/c" --name 'Chi bộ Một'
run 0 chibo status --home="$TMP/c" --json
same "$(field name)" '"Chi bộ Một"'

# English for those who choose it.
CHIBO_LANG=en run 2 chibo init
complains 'it exists already'
# The same words where nothing but C is installed.
LC_ALL=C LANG=C run 2 chibo init
complains 'Mục này đã có rồi.'

# Someone died after the key was made: the next one goes on.
mkdir -m 700 "$TMP/d" && cp "$CHIBO_HOME/khoa" "$TMP/d/khoa" && chmod 600 "$TMP/d/khoa"
run 0 chibo --home "$TMP/d" init
# A store without its key is not replaced.
rm "$TMP/d/khoa"
run 15 chibo --home "$TMP/d" init
same "$([ -e "$TMP/d/khoa" ] || echo none)" none

# The invite from standard input: its secret stands in no list of processes and no history of a shell.
run 12 chibo --home "$TMP/e" khoi-tao -
complains 'bắt đầu bằng CHIBO1-'
same "$([ -e "$TMP/e" ] || echo none)" none
ward
OUT=$(printf '  %s \r\nthe next line\n' "$(invite secretary 'Lò Văn Thử')" | chibo --home "$TMP/e" khoi-tao - --json 2>&1)
same "$?" 0
run 0 chibo --home "$TMP/e" status --json
same "$(field enrolled) $(field org)" 'true "CB-014"'

# One that was typed all the same is gone from the command line before the ward is called.
I=$(invite secretary 'Lò Văn Thử')
unserve
exec 4< <("$PYTHON" -c 'import socket, sys
s = socket.socket()
s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
s.bind(("127.0.0.1", int(sys.argv[1])))
s.listen()
print("listens", flush=True)
c = s.accept()[0]
print("called", flush=True)
while c.recv(4096):
    pass' "$PORT")
read -r -t $PATIENCE_S -u 4
"$BUILD/chibo" --home "$TMP/f" khoi-tao "$I" --ten 'Chi bộ' >/dev/null 2>&1 &
CALLER=$!
read -r -t $PATIENCE_S -u 4 heard
same "$heard" called
OUT=$(tr '\0' ' ' <"/proc/$CALLER/cmdline")
says khoi-tao
says '--ten Chi bộ'
silent_on "${I:0:12}"
silent_on "${I: -8}"
kill "$CALLER"
wait "$CALLER" 2>/dev/null
finish
