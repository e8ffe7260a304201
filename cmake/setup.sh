#!/bin/sh
# Installs what weft's scripts need on Debian: cmake/setup.sh build|tests|examples|bench ...
# As root or with sudo it installs what is missing; otherwise it says what is missing, and how to get it.
set -eu

packages_of() {
    case $1 in
    build) echo g++ cmake ninja-build ccache pkg-config libhwloc-dev libhwy-dev ;;
    tests) echo catch2 python3 libasio-dev zlib1g-dev ;;
    examples) echo libtbb-dev libre2-dev libasio-dev zlib1g-dev ;;
    cluster) echo libopenmpi-dev openmpi-bin ;;
    bench) echo libtbb-dev libbenchmark-dev libre2-dev libboost-dev libconcurrentqueue-dev libasio-dev libuv1-dev libboost-fiber-dev wrk python3 ;;
    rust) echo cargo rustc librust-crossbeam-dev librust-rayon-dev librust-tokio-dev ;;
    aarch64) echo g++-aarch64-linux-gnu qemu-user ;;
    clang) echo clang ;;
    clang19) echo clang-19 ;;
    module) echo clang-19 clang-tools-19 ;;
    libcxx) echo clang-19 libc++-19-dev libc++abi-19-dev ;;
    windows) echo g++-mingw-w64-x86-64-posix wine wine64 ;;
    cpus) echo qemu-user ;;
    lint) echo clang-format-19 clang-tidy-19 ;;
    *) echo "setup.sh: there is no group '$1'" >&2; exit 2 ;;
    esac
}

[ $# -gt 0 ] || { echo "usage: cmake/setup.sh GROUP..., GROUP one of build tests examples cluster bench rust aarch64 clang clang19 libcxx module windows cpus lint" >&2; exit 2; }

cd "$(dirname "$0")/.."

# Highway for 64-bit ARM, beside this machine's own: unpacked, not installed, into build/aarch64-root.
unpack_arm_libraries() {
    root=$PWD/build/aarch64-root
    [ ! -d "$root/usr/include/hwy" ] || return 0
    mkdir -p "$root/lists/partial" "$root/cache/archives/partial"
    set -- -q -o APT::Architectures::=arm64 -o Dir::State::Lists="$root/lists" -o Dir::Cache="$root/cache"
    (
        cd "$root" && apt-get "$@" update && apt-get "$@" download libhwy-dev:arm64 libhwy1:arm64 &&
            for package in *.deb; do dpkg -x "$package" . || exit 1; done
    ) >&2 || echo "setup.sh: Highway for 64-bit ARM is not available here: plain loops are tested in place of its kernels" >&2
    rm -rf "$root/lists" "$root/cache" "$root"/*.deb
}

wanted=''
for group in build "$@"; do wanted="$wanted $(packages_of "$group")"; done

if ! command -v dpkg-query >/dev/null; then
    echo "setup.sh: this is no Debian system; make sure that these, or their equivalents, are installed:$wanted" >&2
    exit 0
fi

missing=''
for package in $wanted; do
    dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null | grep -qx installed || missing="$missing $package"
done
case " $* " in *' aarch64 '*) unpack_arm_libraries ;; esac
[ -n "$missing" ] || exit 0

if [ "$(id -u)" -eq 0 ]; then
    as_root=''
elif command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
    as_root='sudo'
else
    echo "setup.sh: these packages are missing:$missing" >&2
    echo "setup.sh: install them with:  sudo apt-get install -y$missing" >&2
    exit 1
fi

echo "setup.sh: installing$missing"
# shellcheck disable=SC2086  # a list of packages
{
    DEBIAN_FRONTEND=noninteractive $as_root apt-get install -y --no-install-recommends $missing ||
        { $as_root apt-get update && DEBIAN_FRONTEND=noninteractive $as_root apt-get install -y --no-install-recommends $missing; }
} >&2
