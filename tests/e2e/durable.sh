#!/bin/bash
# durable.sh - before a byte of an answer leaves the server, what it answers for is on the disk: seen from outside, by a
# recorder between chibod and the C library (preload_sync.c).
. "$(dirname "$0")/lib.sh"
build_tool preload_sync -shared -fPIC -ldl
ROUNDS=${ROUNDS:-20}

# early < RECORD: sends that left while something of the store was neither synced nor rooted; then what was seen.
# LMDB's commit is: data, fdatasync, root through O_DSYNC. Whatever was written counts until a root that follows a sync.
early() {
    awk '$1 == "write" { dirty = 1; synced = 0; commits_open = 1 }
         $1 == "sync"  { synced = 1 }
         $1 == "root"  { if (synced || !dirty) { dirty = 0; commits++ } else bad_root++ }
         $1 == "send"  { sends++; if (dirty) early++ }
         END { print early + 0, bad_root + 0, commits + 0, sends + 0 }'
}

begin() { # WORDS...
    : >"$TMP/record"
    serve env RECORD_TO="$TMP/record" LD_PRELOAD="$TMP/preload_sync" "$@"
    : >"$TMP/record"
}

# The server is through with all that came: nobody is connected, and a command has had its turn behind what they left.
nobody_there() { # of /proc/net/tcp: local port, and neither listening nor waiting for late packets
    ! grep -qiE "^ *[0-9]+: [0-9A-F]{8}:$(printf %04X "$FRONT") [0-9A-F:]+ (0[1-57-9]|0B)" /proc/net/tcp
}
quiet() {
    until_true nobody_there
    "$BUILD/chibod" org "$W" list >/dev/null
}

world secretary deputy
serve_stop

# ---- one record at a time: nothing else is going on, so every send counts ----
begin
for ((i = 0; i < ROUNDS; i++)); do
    bulk d$((i % 2 + 1)) 1 300 >/dev/null
    line=$(chibo d$((i % 2 + 1)) sync --json)
    quiet
    is "round $i: sent" "$(number sent "$line")" 1
done
serve_stop
read -r early bad_root commits sends < <(early <"$TMP/record")
is "sends before the store was durable" "$early" 0
is "roots before their data was synced" "$bad_root" 0
holds "a commit for each record at least" test "$commits" -ge "$ROUNDS"
holds "sends were seen" test "$sends" -ge "$ROUNDS"

# ---- a long flight of one device ----
begin
bulk d1 20 30000 >/dev/null
line=$(chibo d1 sync --json)
is "long flight: sent" "$(number sent "$line")" 20
serve_stop
read -r early bad_root commits sends < <(early <"$TMP/record")
is "long flight: sends before the store was durable" "$early" 0
is "long flight: roots before their data was synced" "$bad_root" 0

# ---- the same eyes see a server that answers before it is durable ----
begin RECORD_BLIND=1
bulk d1 1 300 >/dev/null
chibo d1 sync --json >/dev/null
serve_stop
read -r early bad_root commits sends < <(early <"$TMP/record")
holds "without its syncs the record would be found wanting" test $((early + bad_root)) -gt 0
finish
