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
finish
