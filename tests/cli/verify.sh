#!/bin/bash
# verify.sh - a sound book, and one that is not. (Every byte in turn: tests/t_vault.c.)
. "$(dirname "$0")/lib.sh"

run 0 chibo init --org CB-014 --name 'Chi bộ 14'
for n in 1 2 3 4 5; do run 0 chibo add task --set "duty=Việc $n" --set from=4/11/2026; done
run 0 chibo kiem-chung
says 'Tất cả đều nguyên vẹn.'
says 'Sổ riêng: phường chưa giữ phần nào.'
run 0 chibo verify --json
same "$(field complete)" false

flip() { "$PYTHON" tests/cli/damage.py "$2" "$1"; }
flip "$CHIBO_HOME/khoa" 3
run 15 chibo verify
complains "$CHIBO_HOME"
flip "$CHIBO_HOME/khoa" 3
# A byte of a sealed value: the last page with rows of drafts. Unused room may change unseen, so a good many are tried.
size=$(stat -c %s "$CHIBO_HOME/so/data.mdb") found=0
cp "$CHIBO_HOME/so/data.mdb" "$TMP/keep"
for ((at = 4096 * 2 + 4000; at < size; at += 4096)); do
    flip "$CHIBO_HOME/so/data.mdb" "$at"
    chibo verify >/dev/null 2>"$TMP/err"
    [ $? -eq 15 ] && found=$((found + 1))
    cp "$TMP/keep" "$CHIBO_HOME/so/data.mdb"
done
same "$([ $found -ge 3 ] && echo found)" found
truncate -s 12000 "$CHIBO_HOME/so/data.mdb"
run 15 chibo verify
complains 'Dữ liệu lưu trữ bị hỏng.'
cp "$TMP/keep" "$CHIBO_HOME/so/data.mdb"
run 0 chibo verify
finish
