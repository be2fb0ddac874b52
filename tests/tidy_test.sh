#!/bin/bash
# tidy_test.sh - each rule of tidy.sh finds a violation planted in an empty house, and a clean house has none.
set -u
here=$(cd "$(dirname "$0")" && pwd)
house=$(mktemp -d)
trap 'rm -rf "$house"' EXIT
passed=0 failed=0

build_house() {
    rm -rf "${house:?}"/*
    mkdir -p "$house"/{common,proto,server,client,tests,po}
    printf '/* good.c - fine. */\n#include "good.h"\n\nint good_number(void)\n{\n    return 1;\n}\n' >"$house/common/good.c"
    printf '/* good.h - fine. */\n#ifndef CHIBO_GOOD_H\n#define CHIBO_GOOD_H\n\nint good_number(void);\n\n#endif\n' \
        >"$house/common/good.h"
    sed '/^$/q' "$here/../po/vi.po" >"$house/po/vi.po"
}

# expect RULE: tidy fails and names this rule, and no other.
expect() {
    local out
    out=$("$here/tidy.sh" "$house")
    if [ $? -ne 0 ] && [ "$(grep '^tidy: [^0-9]' <<<"$out")" = "tidy: $1" ]; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        printf 'expected "%s" of\n%s\nand got\n%s\n' "$1" "${2:0:200}" "$out"
    fi
}

# plant RULE FILE TEXT: TEXT (printf's) follows the caption in FILE.
plant() {
    build_house
    printf "/* ${2##*/} - planted. */\n$3\n" >"$house/$2"
    expect "$1" "$3"
}

build_house
if "$here/tidy.sh" "$house" >/dev/null; then passed=1; else failed=1 && "$here/tidy.sh" "$house"; fi

many() { for ((i = 0; i < $1; i++)); do printf '%s\\n' "$2"; done; }
plant "functions over 70 lines" common/bad.c "int bad(void)\n{\n$(many 70 '    good();')}"
plant "files over 600 lines" common/bad.c "$(many 601 '/* long */')"
plant "lines over 120 columns" common/bad.c "/* $(printf 'ộ%.0s' {1..120}) */"
plant "lmdb\\.h belongs to common/kv\\.c" server/bad.c "#include <lmdb.h>"
plant "openssl/.* belongs to common/(tls[a-z_]*|ca)\\.[ch]" server/bad.c "#include <openssl/ssl.h>"
plant "sodium.* belongs to common/crypto\\.c" client/bad.c "#include <sodium.h>"
plant "zstd.*\\.h belongs to common/zip\\.c" common/bad.c "#include <zstd.h>"
plant "msgpack.* belongs to proto/mp\\.c" client/bad.c "#include <msgpack.h>"
plant "common includes only common" common/bad.c '#include "../proto/store.h"'
plant "proto includes only common and proto" proto/bad.c '#include "../server/safe.h"'
plant "server does not know client" server/bad.c '#include "../client/link.h"'
plant "client does not know server" client/bad.c '#include "../server/conn.h"'
plant "proto knows nothing of the system" proto/bad.c '#include <unistd.h>'
plant "proto has no disk, clock, chance or print" proto/bad.c 'static long bad(void)\n{\n    return time(NULL);\n}'
plant "only edges print" server/bad.c 'static void bad(void)\n{\n    fprintf(stderr, "x");\n}'
plant "external names begin with their file's name" common/bad.c 'int worse(void)\n{\n    return 1;\n}'
plant "external names begin with their file's name" common/bad.c 'int badly;'
plant "banned functions" common/bad.c 'static void bad(char *s)\n{\n    strcpy(s, "x");\n}'
plant "no typedef for structs, no code switched off" common/bad.c 'typedef struct bad bad_t;'
plant "no typedef for structs, no code switched off" common/bad.c '#if 0\n#endif'
plant "LMDB flags that lose or confuse data" common/kv.c 'static const int flags = MDB_NOSYNC;'
plant "tabs in C, blanks at the end of a line" common/bad.c '\tstatic int x;'
plant "tabs in C, blanks at the end of a line" common/bad.c 'static int x; '
plant "nothing is left to do" common/bad.c '/* TO''DO: all */'
plant "no path of this machine" common/bad.c '/* see /wo''rk/main */'
plant "every message is said in Vietnamese" client/bad.c 'static const char *bad(void)\n{\n    return _("unsaid");\n}'
plant "every command has an example" client/cmd_bad.c 'const struct cmd cmd_bad = {"xau", "bad", 0};'
plant "every command has an example" server/cmd.c '    {"xau", "bad", N_, 0, 0},'
build_house
echo 'int x;' >"$house/server/bad.c"
sed -i 's/int x/static int x/' "$house/server/bad.c"
expect "a C file begins with its caption: /* name - what it is" "no caption"
build_house
sed -i 's/GOOD_H/BETTER_H/' "$house/common/good.h"
expect "header guards" "another guard"

echo "tidy_test: $passed passed, $failed failed"
[ "$failed" -eq 0 ]
