#!/usr/bin/env python3
"""Checks what the house promises about its sources; prints what strays and fails if anything does.

check_sources.py ROOT
"""
import pathlib
import re
import sys

# Layer: the layers that it includes, no more and no fewer; seam and base are open to all. docs/architecture.md shows the same.
LAYERS = {
    "seam": set(),
    "base": set(),
    "sync": set(),
    "queue": set(),
    "topology": set(),
    "simd": set(),
    "channel": {"sync"},
    "pool": {"sync", "queue", "topology"},
    "iter": {"pool", "simd", "sync"},
    "algorithm": {"pool", "simd"},
    "latency": {"pool"},
    "net": {"async", "pool", "sync"},
    "observe": set(),
    "interop": {"algorithm", "async", "iter", "pool"},
    "c": {"algorithm", "channel", "iter", "pool"},
    "async": {"channel", "pool", "sync", "topology"},
    "model": set(),
}
OPEN_TO_ALL = {"seam": set(), "base": {"seam"}}  # by layer, where it is less
# What layers above use, and users do not.
SHARED_DETAIL = {"sync/detail/parking_spot.hpp", "pool/detail/short_lived.hpp", "simd/detail/sort.hpp", "simd/detail/stream_copy.hpp",
                 *("async/detail/" + name + ".hpp" for name in ("stop_state", "stopped", "strand")),
                 *("channel/detail/" + name + ".hpp" for name in ("arm", "handle_arm", "random_order", "recv_arm", "send_arm"))}
HEAVY = {"iostream", "functional", "future", "regex", "random", "fstream", "sstream", "iomanip", "map", "unordered_map"}
FOREIGN = re.compile(
    r"^(hwy/|hwloc|tbb/|oneapi/|benchmark/|catch2/|re2/|sys/|linux/|x86intrin|immintrin|arm_neon|windows\.h|pthread\.h|"
    r"unistd\.h|sched\.h|fcntl\.h)")
INCLUDE = re.compile(r'^\s*#\s*include\s*[<"]([^>"]+)[>"]', re.M)
ATOMIC_CALL = re.compile(
    r"(?<!\bcell_)\.(load|store|exchange|fetch_(?:add|sub|or|and|xor)|compare_exchange_(?:weak|strong))\(((?:[^()]|\([^()]*\))*)\)")
# A test's name: of a macro as TEST_CASE, EACH_CHANNEL; string after string.
TEST_NAME = re.compile(r'^\s*(?:(?:\w+_)?TEST_CASE(?:_\w+)?|SCENARIO|EACH_\w+)\(\s*(?:[\w:]+,\s*)?((?:"(?:[^"\\]|\\.)*"\s*)+)', re.M)
# Where CMake's lists are divided, and what Catch2 reads as a tag, a pattern or an option when ctest asks for the test.
BREAKS_DISCOVERY = re.compile(r'[;\[\]\\"]|^[\s~*-]|[\s*]$')
COLUMNS = 120  # as in .clang-format, which leaves comments alone
LAID_OUT = re.compile(r"(include/weft|src|tests|examples)/(iter|algorithm|simd)/")
LICENCE = "SPDX-License-Identifier: MIT OR Apache-2.0"
LICENCE_LINES = {f"// {LICENCE}", f"# {LICENCE}"}
TREES = ("include", "src", "tests", "bench", "examples")
MUST_NAME_LICENCE = {".hpp", ".cpp", ".h", ".rs"}
NAMED_FILE = re.compile(
    r"(?<![\w./+-])(?:tests|bench|docs|examples|src|cmake)/"
    r"(?:[\w/.-]+\.(?:cpp|hpp|h|md|py|sh|rs|cmake)|(?:\w+/)*run)\b")
NAMED_HEADER = re.compile(r"`((?:\w+/)+[\w-]+\.(?:hpp|cpp|h))`")
LINK = re.compile(r"\]\(([^)#:\s]+)\)")
MACHINE_PATH = re.compile(r"(?<![\w.])/(?:work|home|root|tmp)/\w")

found = []
edges = set()  # (layer, another one that it includes)


def stray(path, text, at, what):
    found.append(f"{path}:{text.count(chr(10), 0, at) + 1}: {what}")


def check_layer(path, text, layer):
    allowed = LAYERS[layer] | OPEN_TO_ALL.get(layer, {"seam", "base"}) | {layer}
    for match in INCLUDE.finditer(text):
        parts = match[1].split("/")
        inner = parts[1:] if parts[0] == "weft" else parts
        if len(inner) < 2 or inner[0] not in LAYERS:
            continue
        edges.add((layer, inner[0]))
        if inner[0] not in allowed:
            stray(path, text, match.start(), f"{layer} must not include {inner[0]}: includes go downwards")
        elif inner[1] == "detail" and inner[0] not in (layer, "base") and "/".join(inner) not in SHARED_DETAIL:
            stray(path, text, match.start(), f"{layer} includes the detail of {inner[0]}")


def check_public(path, text):
    if "interop" in path.parts:
        return  # whoever includes one of these has the other library anyway
    if "#pragma once" not in text and path.suffix != ".h":  # for C, which has no such thing
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


def check_layers_are_tight(root):
    """Each layer that may be included is, and the picture in docs/architecture.md shows the same."""
    for layer, allowed in LAYERS.items():
        for other in sorted(allowed):
            if (layer, other) not in edges:
                found.append(f"tests/house/check_sources.py: {layer} may include {other}, and never does")
    page = (root / "docs/architecture.md").read_text()
    for layer, allowed in LAYERS.items():
        shown = re.search(rf"^{layer} .* includes: (.*)$", page, re.M)
        names = set(shown[1].split(", ")) if shown else set()
        expected = allowed or OPEN_TO_ALL.get(layer, {"base"})
        if names != expected and not (layer in ("seam", "model") and shown is None):
            found.append(f"docs/architecture.md: {layer} includes {sorted(expected)}, not {sorted(names)}")


def check_licence(path, lines):
    """The licence has a line of its own in the comment that a file begins with: tools look for it there."""
    at = [i for i, line in enumerate(lines) if LICENCE.split(":")[0] in line]
    own = [i for i in at if lines[i] in LICENCE_LINES]
    head = next((i for i, line in enumerate(lines) if not line.startswith(("//", "#"))), len(lines))
    if path.suffix in MUST_NAME_LICENCE and not (own and own[0] < head):
        found.append(f"{path}:1: no licence line in the head")
    for i in at:
        if i < head and i not in own:
            found.append(f"{path}:{i + 1}: the licence is not a line of its own")


def check_columns(path, lines):
    for i, line in enumerate(lines):
        if len(line) > COLUMNS:
            found.append(f"{path}:{i + 1}: {len(line)} columns")


def check_named_files(path, text, root):
    """Files that a text names are there: from the root; in pages also headers from their own folders, and links."""
    text = text.split("<!-- generated -->")[0]  # check_orders_table.py looks at the rest
    for match in NAMED_FILE.finditer(text):
        if not (root / match[0]).is_file():
            stray(path, text, match.start(), f"names {match[0]}, which is not there")
    if path.suffix != ".md":
        return
    for match in NAMED_HEADER.finditer(text):
        folders = (path.parent, ".", "include", "include/weft", "src")
        if not FOREIGN.match(match[1]) and not any((root / folder / match[1]).is_file() for folder in folders):
            stray(path, text, match.start(), f"names {match[1]}, which is not there")
    for match in LINK.finditer(text):
        if not (root / path.parent / match[1]).exists():
            stray(path, text, match.start(), f"links to {match[1]}, which is not there")


def check_lines(path, text):
    """Lines of pages fit a window; those of tables, code and links cannot be broken."""
    code = False
    for number, line in enumerate(text.split("<!-- generated -->")[0].split("\n"), 1):
        if line.startswith("```"):
            code = not code
        elif not code and len(line) > 135 and not line.startswith("|") and " " in line.strip():
            found.append(f"{path}:{number}: a line of {len(line)} columns")


def check_examples(root):
    """examples/README.md lists each program, and nothing else."""
    page = (root / "examples/README.md").read_text()
    listed = set(re.findall(r"\]\(([\w/]+\.cpp)\)", page))
    there = set()
    for path in (root / "examples").glob("*/*.cpp"):
        if "\nint main(" in path.read_text() or not (path.parent / "CMakeLists.txt").is_file():
            there.add(str(path.relative_to(root / "examples")))
    for name in sorted(there ^ listed):
        found.append(f"examples/README.md: {'does not list' if name in there else 'lists'} {name}")


def check_test_names(path, text):
    for match in TEST_NAME.finditer(text):
        name = "".join(re.findall(r'"((?:[^"\\]|\\.)*)"', match[1]))
        if BREAKS_DISCOVERY.search(name):
            stray(path, text, match.start(1), f"ctest does not find a test of this name: {name}")


def main():
    root = pathlib.Path(sys.argv[1])
    for top in ("include/weft", "src"):
        for path in sorted(p for p in (root / top).rglob("*") if p.suffix in (".hpp", ".cpp", ".h")):
            text = path.read_text()
            relative = path.relative_to(root)
            inner = path.relative_to(root / top).parts
            first = text.split("\n", 1)[0]
            wanted = str(pathlib.Path("weft", *inner) if top.startswith("include") else relative)
            if not first.startswith(f"// {wanted}"):
                stray(relative, text, 0, f"the first line does not begin with '// {wanted}'")
            if inner[0] in LAYERS:
                check_layer(relative, text, inner[0])
            if top.startswith("include"):
                check_public(relative, text)
            check_orders(relative, text)
    check_layers_are_tight(root)
    check_examples(root)
    for path in sorted(root.rglob("*")):
        relative = path.relative_to(root)
        if relative.parts[0] in (".git", "build") or not path.is_file() or path == pathlib.Path(__file__).resolve():
            continue
        try:
            text = path.read_text()
        except UnicodeDecodeError:
            continue
        if relative.parts[0] == "tests" and path.suffix in (".cpp", ".hpp"):
            check_test_names(relative, text)
        if relative.parts[0] in TREES:
            check_licence(relative, text.split("\n"))
        if LAID_OUT.match(str(relative)) and relative.suffix in MUST_NAME_LICENCE:
            check_columns(relative, text.split("\n"))
        check_named_files(relative, text, root)
        if path.suffix == ".md":
            check_lines(relative, text)
        for match in MACHINE_PATH.finditer(text):
            stray(relative, text, match.start(), f"names a path of one machine: {match[0]}")

    # Everything is in an umbrella: coroutines in one of their own, since <coroutine> and what comes with it is dear, and
    # sockets, which are not to be had everywhere. What works with other libraries is included by name.
    for path in sorted((root / "include/weft").glob("*/*.hpp")):
        name = path.relative_to(root / "include")
        layer = name.parts[1]
        umbrella = f"include/weft/{layer}/{layer}.hpp" if layer in ("async", "net") else "include/weft/weft.hpp"
        if layer not in ("model", "seam", "interop") and str(path.relative_to(root)) != umbrella:
            if f"#include <{name}>" not in (root / umbrella).read_text():
                found.append(f"{umbrella}: does not include <{name}>")

    print("\n".join(found) or "nothing strays")
    sys.exit(1 if found else 0)


if __name__ == "__main__":
    main()
