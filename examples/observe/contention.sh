#!/bin/sh
# What threads wait for in the system, and which cache lines they take from each other:
#   examples/observe/contention.sh PROGRAM [ARGUMENT...]
# Prints where threads sleep for a futex (perf trace or strace), contended locks of the kernel (perf lock), and lines that are shared
# although they need not be (perf c2c). What cannot be had here is said, with what it needs. weft's own locks: WEFT_REPORT=1.
set -eu
[ $# -gt 0 ] || { sed -n '2,5s/^# //p' "$0"; exit 2; }

section() { printf '\n== %s\n' "$1"; }
lacks() { echo "not here: $1"; }
data=$(mktemp)
trap 'rm -f "$data" "$data.txt"' EXIT

section "Sleeping for a futex: a lock, a channel, an idle pool"
if command -v perf >/dev/null && perf trace -s -o "$data.txt" true >/dev/null 2>&1; then
    perf trace -s -e futex -o "$data.txt" "$@" >/dev/null
    grep -E 'events|futex' "$data.txt" || echo "no thread has slept"
elif command -v strace >/dev/null && strace -o "$data.txt" true >/dev/null 2>&1; then
    strace -f -c -e trace=futex -o "$data.txt" "$@" >/dev/null
    cat "$data.txt"
else
    lacks "perf trace needs the system's tracepoints (root, and /sys/kernel/tracing); strace (Debian: strace) does, too, more slowly"
fi

section "Locks of the kernel: memory, files, the scheduler"
if command -v perf >/dev/null && perf lock contention -b true >/dev/null 2>&1; then
    perf lock contention -b "$@"
else
    lacks "perf lock contention needs Linux 6.2 or later, BPF, and root"
fi

section "Cache lines that threads take from each other"
if command -v perf >/dev/null && perf c2c record -q -o "$data" true >/dev/null 2>&1; then
    perf c2c record -q -o "$data" "$@" >/dev/null
    perf c2c report -i "$data" --stdio 2>/dev/null | sed -n '/Shared Data Cache Line Table/,/^$/p' | head -40
else
    lacks "perf c2c needs a processor that says where a load was served (Intel, AMD with IBS, arm64 with SPE), not in most virtual machines"
fi
