#!/bin/sh
# word_count_check.sh PROGRAM FOLDER: does the program count what wc counts, file by file?
set -eu
find "$2" -type f -name '*.?pp' | sort | {
    set --  "$1"
    while read -r name; do set -- "$@" "$name"; done
    program=$1
    shift
    wanted=$(LC_ALL=C.UTF-8 wc "$@" | awk '{ $1 = $1; print }')
    said=$("$program" "$@" | grep -v -e ' ms$' -e '^the results agree$')
    [ "$said" = "$wanted" ] && { echo "$# files, as wc counts them"; exit 0; }
    printf 'wc says:\n%s\nthe program says:\n%s\n' "$wanted" "$said"
    exit 1
}
