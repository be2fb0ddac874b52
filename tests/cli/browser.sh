#!/bin/bash
# `chibo trang` in a real Chromium, by keyboard alone; browser.py is the person.
. "$(dirname "$0")/lib.sh"

# What runs needs a kernel that lets it: without Debian's packages there is no browser at all.
for package in chromium chromium-driver python3-selenium; do
    if ! dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null | grep -qx installed; then
        echo "browser: $package is not installed, and could not be (make deps-check)"
        echo "browser: 0 passed, 0 failed, 1 skipped"
        exit 0
    fi
done

run 0 chibo khoi-tao --chi-bo CB-014 --ten 'Chi bộ Tổ dân phố 14'
chair=$(member Lò Văn Thử) scribe=$(member Nguyễn Thị Mẫu)
run 0 chibo ghi hop --muc type=regular --muc period=11/2026 --muc date=4/11/2026 --muc start=19:30 \
    --muc "chair=$chair" --muc "scribe=$scribe"
# Sanitizers are for chibo, not for a browser that allocates as it likes.
HOME=$TMP XDG_RUNTIME_DIR=$TMP timeout 600 "$PYTHON" tests/browser.py "$BUILD" "$CHIBO_HOME" "$TMP/profile" \
    keyboard+hostile+roll+paper+leave_draft find_draft=100 >"$TMP/out" 2>&1
sum=$(sed -n 's/^browser: \([0-9]*\) passed, \([0-9]*\) failed$/\1 \2/p' "$TMP/out")
if [ -n "$sum" ]; then
    PASSED=$((PASSED + ${sum% *})) FAILED=$((FAILED + ${sum#* }))
    grep -vE ' passed, ' "$TMP/out"
else
    fail "browser.py" "$(tail -n 30 "$TMP/out")"
fi
finish
