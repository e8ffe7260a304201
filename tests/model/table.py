#!/usr/bin/env python3
# tests/model/table.py - puts the output of mutations into a page: sections of files are replaced, totals are made anew.
# SPDX-License-Identifier: MIT OR Apache-2.0
#
# table.py PAGE OUTPUT...    What no output speaks of stays as it is in the page.
import pathlib
import re
import sys

MARK = "<!-- generated -->"
HEAD = "| line | operation | order | weakened to | |\n|---|---|---|---|---|\n"


def read(text, rows, unreached):
    """Adds the sections of a table, and the lines that are not reached, to what is known by file."""
    name = None
    fresh = {}
    missed = {}
    for line in text.splitlines():
        if line.startswith("### "):
            name = line[4:].strip()
            fresh[name] = []
            missed[name] = []
        elif re.match(r"\| \d+ \|", line) and name is not None:
            fresh[name].append(line)
        elif found := re.fullmatch(r"- (\S+):(\d+)", line):
            missed.setdefault(found[1], []).append(int(found[2]))
    rows.update(fresh)
    unreached.update(missed)


def written(rows, unreached):
    out = []
    bare = []
    killed = survive = 0
    for name in sorted(rows):
        out.append(f"\n### {name}\n\n{HEAD}" + "".join(row + "\n" for row in rows[name]))
        for row in rows[name]:
            cells = [cell.strip() for cell in row.strip("|").split("|")]
            if "**survives**" not in row:
                killed += 1
                continue
            survive += 1
            if cells[-1] == "**survives**":
                bare.append(f"{name}:{cells[0]} {cells[1]}, {cells[3]}")
    missed = [f"{name}:{line}" for name in sorted(unreached) for line in sorted(unreached[name])]
    out.append(
        f"\n{killed + survive} mutants: {killed} killed, {survive} survive, {len(bare)} of these without a reason in "
        f"the source. {len(missed)} lines with an order are not reached, and do not say why.\n"
    )
    for title, entries in (("Survivors without a reason:", bare), ("Orders that no scenario reaches:", missed)):
        if entries:
            out.append(f"\n{title}\n\n" + "".join(f"- {entry}\n" for entry in entries))
    return "".join(out)


def main():
    page = pathlib.Path(sys.argv[1])
    text = page.read_text()
    head, _, old = text.partition(MARK)
    rows, unreached = {}, {}
    read(old, rows, unreached)
    for output in sys.argv[2:]:
        read(pathlib.Path(output).read_text(), rows, unreached)
    page.write_text(head + MARK + "\n" + written(rows, unreached))


if __name__ == "__main__":
    main()
