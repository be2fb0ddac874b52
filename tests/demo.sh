#!/bin/bash
# demo.sh - the story of the book, played with real programs: a ward, five organisations, six devices (`make demo`).
#
#     BUILD=build tests/demo.sh
#
# Each step checks what it claims; the first claim that does not hold ends the demo with the step's name and status 1.
# DEMO_DIR     where to play (./demo-so); a folder that an earlier demo left there is made anew
# DEMO_TYPED   a file that gets every text that was typed, one a line (tests/demo_test.sh looks for them)
# DEMO_DAMAGE  1: a byte of the ward's store is changed before the last step, which must then notice
# The steps are files of tests/demo/; the persons are invented.
set -u
export LC_ALL=C.UTF-8
unset CHIBO_HOME CHIBO_LANG LANGUAGE
here=$(cd "$(dirname "$0")" && pwd)
BUILD=$(realpath "${BUILD:-$here/../build}")
DIR=${DEMO_DIR:-demo-so}
SECONDS=0

for part in lib story ward offline meet cut look; do
    . "$here/demo/$part.sh"
done

begin_folder
ward_opens        # 1
offline_work      # 2
everyone_meets    # 3
link_is_cut       # 4
[ "${DEMO_DAMAGE:-}" != 1 ] || damage_ward
ward_looks        # 5
play_on
