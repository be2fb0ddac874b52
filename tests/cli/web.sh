#!/bin/bash
# `chibo trang`: the page that only one browser of this user may use, and what it writes; page.py is the browser.
. "$(dirname "$0")/lib.sh"

# The page in the background: WORDS of the command; its address is in $ADDRESS.
page() {
    rm -f "$TMP/address"
    "$BUILD/chibo" trang --khong-mo "$@" >"$TMP/address" 2>"$TMP/page.err" </dev/null &
    PAGE=$!
    local until=$((SECONDS + PATIENCE_S))
    until grep -q . "$TMP/address" 2>/dev/null; do
        [ $SECONDS -lt $until ] && kill -0 $PAGE 2>/dev/null || { fail "no address" "$(cat "$TMP/page.err")"; break; }
        read -rt 0.02 <> <(:) || :
    done
    ADDRESS=$(cat "$TMP/address")
}
browse() {
    "$PYTHON" tests/cli/page.py "$ADDRESS" "$CHIBO_HOME" "$BUILD/chibo" "$@" >"$TMP/out" 2>&1
    local sum
    sum=$(sed -n 's/^page: \([0-9]*\) passed, \([0-9]*\) failed$/\1 \2/p' "$TMP/out")
    if [ -z "$sum" ]; then fail "page.py $*" "$(cat "$TMP/out")"; return; fi
    PASSED=$((PASSED + ${sum% *})) FAILED=$((FAILED + ${sum#* }))
    grep -vE ' passed, ' "$TMP/out"
}

run 10 chibo trang --khong-mo
same "$OUT" ""
run 0 chibo khoi-tao --chi-bo CB-014 --ten 'Chi bộ Tổ dân phố 14'
chair=$(member Lò Văn Thử) scribe=$(member Nguyễn Thị Mẫu)
member Quàng Văn Giả >/dev/null
run 0 chibo ghi hop --muc type=regular --muc period=11/2026 --muc date=4/11/2026 --muc start=19:30 \
    --muc "chair=$chair" --muc "scribe=$scribe"

# ---- one browser, and nobody else
page
same "$(sed -E 's|^http://127\.0\.0\.1:[0-9]+/vao/[0-9a-f]{32}$|fine|' <<<"$ADDRESS")" fine
if tr '\0' ' ' <"/proc/$PAGE/cmdline" | grep -qF "${ADDRESS##*/}"; then fail "the token stands in ps"; else pass; fi
# It listens on this machine alone: one line of the kernel's table, of 127.0.0.1.
port=${ADDRESS#*127.0.0.1:} port=${port%%/*}
same "$(awk -v p="$(printf ':%04X' "$port")" '$4 == "0A" && $2 ~ p "$" { print $2 }' /proc/net/tcp /proc/net/tcp6)" \
    "0100007F$(printf ':%04X' "$port")"
run 2 chibo trang --khong-mo --port "$port"
complains "$port"
browse strangers enter headers other_sites sizes paths hostile drafts changes roll sign locked others leave
wait $PAGE
same $? 0

# ---- killed: what was answered is there, and the next page offers the draft
page
browse enter keep
disown $PAGE # bash would tell of its death
kill -KILL $PAGE
tail --pid=$PAGE -f /dev/null
page
browse enter kept
kill -TERM $PAGE
wait $PAGE
same $? 0

# ---- with a ward: the button that exchanges, and what two people wrote differently
(
    ward
    export CHIBO_HOME=$TMP/bi-thu
    other=$TMP/pho
    run 0 chibo khoi-tao "$(invite secretary 'Lò Văn Thử')"
    run 0 chibo --thu-muc "$other" khoi-tao "$(invite deputy 'Quàng Thị Ví Dụ')"
    chair=$(member Lò Văn Thử)
    meeting=$(id chibo ghi hop --muc type=regular --muc period=11/2026 --muc date=4/11/2026 --muc start=19:00 \
        --muc "chair=$chair" --muc "scribe=$chair" --muc 'place=Nhà ông Giả')
    run 0 chibo dong-bo
    run 0 chibo --thu-muc "$other" dong-bo
    run 0 chibo sua "$meeting" --muc 'place=Nhà văn hóa'
    run 0 chibo --thu-muc "$other" sua "$meeting" --muc 'place=Trường học <b>'
    run 0 chibo --thu-muc "$other" dong-bo
    page
    browse enter exchange conflict leave
    wait $PAGE
    unserve
    echo "$PASSED $FAILED" >"$TMP/counted"
    trap - EXIT
)
read -r PASSED FAILED <"$TMP/counted"

# ---- nobody there
CHIBO_TEST_WEB_IDLE_MS=50 page
wait $PAGE
same $? 0
if grep -q 'chibo trang' "$TMP/page.err"; then pass; else fail "it does not say that it ended" "$(cat "$TMP/page.err")"; fi

finish
