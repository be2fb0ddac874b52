#!/bin/bash
# demo_test.sh - the demo plays to its end, leaves nothing readable on the devices, and notices a damaged ward.
set -u
export LC_ALL=C.UTF-8
here=$(cd "$(dirname "$0")" && pwd)
export BUILD
BUILD=$(realpath "${BUILD:-$here/../build}")
PYTHON=${PYTHON:-/usr/bin/python3}
scratch=$(mktemp -d)
trap '[ -z "$server" ] || kill -KILL "$server" 2>/dev/null; rm -rf "$scratch"' EXIT
passed=0 failed=0 server=

check() { # WHAT COMMAND...
    local what=$1
    shift
    if "$@"; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "demo: $what: does not hold"
    fi
}
says() { grep -qF -- "$2" "$1" || { tail -n 12 "$1"; return 1; }; }

# readable TYPED FOLDER...: prints files that hold any line or longer word of TYPED, in NFC, NFD or without marks.
cat >"$scratch/readable.py" <<'PY'
import os, sys, unicodedata

def variants(text):
    nfd = unicodedata.normalize("NFD", text)
    bare = "".join(c for c in nfd if not unicodedata.combining(c)).replace("đ", "d").replace("Đ", "D")
    for form in (unicodedata.normalize("NFC", text), nfd, bare):
        for cased in (form, form.lower()):
            yield cased.encode()

LONG = 8  # bytes: shorter ones may come about by chance among encrypted bytes
needles = set()
for line in open(sys.argv[1], encoding="utf-8"):
    line = line.strip()
    for piece in [line, line[:24], line[-24:]] + line.split():
        needles.update(v for v in variants(piece) if len(v) >= LONG)
# Whatever holds a needle holds its beginning.
heads = {}
for n in needles:
    heads.setdefault(n[:LONG], []).append(n)
for folder in sys.argv[2:]:
    for at, _, files in os.walk(folder):
        for name in files:
            path = os.path.join(at, name)
            data = open(path, "rb").read()
            met = {h for h in (data[i : i + LONG] for i in range(len(data) - LONG + 1)) if h in heads}
            if any(n in data for h in met for n in heads[h]):
                print(path)
PY
readable() { "$PYTHON" "$scratch/readable.py" "$scratch/typed" "$@" || echo "the search failed"; }

# ---- as anyone would run it ----
TIMEFORMAT='%U %S'
{ time DEMO_DIR=$scratch/so DEMO_TYPED=$scratch/typed bash "$here/demo.sh" >"$scratch/out" 2>&1; } 2>"$scratch/cpu"
check "the demo ends well" test $? = 0 || tail -n 12 "$scratch/out"
check "all five steps were played" says "$scratch/out" "Bước 5/5"
check "it says how to play on" says "$scratch/out" "chibod chay"
check "it says how long it took" grep -q '^Xong trong [0-9]* giây' "$scratch/out"
# Of the processor's time, which a busy machine does not lengthen.
cpu_s=$(awk 'END { printf "%d", $1 + $2 }' "$scratch/cpu")
check "within two minutes ($cpu_s s)" test "${cpu_s:-999}" -le 120
check "six devices are left" test "$(ls "$scratch/so/may" 2>/dev/null | wc -l)" = 6
check "texts were typed" test "$(sort -u "$scratch/typed" | wc -l)" -gt 1000

# What it printed can be typed in: the server runs, a device syncs, a person looks.
mapfile -t plays < <(sed -n 's/^  \(\/.*\)/\1/p' "$scratch/out" | sed 's/ &$//')
${plays[0]:-false} 2>/dev/null &
server=$!
synced=no
for i in $(seq 600); do
    ${plays[3]:-false} >/dev/null 2>&1 && synced=yes && break
    sleep 0.1
done
check "a device syncs with the server that was left" test $synced = yes
check "the two values can be looked at" test "$(${plays[2]:-false} 2>/dev/null | grep -c 'ngõ 12')" -ge 2
check "the overview" test "$(${plays[4]:-false} 2>/dev/null | grep -c 'CB-')" = 4
kill $server 2>/dev/null
wait $server
check "the server that was left ends well" test $? = 0
server=

# ---- nothing of it can be read in a device's home ----
mkdir "$scratch/planted"
for form in NFC NFD bare; do
    cp -a "$scratch/so/may/pho-to-14" "$scratch/planted/$form"
    "$PYTHON" - "$form" "$scratch/planted/$form/so/data.mdb" <<'PY'
import sys, unicodedata
text = "Nhà văn hóa Tổ dân phố 14"
if sys.argv[1] != "NFC":
    text = unicodedata.normalize("NFD", text)
if sys.argv[1] == "bare":
    text = "".join(c for c in text if not unicodedata.combining(c))
with open(sys.argv[2], "r+b") as f:
    f.seek(5000)
    f.write(text.encode())
PY
    check "a planted text is found ($form)" test \
        "$(readable "$scratch/planted/$form")" = "$scratch/planted/$form/so/data.mdb"
done
check "what the ward keeps openly is found there" test -n "$(readable "$scratch/so/phuong")"
found=$(readable "$scratch/so/may")
check "no typed text on any device: $found" test -z "$found"

# ---- a damaged ward ----
DEMO_DIR=$scratch/so DEMO_DAMAGE=1 bash "$here/demo.sh" >"$scratch/out" 2>&1
check "a damaged ward ends the demo" test $? = 1
check "it names the step" says "$scratch/out" "✗ Bước 5/5"
check "the steps before were good" says "$scratch/out" "Máy chủ chạy lại: đủ cả"
mkdir "$scratch/mine"
DEMO_DIR=$scratch/mine bash "$here/demo.sh" >"$scratch/out" 2>&1
check "a folder that is not its own is left alone" test $? = 1 -a -d "$scratch/mine"

echo "demo: $passed passed, $failed failed"
[ "$failed" -eq 0 ]
