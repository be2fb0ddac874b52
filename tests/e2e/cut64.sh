#!/bin/bash
# cut64.sh - a sync with news both ways, cut at every 64th byte of either direction on the real programs: the next one
# brings all of it, once. (Every byte of the plain stream: t_session; long flights: resume.sh.)
. "$(dirname "$0")/lib.sh"
STEP=${STEP:-64}
world secretary deputy
serve_stop
task() { chibo "$1" add task --json --set "duty=$2" --set from=2026-11-04 >/dev/null; }
for n in 1 2 3; do task d1 "Việc $n của bí thư"; done
for n in 1 2; do task d2 "Việc $n của phó bí thư"; done
serve
chibo d2 sync --json >/dev/null
serve_stop
mkdir "$TMP/state"
cp -a "$H/d1" "$W" "$TMP/state"
duties() { chibo "$1" list task --json | sed -n 's/.*"duty":"\([^"]*\)".*/\1/p' | sort; }
WANT=$(printf '%s\n' "Việc 1 của bí thư" "Việc 2 của bí thư" "Việc 3 của bí thư" "Việc 1 của phó bí thư" \
    "Việc 2 của phó bí thư" | sort)

again() {
    rm -rf "${H:?}/d1" "$W"
    cp -a "$TMP/state/d1" "$H/d1"
    cp -a "$TMP/state/phuong" "$W"
    listens_at "$BACK"
    serve
}
cut() { # cut|cut-down BYTES
    local first
    again
    link "$@"
    chibo d1 sync --json >/dev/null 2>"$TMP/said"
    first=$?
    unlink
    link
    chibo d1 sync --json >"$TMP/second" 2>&1
    is "$* (first $first): the next sync" $? 0
    unlink
    is "$*: the device has all, once" "$(duties d1)" "$WANT"
    is "$*: complete" "$(number complete "$(chibo d1 verify --json)")" true
    is "$*: nothing waits" "$(number unsent "$(chibo d1 status --json)")" 0
    is "$*: cut or said" "$([ $first = 0 ] || [ $first = 13 ] && echo yes)" yes
    serve_stop
}
again
link
chibo d1 sync --json >/dev/null
up=$(link_said up) down=$(link_said down)
unlink
serve_stop
holds "there is something to cut ($up, $down)" test "$up" -gt 700 -a "$down" -gt 700
for ((n = 0; n < up; n += STEP)); do cut cut "$n"; done
for ((n = 0; n < down; n += STEP)); do cut cut-down "$n"; done
finish
