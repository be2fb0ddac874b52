#!/bin/bash
# names.sh - a slice of what `make soak-names` types: invented names through a bare terminal, not one letter wrong. What the
# disk costs is no matter here.
. "$(dirname "$0")/lib_walk.sh"
COUNT=500
OUT=$("$PYTHON" tests/names.py $COUNT 2026 "$BUILD/chibo" "$CHIBO_HOME")
same "$?" 0
says "$COUNT names, 0 wrong letters"
finish
