#!/bin/bash
# first.sh - a new device in a cell with a long log, on the real programs: it works at once from the ward's snapshot, says
# what is not here yet, and has all of it once it has asked. The log is made long by large records: each is a leaf alone.
. "$(dirname "$0")/lib.sh"
PYTHON=${PYTHON:-/usr/bin/python3} LEAVES=260 # more than SNAPSHOT_LEAVES of proto/limits.h

# Rows as tests/bench/fill reads them, too large for two of them to share a changeset.
long_rows() {
    "$PYTHON" - "$LEAVES" <<'END'
import msgpack, struct, sys
for n in range(int(sys.argv[1])):
    row = msgpack.packb([b"\x01\x90" + struct.pack(">H", n) + bytes(12), 1, bytes(8), 900, f"{n:03d} " * 7200])
    sys.stdout.buffer.write(struct.pack(">H", len(row)) + row)
END
}

world secretary
id=$(chibo d1 add task --json --set 'duty=Việc đầu tiên' --set from=04/11/2016 | sed -n 's/.*"id":"\([0-9a-f]*\)".*/\1/p')
chibo d1 sync >/dev/null
chibo d1 edit "$id" --set 'duty=Việc đã sửa' >/dev/null
member() {
    chibo d1 add member --json --set family_name=Nguyễn --set "given_name=$1" --set gender=male --set born=12/3/1988 |
        sed -n 's/.*"id":"\([0-9a-f]*\)".*/\1/p'
}
bad=$(member Bình) waits=$(member An)
chibo d1 sync >/dev/null
"$BUILD/chibod" refuse "$W" "$bad" --by "Trần Văn Bình" --reason "Ghi nhầm ngày sinh." >/dev/null
is "refused long ago" $? 0
chibo d1 sync >/dev/null
long_rows >"$TMP/rows"
is "filled" "$("$BUILD/tests/bench/fill" "$H/d1" "$TMP/rows")" "$LEAVES"
is "sent" "$(number sent "$(chibo d1 sync --json)")" "$LEAVES"
chibo d1 sync >/dev/null

"$BUILD/chibo" init --home "$H/d2" "$("$BUILD/chibod" invite "$W" --org CB-014 --role deputy --person "Trần Thị Hoa")" >/dev/null
chibo d2 sync >/dev/null
is "the first sync" $? 0

# Usable at once.
is "the same tasks" "$(chibo d2 list task --json)" "$(chibo d1 list task --json)"
chibo d2 show "$id" | grep -q 'Việc đã sửa'
is "show" $? 0
is "what is not here is counted" "$(number history_missing "$(chibo d2 show "$id" --history --json)")" 2
chibo d2 show "$id" --history | grep -q '2 earlier changes are not in this book yet'
is "and told" $? 0
CHIBO_LANG=vi chibo d2 show "$id" --history | grep -q 'còn 2 thay đổi trước đó'
is "in Vietnamese" $? 0
is "verify says what it saw" "$(chibo d2 verify | grep -c 'come with chibo dong-bo --lich-su')" 1
few() { "$BUILD/chibod" overview "$W" --json | sed -n 's/.*"few_holders":\(\[[^]]*\]\).*/\1/p'; }
is "one full holder" "$(few)" '["A"]'
is "a young log is nothing to speak of" "$("$BUILD/chibod" overview "$W" | grep -c 'class A')" 0
${CC:-cc} -shared -fPIC -o "$TMP/clock.so" tests/cli/clock.c -ldl || exit 1
later() { env LD_PRELOAD="$TMP/clock.so" SHIFT_S=$((8 * 86400)) "$@"; }
is "advice to the ward after a week" "$(later "$BUILD/chibod" overview "$W" | grep -c '^CB-014, class A: only one device')" 1
is "in Vietnamese" "$(CHIBO_LANG=vi later "$BUILD/chibod" overview "$W" | grep -c 'CB-014, mức A: chưa đủ hai máy')" 1
chibo d2 add task --set 'duty=Việc của phó' --set from=05/11/2026 >/dev/null
chibo d2 edit "$id" --set 'duty=Phó sửa' >/dev/null
is "what it writes is sent" "$(number sent "$(chibo d2 sync --json)")" 2
chibo d1 sync >/dev/null
is "and arrives" "$(chibo d1 list task --json)" "$(chibo d2 list task --json)"
chibo d1 show "$id" | grep -q 'Phó sửa'
is "an edit over what came in the snapshot is no conflict" $? 0

# The rest.
chibo d2 dong-bo --lich-su >/dev/null
is "history" $? 0
chibo d2 sync >/dev/null
said=$(chibo d2 show "$id" --history --json)
is "nothing is missing" "$(number history_missing "$said")" 0
is "each change once" "$(chibo d2 show "$id" --history | grep -c 'duty\|Duty\|Việc đầu tiên\|Việc đã sửa\|Phó sửa')" \
    "$(chibo d1 show "$id" --history | grep -c 'duty\|Duty\|Việc đầu tiên\|Việc đã sửa\|Phó sửa')"
chibo d2 show "$id" --history | grep -q 'Việc đầu tiên'
is "the oldest too" $? 0
chibo d2 verify >"$TMP/out"
is "verify" $? 0
is "of all of it" "$(grep -c 'come with' "$TMP/out")" 0
is "the same tasks in the end" "$(chibo d2 list task --json)" "$(chibo d1 list task --json)"
is "two full holders" "$(few)" '[]'

# The secretary's second machine begins with a snapshot, too: it lists what was refused below it, and what waits.
"$BUILD/chibo" init --home "$H/d3" "$("$BUILD/chibod" invite "$W" --org CB-014 --role secretary --another-device \
    --person "nguyen van mau 1")" >/dev/null
chibo d3 sync --json >/dev/null
is "old refusals are no alarm" $? 0
refused() { chibo "$1" refused --json | grep -oE '"(record|by|text|time)":"[^"]*"' | sort; }
is "it lists what was refused" "$(chibo d3 refused --json | wc -l)" 2
is "as the first one does" "$(refused d3)" "$(refused d1)"
is "and shows what waits" "$(chibo d3 show "$waits" --json | grep -c '"transport":"held"')" 1
is "the other officer is told nothing of it" "$(chibo d2 refused --json | wc -l)" 0
serve_stop
finish
