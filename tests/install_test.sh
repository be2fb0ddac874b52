#!/bin/bash
# install_test.sh - what `make install` puts where; and that a finished build has nothing left to build.
set -u
cd "$(dirname "$0")/.." || exit 1
unset MAKEFLAGS MFLAGS MAKELEVEL
export BUILD=${BUILD:-build}
root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
passed=0 failed=0

check() {
    if "${@:2}"; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "not so: $1"
    fi
}

again=$(make BUILD="$BUILD" all 2>&1)
check "a second make compiles nothing" [ -z "$(grep -E '^  CC |^gcc|^clang|msgfmt' <<<"$again")" ]
make BUILD="$BUILD" DESTDIR="$root" install >"$root/log" 2>&1
check "make install succeeds" [ $? -eq 0 ]
there=$(cd "$root" && find . -type f ! -name log ! -path '*/share/chibo/rules/*' | sort | paste -sd ' ')
local=./usr/local
check "these files and no others: $there" [ "$there" = "$local/bin/chibo $local/bin/chibo-xlsx $local/bin/chibod \
$local/lib/chibo/chibo-in $local/lib/chibo/chibo-tls.so $local/lib/chibo/chibo-trang $local/lib/systemd/system/chibod-doi-khop@.service \
$local/lib/systemd/system/chibod-doi-khop@.timer $local/lib/systemd/user/chibo-sync.service $local/lib/systemd/user/chibo-sync.timer \
$local/share/bash-completion/completions/chibo $local/share/bash-completion/completions/chibod \
$local/share/locale/vi/LC_MESSAGES/chibo.mo $local/share/man/man1/chibo.1 $local/share/man/man8/chibod.8 \
$local/share/man/vi/man1/chibo.1 $local/share/man/vi/man8/chibod.8" ]
check "the manual is in both languages" grep -q 'VÍ DỤ' "$root/usr/local/share/man/vi/man1/chibo.1"
check "the rules are there, and no others" diff <(ls rules/*.ini | sed s,.*/,,) <(ls "$root/usr/local/share/chibo/rules")
check "programs are executable" [ "$(stat -c %a "$root/usr/local/bin/chibo" "$root/usr/local/bin/chibod" | xargs)" = "755 755" ]
check "chibo tells its version" "$root/usr/local/bin/chibo" --version
check "chibod tells its version" "$root/usr/local/bin/chibod" --version
check "the texts are Vietnamese" grep -q "máy chủ của phường" "$root/usr/local/share/locale/vi/LC_MESSAGES/chibo.mo"
units=$root/usr/local/lib/systemd/user
check "the timer's service names the program" grep -qx "ExecStart=/usr/local/bin/chibo dong-bo --nen" "$units/chibo-sync.service"
if command -v systemd-analyze >/dev/null; then
    sed -i "s|/usr/local/bin/chibo|$root/usr/local/bin/chibo|" "$units/chibo-sync.service"
    system=$root/usr/local/lib/systemd/system
    sed -i "s|/usr/local/bin/chibod|$root/usr/local/bin/chibod|" "$system/chibod-doi-khop@.service"
    check "and those of the ward" systemd-analyze verify --man=no "$system/chibod-doi-khop@.timer" "$system/chibod-doi-khop@.service"
    check "systemd understands both" env XDG_RUNTIME_DIR="$root" systemd-analyze verify --user --man=no "$units/chibo-sync.timer" "$units/chibo-sync.service"
fi
loads=$(ldd "$root/usr/local/bin/chibo" | grep -cE 'libssl|libcrypto|libuv')
check "chibo itself does not load TLS or the event loop" [ "$loads" -eq 0 ]

echo "install_test: $passed passed, $failed failed"
[ "$failed" -eq 0 ]
