#!/usr/bin/env python3
"""Checks what the house promises about its sources; prints what strays and fails if anything does.

check_sources.py ROOT
"""
import pathlib
import re
import sys

# Layer: the layers that it may include. Everyone may include base.
LAYERS = {
    "base": set(),
    "sync": set(),
    "queue": set(),
    "topology": set(),
    "simd": set(),
    "channel": {"sync", "queue"},
    "pool": {"sync", "queue", "topology"},
    "iter": {"pool", "simd", "channel", "sync"},
    "algorithm": {"iter", "pool", "simd"},
    "model": set(),
}
HEAVY = {"iostream", "functional", "future", "regex", "random", "fstream", "sstream", "iomanip", "map", "unordered_map"}
FOREIGN = re.compile(
    r"^(hwy/|hwloc|tbb/|oneapi/|benchmark/|catch2/|re2/|sys/|linux/|x86intrin|immintrin|arm_neon|windows\.h|pthread\.h|"
    r"unistd\.h|sched\.h|fcntl\.h)")
INCLUDE = re.compile(r'^\s*#\s*include\s*[<"]([^>"]+)[>"]', re.M)
ATOMIC_CALL = re.compile(
    r"(?<!\bcell_)\.(load|store|exchange|fetch_(?:add|sub|or|and|xor)|compare_exchange_(?:weak|strong))\(((?:[^()]|\([^()]*\))*)\)")
MACHINE_PATH = re.compile(r"(?<![\w.])/(?:work|home|root|tmp)/\w")

found = []


def stray(path, text, at, what):
    found.append(f"{path}:{text.count(chr(10), 0, at) + 1}: {what}")


def check_layer(path, text, layer):
    allowed = LAYERS[layer] | {"base", layer}
    for match in INCLUDE.finditer(text):
        parts = match[1].split("/")
        inner = parts[1:] if parts[0] == "weft" else parts
        if len(inner) < 2 or inner[0] not in LAYERS:
            continue
        if inner[0] not in allowed:
            stray(path, text, match.start(), f"{layer} must not include {inner[0]}: includes go downwards")
        elif inner[1] == "detail" and inner[0] != layer:
            stray(path, text, match.start(), f"{layer} includes the detail of {inner[0]}")


def check_public(path, text):
    if "#pragma once" not in text:
        stray(path, text, 0, "no #pragma once")
    for match in INCLUDE.finditer(text):
        if match[1] in HEAVY or FOREIGN.match(match[1]):
            stray(path, text, match.start(), f"<{match[1]}> does not belong into a public header")


def check_orders(path, text):
    for match in ATOMIC_CALL.finditer(text):
        name, arguments = match[1], match[2]
        if "order" in arguments or (name == "load" and arguments.strip()) or not re.search(r"atomic|order::", text):
            continue
        if name in ("load", "store", "exchange") and "order::" not in text:
            continue
        stray(path, text, match.start(), f"{name} names no memory order")


def check_named_files(path, text, root):
    for match in re.finditer(r"\b(?:tests|bench|docs|examples|src)/[\w/]+\.(?:cpp|hpp|md|py|sh)\b", text):
        if not (root / match[0]).is_file():
            stray(path, text, match.start(), f"names {match[0]}, which is not there")


def main():
    root = pathlib.Path(sys.argv[1])
    for top in ("include/weft", "src"):
        for path in sorted((root / top).rglob("*.?pp")):
            text = path.read_text()
            relative = path.relative_to(root)
            inner = path.relative_to(root / top).parts
            first = text.split("\n", 1)[0]
            wanted = str(pathlib.Path("weft", *inner) if top.startswith("include") else relative)
            if not first.startswith(f"// {wanted}"):
                stray(relative, text, 0, f"the first line does not begin with '// {wanted}'")
            if "SPDX-License-Identifier: MIT OR Apache-2.0" not in text:
                stray(relative, text, 0, "no licence line")
            if inner[0] in LAYERS:
                check_layer(relative, text, inner[0])
            if top.startswith("include"):
                check_public(relative, text)
            check_named_files(relative, text, root)
            check_orders(relative, text)
    for path in sorted(root.rglob("*")):
        relative = path.relative_to(root)
        if relative.parts[0] in (".git", "build") or not path.is_file() or path == pathlib.Path(__file__).resolve():
            continue
        try:
            text = path.read_text()
        except UnicodeDecodeError:
            continue
        for match in MACHINE_PATH.finditer(text):
            stray(relative, text, match.start(), f"names a path of one machine: {match[0]}")

    umbrella = (root / "include/weft/weft.hpp").read_text()
    for path in sorted((root / "include/weft").glob("*/*.hpp")):
        name = path.relative_to(root / "include")
        if name.parts[1] != "model" and f"#include <{name}>" not in umbrella:
            found.append(f"include/weft/weft.hpp: does not include <{name}>")

    print("\n".join(found) or "nothing strays")
    sys.exit(1 if found else 0)


if __name__ == "__main__":
    main()
