#!/bin/bash
# export.sh - all of a kind as CSV, as a workbook (read back with Python's zipfile), as JSON lines.
. "$(dirname "$0")/lib.sh"

run 0 chibo init --org CB-014 --name 'Chi bộ 14'
id chibo ghi dang-vien --muc family_name=Lò --muc middle_name=Văn --muc given_name=Thử --muc gender=nam --muc born=3/1961 \
    --muc card_no=00123 --muc 'note=-1, "=x"' --muc 'aliases=Ba; Tư' --muc aliases=Năm >/dev/null
id chibo ghi dang-vien --muc family_name=Trần --muc middle_name=Thị --muc given_name=An --muc gender=nữ \
    --muc born=4/11/1970 --muc 'address=+84 tổ 3' >/dev/null
M=$(id chibo ghi viec --muc 'duty=Thăm hộ nghèo' --muc from=4/11/2026 --muc 'members=Lò Văn Thử' --muc 'members=Trần Thị An')

run 0 chibo xuat-tep dang-vien --dang csv --ra-tep "$TMP/a.csv"
says '2 bản ghi'
same "$(stat -c %a "$TMP/a.csv")" 600
same "$(ls -A "$TMP" | grep -c a.csv)" 1
# Read by Python's csv: a mark at the front, headings in Vietnamese, persons by given name, formulas made harmless.
same "$("$PYTHON" -c 'import csv,sys
raw = open(sys.argv[1], "rb").read()
assert raw.startswith(b"\xef\xbb\xbf") and raw.endswith(b"\r\n")
t = list(csv.DictReader(raw.decode("utf-8-sig").splitlines(keepends=True)))
for r in t:
    print(r["Họ"], r["Tên"], r["Giới tính"], r["Ngày sinh"], r["Số thẻ đảng viên"], r["Địa chỉ"], r["Ghi chú riêng"],
          repr(r["Tên gọi khác"]), sep="|")' "$TMP/a.csv")" "Trần|An|nữ|04/11/1970||'+84 tổ 3||''
Lò|Thử|nam|03/1961|00123||'-1, \"=x\"|'Ba; Tư\\nNăm\\n'"

run 2 chibo xuat-tep dang-vien --dang csv --ra-tep "$TMP/a.csv"
complains '--ghi-de'
run 0 chibo export member --format csv --out "$TMP/a.csv" --separator ';' --force --json
same "$(field records) $(field kind)" '2 "member"'
same "$(head -n 1 "$TMP/a.csv" | grep -c ';Tên đệm;Tên;')" 1
run 0 chibo xuat-tep dang-vien --dang csv --ra-tep "$TMP/tab.csv" --dau-cach tab
same "$(head -n 1 "$TMP/tab.csv" | tr '\t' '|' | grep -c '|Tên đệm|Tên|')" 1

run 0 chibo xuat-tep viec --dang xlsx --ra-tep "$TMP/a.xlsx"
same "$(stat -c %a "$TMP/a.xlsx")" 600
same "$("$PYTHON" -c 'import sys, zipfile, xml.etree.ElementTree as E
z = zipfile.ZipFile(sys.argv[1])
assert z.testzip() is None
n = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
texts = ["".join(t.text for t in s.iter(n + "t")) for s in E.fromstring(z.read("xl/sharedStrings.xml")).iter(n + "si")]
for row in E.fromstring(z.read("xl/worksheets/sheet1.xml")).iter(n + "row"):
    cells = list(row.iter(n + "c"))
    assert all(c.get("t") == "s" for c in cells)
    print("|".join(texts[int(c.find(n + "v").text)] for c in cells))' "$TMP/a.xlsx" | grep -c 'Thăm hộ nghèo.*04/11/2026')" 1

run 0 chibo xuat-tep viec --dang jsonl --ra-tep "$TMP/a.jsonl"
run 0 chibo list task --json
same "$(cat "$TMP/a.jsonl")" "$OUT"
same "$(field id)" "\"$M\""

# What list can be asked for, export can be asked for.
run 0 chibo xuat-tep dang-vien --dang csv --ra-tep "$TMP/an.csv" --loc 'given_name=an' --loc gender=nữ
says '1 bản ghi'
same "$(grep -c Trần "$TMP/an.csv") $(grep -c Lò "$TMP/an.csv")" '1 0'
run 0 chibo xuat-tep dang-vien --dang jsonl --ra-tep "$TMP/none.jsonl" --loc org=CB-099
says '0 bản ghi'
same "$(wc -c <"$TMP/none.jsonl")" 0
run 2 chibo xuat-tep dang-vien --dang csv --ra-tep "$TMP/x.csv" --loc 'shoe=44'
complains shoe
same "$(ls "$TMP" | grep -c x.csv)" 0

run 0 chibo xoa "$M"
run 0 chibo xuat-tep viec --dang jsonl --ra-tep "$TMP/a.jsonl" --ghi-de
says '0 bản ghi'
run 0 chibo xuat-tep viec --dang jsonl --ra-tep "$TMP/a.jsonl" --ghi-de --tat-ca
says '1 bản ghi'
run 0 chibo xuat-tep viec --dang jsonl --ra-tep "$TMP/a.jsonl" --ghi-de --loc state=draft
says '0 bản ghi'
run 2 chibo xuat-tep viec --dang ods --ra-tep "$TMP/a.ods"
complains 'csv, xlsx, jsonl'
run 2 chibo xuat-tep viec --dang csv --ra-tep "$TMP/b.csv" --dau-cach x
run 1 chibo xuat-tep viec --dang csv --ra-tep "$TMP/none/b.csv"
finish
