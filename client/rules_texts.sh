#!/bin/sh
# rules_texts.sh - writes the packs of rules it is given as one C file (rules_texts.h); the Makefile runs it.
set -eu
export LC_ALL=C
echo '/* rules_texts.c - made by rules_texts.sh */'
echo '#include "client/rules_texts.h"'
i=0
for f in "$@"; do
    echo "static const unsigned char text_$i[] = {"
    od -An -v -tu1 "$f" | sed 's/\([0-9]\)\( \|$\)/\1,\2/g'
    echo '};'
    i=$((i + 1))
done
echo 'const struct rules_texts_file rules_texts[] = {'
i=0
for f in "$@"; do
    echo "{\"$(basename "$f")\", text_$i, sizeof(text_$i)},"
    i=$((i + 1))
done
echo '};'
echo 'const size_t rules_texts_count = sizeof(rules_texts) / sizeof(rules_texts[0]);'
