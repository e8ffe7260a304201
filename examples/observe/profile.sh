#!/bin/sh
# Where the processors' time of a program goes, function by function:
#   examples/observe/profile.sh [--out=FLAMES.svg] PROGRAM [ARGUMENT...]
# Prints what the system counts (perf stat), and draws the stacks of all threads as a flame graph (perf record). A report says which
# region to look at (WEFT_REPORT=1); this says what it does. Exit status 77: there is no perf here, or it may not be used.
set -eu

out=flames.svg
case ${1-} in --out=*) out=${1#*=}; shift ;; esac
[ $# -gt 0 ] || { sed -n '2,5s/^# //p' "$0"; exit 2; }
here=$(dirname "$0")

missing() { echo "profile.sh: $1" >&2; exit 77; }
command -v perf >/dev/null || missing "there is no perf (Debian: linux-perf)"
command -v python3 >/dev/null || missing "there is no python3, which draws the flame graph"
samples=$(mktemp)
trap 'rm -f "$samples"' EXIT
perf record -q -o "$samples" true >/dev/null 2>&1 ||
    missing "perf may not sample here: see /proc/sys/kernel/perf_event_paranoid ($(cat /proc/sys/kernel/perf_event_paranoid)), or be root"

# What a machine cannot count, as in many virtual ones, perf says by itself.
perf stat -e task-clock,context-switches,cpu-migrations,page-faults,cycles,instructions,cache-misses "$@" || exit
perf record -q -F 499 --call-graph dwarf,16384 -o "$samples" "$@" >/dev/null || exit
# A symbol's name without its arguments; inlined functions are left out, for they take minutes to look up.
perf script --no-inline -F comm,tid,ip,sym -i "$samples" 2>/dev/null | python3 "$here/flame.py" >"$out"
echo "profile.sh: $out: open it in a browser" >&2
