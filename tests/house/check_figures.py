#!/usr/bin/env python3
# tests/house/check_figures.py - a figure that is quoted twice is one figure.
# SPDX-License-Identifier: MIT OR Apache-2.0
#
# check_figures.py ROOT [--write]    --write: makes the first table of bench/README.md anew from the tables below it
import pathlib
import re
import sys

WORDS = {word: n for n, word in enumerate("zero one two three four five six seven eight nine ten eleven twelve".split())}

# What is quoted: where, and as what. The first place is where it comes from; the others round it, or say it in a word.
FIGURES = {
    "a join, ns": [
        ("bench/README.md", r"^\| fib \| ns/join \| ([\d.]+) \|"),
        ("bench/README.md", r"\*\*A join is a call and a half\*\*: ([\d.]+) ns"),
        ("README.md", r"(\d+) ns\s+a\s+join"),
        ("include/weft/pool/join.hpp", r"that is not taken, about (\d+) ns"),
    ],
    "the call that a join is compared with, ns": [
        ("bench/README.md", r"^\| fib \| ns/join \|(?: [\d.]+ \|){2} ([\d.]+) \|"),
        ("bench/README.md", r"against ([\d.]+) ns for a call"),
    ],
    "a loop, ns": [
        ("bench/README.md", r"\*\*A loop costs about (\d+) ns"),
        ("README.md", r"(\d+) ns a loop"),
    ],
    "a task of a scope, ns": [
        ("bench/README.md", r"costs (\d+) ns a task"),
        ("include/weft/pool/scope.hpp", r"Cost:   about (\d+) ns: one or two locked"),
        ("include/weft/pool/scope.hpp", r"Cost:     about (\d+) ns a task"),
    ],
    "elements of a block of sums": [
        ("include/weft/simd/reduce.hpp", r"simd_block = (\d+)"),
        ("docs/simd.md", r"Blocks of ([\d,]+) numbers"),
    ],
    "threads of a pool at most": [
        ("include/weft/pool/pool_options.hpp", r"At most (\d+)"),
        ("include/weft/pool/thread_pool.hpp", r"more than (\d+) threads"),
        ("include/weft/pool/test_pool.hpp", r"more than (\d+) threads"),
        ("docs/from_rayon.md", r"`max_num_threads` \| \((\d+),"),
    ],
    "tasks that yield_now runs one on top of the other": [
        ("include/weft/pool/spawn.hpp", r"on top of each other, (\d+) deep"),
        ("docs/architecture.md", r"at most (\d+) of them, one on top of the other"),
    ],
}
GLANCE = "| group | cases with a peer | ahead | open | behind | ratio |\n|---|---|---|---|---|---|\n"


def value(text):
    text = text.replace(",", "")
    return float(WORDS[text]) if text in WORDS else float(text)


def same(exact, quoted):
    """Whether `quoted` is `exact`, rounded to as many digits as it has."""
    digits = len(quoted.replace(",", "").replace(".", "").lstrip("0"))
    if quoted in WORDS:
        return exact == value(quoted)
    return exact == value(quoted) or float(f"{exact:.{digits}g}") == value(quoted)


def places(root):
    """(what, figure, its origin, place, pattern) of all that is quoted."""
    seams = len(list((root / "include/weft/model/seams/weft/seam").glob("*.hpp")))
    for page in ("docs/architecture.md", "docs/memory_orders.md"):
        yield "headers that are seams", str(seams), "include/weft/model/seams", page, r"through (\w+) headers"
    for name, (first, *others) in FIGURES.items():
        found = re.search(first[1], (root / first[0]).read_text(), re.M)
        if found is None:
            yield name, None, first[0], first[0], first[1]
            continue
        for place, pattern in others:
            yield name, found[1], first[0], place, pattern


def glance(page):
    """The first table: how the cases of each group went, from the tables of the figures."""
    rows = []
    for section in re.split(r"^### `", page, flags=re.M)[1:]:
        group = section.split("`")[0]
        ratios = [tuple(map(float, r)) for r in re.findall(r"\| ([\d.]+) \[([\d.]+)-([\d.]+)\] \|$", section, re.M)]
        if not ratios:
            continue
        ahead = sum(low > 1 for _, low, _ in ratios)
        behind = sum(high < 1 for _, _, high in ratios)
        medians = sorted(r[0] for r in ratios)
        middle = medians[len(medians) // 2] if len(medians) % 2 else sum(medians[len(medians) // 2 - 1 :][:2]) / 2
        rows.append(f"| `{group}` | {len(ratios)} | {ahead} | {len(ratios) - ahead - behind} | {behind} | "
                    f"{medians[0]:.2f}, {middle:.2f}, {medians[-1]:.2f} |\n")
    return GLANCE + "".join(rows)


def main():
    root = pathlib.Path(sys.argv[1])
    wrong = []
    for name, exact, origin, place, pattern in places(root):
        found = re.search(pattern, (root / place).read_text(), re.M)
        if found is None:
            wrong.append(f"{place}: {name}: nothing matches {pattern}")
        elif exact is not None and not same(value(exact), found[1]):
            wrong.append(f"{place}: {name} is {exact} in {origin}, and {found[1]} here")
    page = root / "bench/README.md"
    text = page.read_text()
    table = glance(text)
    if table not in text:
        wrong.append(f"bench/README.md: the first table is not that of the tables below (check_figures.py ROOT --write):\n{table}")
        if "--write" in sys.argv[2:]:
            page.write_text(re.sub(re.escape(GLANCE) + r"(?:\|.*\n)*", lambda _: table, text))
    print("\n".join(wrong) or "what is quoted twice is the same")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
