#!/bin/bash
# secret.sh - after a book was used, joined and synced, no file of its home holds a word that was typed: not composed, not
# decomposed, not without marks, in either case. The search is shown to find a planted one first.
. "$(dirname "$0")/lib.sh"

# search FOLDER: prints file and word for each find; the words are typed.txt
search() {
    "$PYTHON" - "$1" "$TMP/typed.txt" <<'P'
import os, sys, unicodedata

def plain(s):
    marks = unicodedata.normalize('NFD', s)
    return ''.join(c for c in marks if not unicodedata.combining(c)).replace('đ', 'd').replace('Đ', 'D')

forms = {}
for line in open(sys.argv[2], encoding='utf-8'):
    for word in [line.strip()] + line.split():
        if len(word) < 4:
            continue
        for s in (word, word.lower(), word.upper()):
            for v in (unicodedata.normalize('NFC', s), unicodedata.normalize('NFD', s), plain(s)):
                if v.isascii() and len(v) < 6:
                    continue # "hang" stands in the name of the table `change`
                for encoding in ('utf-8', 'utf-16-le'):
                    forms[v.encode(encoding)] = word
for folder, _, names in os.walk(sys.argv[1]):
    for name in names:
        data = open(os.path.join(folder, name), 'rb').read()
        for form, word in forms.items():
            if form in data:
                print(name, word)
P
}
typed() { printf '%s\n' "$@" >>"$TMP/typed.txt"; }

typed 'Chi bộ Tổ dân phố Mười Bốn' 'Nguyễn Thị Bích Hường' 'phường Tân Thạnh Hạ' 'Chăm sóc hàng cây đường Lê Lợi' \
    'xã Đồng Tâm huyện Mỹ Đức' '0912345678' 'Đã quán triệt Nghị quyết Trung ương' 'Phạm Quỳnh Anhthư' 'nhieudongchicaotuoi'
run 0 chibo init --org CB-014 --name 'Chi bộ Tổ dân phố Mười Bốn'
M=$(id chibo add member --set 'family_name=Nguyễn' --set 'middle_name=Thị Bích' --set 'given_name=Hường' --set gender=female \
    --set born=1958 --set phone=0912345678 --set 'address=phường Tân Thạnh Hạ' --set 'native_place=xã Đồng Tâm huyện Mỹ Đức')
T=$(id chibo add task --set 'duty=Chăm sóc hàng cây đường Lê Lợi' --set from=4/11/2026 --set "members=$M")
id chibo add resolution --set date=4/11/2026 --set "title=Đã quán triệt Nghị quyết Trung ương" \
    --set "text=$(for n in $(seq 400); do echo "Đã quán triệt Nghị quyết Trung ương $n"; done)" >/dev/null
id chibo add candidate --set 'name=Phạm Quỳnh Anhthư' --set born=1995 >/dev/null
# Decomposed, edited, looked for, left half-way in a form.
chibo edit "$T" --set "duty=$(printf 'Chăm sóc hàng cây đường Lê Lợi' | "$PYTHON" -c 'import sys, unicodedata
print(unicodedata.normalize("NFD", sys.stdin.read()))') nhieudongchicaotuoi" >/dev/null
chibo find 'tan thanh ha' >/dev/null
printf '4\nNguyễn Thị Bích Hường trồng cây\n' | chibo >/dev/null 2>&1
run 0 chibo show "$T"
says 'nhieudongchicaotuoi'
same "$(search "$CHIBO_HOME")" ''

# Planted: each form is found.
mkdir "$TMP/planted"
printf 'x Nguyễn y' >"$TMP/planted/composed"
printf 'x Nguye\xcc\x82\xcc\x83n y' >"$TMP/planted/decomposed"
printf 'x Nguyen Thi Bich Huong y' >"$TMP/planted/plain"
printf '%s' NHIEUDONGCHICAOTUOI >"$TMP/planted/capitals"
for name in composed decomposed plain capitals; do
    same "$([ "$(search "$TMP/planted" | grep -c "^$name ")" -ge 1 ] && echo found)" found
done
cp -r "$CHIBO_HOME" "$TMP/sound"
printf 'cây đường' | dd of="$CHIBO_HOME/so/data.mdb" bs=1 seek=9000 conv=notrunc 2>/dev/null
same "$(search "$CHIBO_HOME" | grep -c 'đường$')" 1
rm -rf "$CHIBO_HOME" && mv "$TMP/sound" "$CHIBO_HOME"

# Joined and synced: nothing more shows.
ward
run 0 chibo init "$(invite secretary 'Quàng Thị Ví Dụ')"
typed 'Quàng Thị Ví Dụ' 'Phường Tân Thanh'
run 0 chibo add task --set 'duty=nhieudongchicaotuoi Lê Lợi' --set from=4/11/2026
chibo sync >/dev/null 2>&1
chibo status >/dev/null 2>&1
run 0 chibo verify
same "$(search "$CHIBO_HOME")" ''
finish
