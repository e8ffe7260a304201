#!/bin/sh
# walk_check.sh PROGRAM FOLDER: does the walk see what find sees, byte by byte?
set -eu
entries=$(find "$2" | wc -l)
bytes=$(find "$2" -type f -exec cat {} + | wc -c)
said=$("$1" "$2")
echo "$said"
case $said in
*"$entries entries, $bytes bytes"*) ;;
*) echo "find counts $entries entries, $bytes bytes"; exit 1 ;;
esac
