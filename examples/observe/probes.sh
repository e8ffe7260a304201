#!/bin/sh
# Watches a program through weft's probes, while it runs at full speed:
#   examples/observe/probes.sh steals|parks|regions PROGRAM [ARGUMENT...]
# Needs root, bpftrace, and a weft that was built where sys/sdt.h is (Debian: systemtap-sdt-dev). Exit status 77: something of that is
# missing.
set -eu
[ $# -ge 2 ] || { sed -n '2,5s/^# //p' "$0"; exit 2; }
script=$(dirname "$0")/$1.bt
[ -f "$script" ] || { echo "probes.sh: there is no $1.bt" >&2; exit 2; }
shift

missing() { echo "probes.sh: $1" >&2; exit 77; }
command -v bpftrace >/dev/null || missing "there is no bpftrace (Debian: bpftrace)"
# The probes are where weft is: in the program, or in a shared library.
binary=$(command -v "$1") || missing "there is no $1"
where=$(ldd "$binary" 2>/dev/null | sed -n 's|.*libweft\.so[^ ]* => \(/.*\) (0x[0-9a-f]*)$|\1|p')
where=${where:-$(realpath "$binary")}
readelf -n "$where" 2>/dev/null | grep -q 'Provider: weft' || missing "$where has no probes: build weft where sys/sdt.h is"
[ "$(id -u)" = 0 ] || missing "bpftrace needs root"

case $where in
*[!A-Za-z0-9_./+-]*) path=\"$where\" ;;
*) path=$where ;;
esac
# bpftrace divides a command at each space, whatever stands around it.
command=$(TMPDIR=/tmp mktemp)
trap 'rm -f "$command"' EXIT
{
    printf 'exec'
    for word; do printf " '%s'" "$(printf '%s' "$word" | sed "s/'/'\\\\''/g")"; done
    echo
} >"$command"
WEFT_PROBES=1 bpftrace -e "$(sed "s|PROGRAM|$(printf '%s' "$path" | sed 's/[\\&|]/\\&/g')|" "$script")" -c "/bin/sh $command"
