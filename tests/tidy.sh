#!/bin/bash
# tidy.sh - the rules of the house that a program can check; each broken one is a failure and says where.
#
#     tests/tidy.sh [DIR]      DIR: the top folder (this one); tests/tidy_test.sh plants a violation of each rule
#
# To add a rule: one line here that prints violations into `rule`, one row in tidy_test.sh.
set -u
export LC_ALL=C.UTF-8
cd "${1:-$(dirname "$0")/..}" || exit 1
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# rule NAME: the violations come on standard input, one a line.
rule() {
    sed 's/^/    /' >"$scratch/found"
    if [ -s "$scratch/found" ]; then
        echo failed >>"$scratch/results"
        echo "tidy: $1"
        head -n 40 "$scratch/found"
    else
        echo passed >>"$scratch/results"
    fi
}

all() {
    find . \( -name .git -o -name 'build*' -o -name vectors -o -name corpus -o -name __pycache__ \) -prune -o \
        -type f -print
}
of() { all | grep -E "^\./($1)" | sort; }
search() { xargs -r grep -nE "$@" /dev/null; }

code='(common|proto|server|client|client/in|client/web)/[^/]*\.[ch]$'
c=$(of '(common|proto|server|client|client/in|client/web|tests|tests/bench)/[^/]*\.[ch]$')
text=$(of '.*(\.[ch]|\.def|\.sh|\.py|\.mk|Makefile|\.po|\.md|run)$')
scripts=$(grep -vE '\.(po|md)$' <<<"$text")

# name, file, line, length, "static" or "-", kind of every function and variable
names=$(ctags --quiet -f - --c-kinds=fv --fields=+nefKt --excmd=pattern -I 'TEST+,MUST_CHECK,PRINTF_LIKE+' $c |
    awk -F '\t' '{
        end = 0
        own = $3 ~ /^\/\^}/ ? "static" : "-" # ctags overlooks the static before a struct that is defined at once
        for (i = 5; i <= NF; i++) {
            if ($i ~ /^line:/) line = substr($i, 6)
            if ($i ~ /^end:/) end = substr($i, 5)
            if ($i ~ /^file:/) own = "static"
        }
        print $1, $2, line, end - line + 1, own, $4
    }')
functions=$(awk '$6 == "function"' <<<"$names")

# ---- size
awk 'NF && $4 > 70 { print $2 ":" $3 ": " $1 ": " $4 " lines" }' <<<"$functions" | rule "functions over 70 lines"
xargs -r wc -l <<<"$scripts" | awk '$1 > 600 && $2 !~ /dictionary_[0-9]+\.c$/ && $2 != "total" { print $2 ": " $1 " lines" }' |
    rule "files over 600 lines"
# Tables of test data may be wide; what is shipped may not.
wide=$(xargs -r grep -nP '^.{121,}' /dev/null <<<"$scripts" || true)
{ grep . <<<"$wide" | grep -v '^\./tests/' || true; } | cut -c 1-100 | rule "lines over 120 columns"

# ---- fences: header, files that may include it
fence() { of "$code" | grep -vE "^\./($2)$" | search "^ *# *include *[<\"]($1)[>\"]" | rule "$1 belongs to $2"; }
fence 'lmdb\.h' 'common/kv\.c'
fence 'openssl/.*' 'common/(tls[a-z_]*|ca)\.[ch]'
fence 'uv\.h' 'server/(listen|conn|daemon|store_thread|admin_socket)[a-z_]*\.[ch]'
fence 'sodium.*' 'common/crypto\.c'
fence 'zstd.*\.h' 'common/zip\.c'
fence 'msgpack.*' 'proto/mp\.c'
fence 'utf8proc\.h' 'common/text\.c'
fence 'ini\.h' 'common/sections\.c'
fence '(pango|cairo).*' 'client/in/[a-z_]*\.[ch]'
fence 'microhttpd\.h' 'client/web/http\.c'
fence 'dlfcn\.h' 'common/tls_load\.c'
of 'common/.*\.[ch]$' | search '#include "\.\./' | rule "common includes only common"
of 'proto/.*\.[ch]$' | search '#include "\.\./(server|client|tests)/' | rule "proto includes only common and proto"
of 'server/.*\.[ch]$' | search '#include ".*(client|tests)/' | rule "server does not know client"
of 'client/.*\.[ch]$' | search '#include ".*(server|tests)/' | rule "client does not know server"
of 'proto/.*\.[ch]$' | search '#include <' | grep -vE '<(stdlib|limits|inttypes)\.h>|mp\.c:.*<msgpack' |
    rule "proto knows nothing of the system"
of 'proto/.*\.[ch]$' | search '(^|[^a-z_])(random|getenv|exit|time|clock|clock_gettime|fopen|f?printf) *\(' |
    rule "proto has no disk, clock, chance or print"
edges='^\./(server|client|client/in|client/web)/(main|cmd|print|form|menu|ask|table)[a-z_]*\.c$'
of '(common|server|client)/.*\.[ch]$' | grep -vE "$edges" |
    search '(^|[^a-z_0-9])(v?[fd]?printf|f?puts|f?putc|putchar|perror) *\(' | rule "only edges print"

# ---- names: an external name begins with its file's name, or a leading part of it, or with what is listed here
prefixes='buf.c bytes_ load_ store_ mem_
crypto.c hash_
test.c hex_'
awk -v table="$prefixes" '
    BEGIN {
        n = split(table, rows, "\n")
        for (i = 1; i <= n; i++) {
            split(rows[i], word, " ")
            more[word[1]] = substr(rows[i], length(word[1]) + 2)
        }
    }
    function fits(name, file,    stem, n, i, p) {
        sub(/.*\//, "", file)
        n = split(more[file], p, " ")
        for (i = 1; i <= n; i++)
            if (index(name, p[i]) == 1) return 1
        for (stem = substr(file, 1, length(file) - 2); stem != ""; sub(/(^|_)[^_]*$/, "", stem))
            if (name == stem || index(name, stem "_") == 1) return 1
        return 0
    }
    !NF || $5 == "static" || $2 !~ /\.c$/ || $2 ~ /^\.\/tests\/(t_|fuzz_|bench\/)/ || $1 == "main" { next }
    !fits($1, $2) { print $2 ":" $3 ": " $1 }' <<<"$names" | rule "external names begin with their file's name"

# ---- words
search '(^|[^a-z_0-9])(strcpy|strcat|v?sprintf|gets|strtok|ato[il]|s?rand|alloca|system|popen) *\(' <<<"$c" |
    rule "banned functions"
search 'typedef (struct|enum|union) *[a-z_0-9]* *(\{|[a-z_0-9]+;)|^# *if 0' <<<"$c" |
    rule "no typedef for structs, no code switched off"
search 'MDB_(NOSYNC|WRITEMAP|NOMETASYNC|MAPASYNC|DUPSORT)' <<<"$c" | rule "LMDB flags that lose or confuse data"
{ search $'\t' <<<"$c"; grep -v '\.md$' <<<"$text" | search ' +$'; } | rule "tabs in C, blanks at the end of a line"
search '(TO''DO|FIX''ME)' <<<"$text" | rule "nothing is left to do"
grep -v '^\./docs/' <<<"$text" | search '/(wo''rk|ho''me|ro''ot)/' | rule "no path of this machine"
for f in $(of "$code"); do head -n 1 "$f" | grep -qE "^/\* $(basename "$f") - " || echo "$f"; done |
    rule "a C file begins with its caption: /* name - what it is"
for f in $(of "(common|proto|server|client|tests)/[^/]*\.h$"); do
    guard=CHIBO_$(basename "$f" .h | tr a-z A-Z)_H
    grep -qx "#ifndef $guard" "$f" || echo "$f: $guard"
done | rule "header guards"

# ---- what people read
if [ -e po/vi.po ]; then
    of '(common|server|client)/.*\.[ch]$' | grep -v 'language\.h$' |
        xgettext --from-code=UTF-8 -L C -k_ -kN_ -kngettext:1,2 --force-po -f - -o "$scratch/pot" 2>/dev/null
    sed -i 's/charset=CHARSET/charset=UTF-8/' "$scratch/pot"
    { msgfmt --check -o /dev/null po/vi.po; msgcmp po/vi.po "$scratch/pot"; } 2>&1 | grep -v 'message is not used' |
        rule "every message is said in Vietnamese"
fi

# Each command has an example: its word opens a row of examples.c (server/cmd_help.c), seen by tests/help_test.py.
shows() { xargs -r sed -nE "$1" /dev/null | sort -u | while read -r w; do grep -q "^    {\"$w\", " "$2" 2>/dev/null || echo "$w"; done; }
{
    of 'client/cmd_[^/]*\.c$' | shows 's/^const struct cmd cmd_[a-z_]* = \{"([a-z-]+)".*/\1/p' client/examples.c
    of 'server/cmd\.c$' | shows 's/^    \{"([a-z-]+)", +"[a-z-]+", +N_.*/\1/p' server/cmd_help.c
} | rule "every command has an example"

# ---- for the eye
median() { sort -n | awk '{ v[NR] = $1 } END { print NR ? v[int((NR + 1) / 2)] : 0 }'; }
shipped=$(grep -vE ' \./tests/' <<<"$functions")
share=$(awk 'NF { n++; s += $5 == "static" } END { printf "%d", n ? 100 * s / n : 0 }' <<<"$shipped")
printf 'functions %d, median %s lines, %s %% static; files of C %d, median %s lines\n' "$(grep -c . <<<"$shipped")" \
    "$(awk 'NF { print $4 }' <<<"$shipped" | median)" "$share" "$(grep -c . <<<"$c")" \
    "$(for f in $c; do wc -l <"$f"; done | median)"
printf 'lines over 120 columns in tests: %d\n' "$(grep -c '^\./tests/' <<<"$wide" || true)"
failed=$(grep -c failed "$scratch/results")
echo "tidy: $(grep -c passed "$scratch/results") passed, $failed failed"
[ "$failed" -eq 0 ]
