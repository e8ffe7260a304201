#!/bin/sh
# What the program says to bad input, and with which exit status: malformed_test.sh PROGRAM FOLDER
set -u
program=$1
mkdir -p "$2" && cd "$2" || exit 1
failures=0

# expect STATUS TEXT ARGUMENT...: TEXT is part of what the program prints.
expect() {
    status=$1 text=$2
    shift 2
    said=$("$program" --repeat=1 "$@" 2>&1)
    got=$?
    case $said in *"$text"*) found=yes ;; *) found=no ;; esac
    if [ $got -ne "$status" ] || [ $found = no ] || [ ${#said} -gt 4000 ]; then
        echo "FAILED: $*: exit status $got, not $status; or not there: '$text'"
        printf '%s\n' "$said" | head -c 1000
        failures=$((failures + 1))
    fi
}

: >empty.csv
printf 'id,readme\n1,fine\n2,"open\n3,more\n' >unclosed.csv
printf 'id,name\n1,2\n' >column.csv
printf 'id,readme\n1,a\0b 7\n2,\0\n' >nul.csv
printf 'id,readme\n1,x\n2\n3,a"b"\n' >ragged.csv
{ printf 'id,readme\n1,'; head -c 5000000 /dev/zero | tr '\0' y; printf ' 7\n'; } >long.csv
printf 'Package: a\nDescription: x 7\n\nPackage: b\n' >index

expect 1 'none.csv: No such file or directory' none.csv
expect 1 '.: Is a directory' .
expect 1 '/dev/null: not a regular file' /dev/null
expect 1 'empty.csv: the file is empty' empty.csv
expect 1 'record 2 opens a quote that is never closed' unclosed.csv
expect 1 "there is no column 'readme'; the header names: id, name" column.csv
expect 0 '2 records have NUL bytes' nul.csv
expect 0 '1 records lack the field, the first is number 2' ragged.csv
expect 0 '1 records have quotes where none may be, the first is number 3' ragged.csv
expect 0 '... [5000000 bytes] (1)' long.csv
expect 0 '1 records lack the field, the first is number 2' index
expect 1 "pattern '('" --pattern='(' ragged.csv
expect 2 'usage:' --frobnicate ragged.csv
expect 2 "--threads wants a number from 1 to 4096, not '0'" --threads=0 ragged.csv
if [ "$(id -u)" -ne 0 ]; then
    chmod 0 index
    expect 1 'index: Permission denied' index
fi

rm -f empty.csv unclosed.csv column.csv nul.csv ragged.csv long.csv index
[ $failures -eq 0 ] && echo "all as expected"
