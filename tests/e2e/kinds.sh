#!/bin/bash
# kinds.sh - each kind of the schema, from the table that `chibo kinds --json` prints: added by whoever may, listed,
# shown, edited, with history, synced, and read in words on another device. The work is in kinds.py.
. "$(dirname "$0")/lib.sh"
world secretary
n=1
for role in clerk inspect building; do
    n=$((n + 1))
    "$BUILD/chibo" init --home "$H/d$n" "$("$BUILD/chibod" invite "$W" --org PHUONG --role $role \
        --person "Trần Thị Mẫu $n")" >/dev/null
    chibo d$n sync --json >/dev/null
done
chibo d2 sync --json >/dev/null
"${PYTHON:-python3}" tests/e2e/kinds.py "$BUILD/chibo" "$H" >"$TMP/said" 2>"$TMP/wrong"
is "the driver ends well" "$? $(tail -n 3 "$TMP/wrong")" "0 "
while IFS=$'\t' read -r what got want; do
    is "$what" "$got" "$want"
done <"$TMP/said"
holds "all kinds were looked at" test "$PASSED" -gt 300
serve_stop
finish
