#!/bin/sh
# bad_input_test.sh PROGRAM...: each demo says what it takes, and what to do about what it does not take.
set -u
failures=0

# expect STATUS TEXT PROGRAM ARGUMENT...: TEXT is part of what the program prints.
expect() {
    status=$1 text=$2
    shift 2
    said=$("$@" 2>&1)
    got=$?
    case $said in *"$text"*) [ $got -eq "$status" ] && return ;; esac
    printf 'FAILED: %s: exit status %s, not %s, or no "%s": %s\n' "$*" $got "$status" "$text" "$said"
    failures=$((failures + 1))
}

for program in "$@"; do
    expect 0 'usage: ' "$program" --help
    expect 2 'frobnicate' "$program" frobnicate
    case $program in
    *walk) expect 2 'no folder' "$program" . .. ;;
    *word_count) expect 2 'usage: ' "$program" ;;
    *)
        expect 2 "not '-1'; --help says more" "$program" -1
        expect 2 "not '10x'" "$program" 10x
        expect 2 "not '99999999999999999999'" "$program" 99999999999999999999
        expect 2 "not '2'" "$program" 1 2
        ;;
    esac
done
[ $failures -eq 0 ] && echo "all as expected"
