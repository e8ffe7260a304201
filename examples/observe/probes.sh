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
where=$(ldd "$1" | awk '/libweft\.so/ { print $3 }')
where=${where:-$(realpath "$1")}
readelf -n "$where" 2>/dev/null | grep -q 'Provider: weft' || missing "$where has no probes: build weft where sys/sdt.h is"
[ "$(id -u)" = 0 ] || missing "bpftrace needs root"

program=$(sed "s|PROGRAM|$where|" "$script")
command=$*
WEFT_PROBES=1 exec bpftrace -e "$program" -c "$command"
