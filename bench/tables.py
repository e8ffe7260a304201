#!/usr/bin/env python3
"""The tables of bench/README.md from results, the losses first.

tables.py RESULTS.json [README.md]   prints the table of each group; with a page, puts each in place of the one under its heading
                                     (### `group`); groups that the results lack stay as they are, but for the order of rows
tables.py --sort README.md           only puts the rows in order
"""
import collections
import json
import pathlib
import re
import sys

from report import bounds, rate

BY_THREADS = ["case", "unit", "threads", "weft", "best peer", "weft is better by"]
RATIO = re.compile(r"\| ([\d.]+) \[[\d.]+-[\d.]+\] \|$")


def figure(value):
    """Three digits."""
    for limit, suffix in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if value >= limit:
            return f"{value / limit:.3g}{suffix}"
    return f"{value:.3g}"


def best(rows):
    return (max if rate(rows[0]["unit"]) else min)(rows, key=lambda r: r["median"]) if rows else None


def peer_cells(ours, peers):
    peer = best([p for p in peers if p["threads"] == ours["threads"] and p["median"]])
    if peer is None or not ours["median"]:
        return ["", ""]
    median, low, high = bounds(ours, peer)
    return [f"{peer['impl']} {figure(peer['median'])}", f"{median:.2f} [{low:.2f}-{high:.2f}]"]


def lines_by_threads(case, rows):
    ours = sorted((r for r in rows if r["impl"] == "weft"), key=lambda r: r["threads"])
    peers = [r for r in rows if r["impl"] not in ("weft", "serial")]
    for r in ours:
        yield [case, r["unit"], str(r["threads"]), figure(r["median"]), *peer_cells(r, peers)]


def lines_by_case(case, rows, most):
    """With one thread, and with the most; a case that has another number says so."""
    ours = {r["threads"]: r for r in rows if r["impl"] == "weft"}
    if not ours:
        return
    peers = [r for r in rows if r["impl"] not in ("weft", "serial")]
    serial = best([r for r in rows if r["impl"] == "serial"])
    alone, many = ours.get(1), ours[max(ours)] if max(ours) > 1 else None
    beside = figure(many["median"]) + ("" if many["threads"] == most else f" ({many['threads']})") if many else ""
    yield [case, next(iter(ours.values()))["unit"], figure(alone["median"]) if alone else "", beside,
           figure(serial["median"]) if serial else "", *peer_cells(many or alone, peers)]


def in_order(lines):
    """The losses first; at the end what has no peer."""
    def place(line):
        ratio = RATIO.search(line)
        return (ratio is None, float(ratio[1]) if ratio else 0)
    return sorted(lines, key=place)


def table(rows, header, most):
    """The table of one group, in the shape of a header; None: that of cases."""
    cases = collections.OrderedDict()
    for r in rows:
        cases.setdefault(r["case"], []).append(r)
    if header != BY_THREADS:
        header = ["case", "unit", "weft, 1", f"weft, {most}", "serial", "best peer", "weft is better by"]
    lines = []
    for case, members in cases.items():
        cells = lines_by_threads(case, members) if header == BY_THREADS else lines_by_case(case, members, most)
        lines += [f"| {' | '.join(line)} |" for line in cells]
    return [f"| {' | '.join(header)} |", "|" + "---|" * len(header), *in_order(lines)]


def tables(results):
    groups = collections.OrderedDict()
    for r in results:
        groups.setdefault(r["group"], []).append(r)
    processors = collections.Counter(r["threads"] for r in results if r["threads"] > 1)
    return groups, processors.most_common(1)[0][0] if processors else 1


def sections(page):
    """(group or None, lines) of each part of a page between headings."""
    parts = [(None, [])]
    for line in page.split("\n"):
        if line.startswith("#"):
            group = re.match(r"### `(\w+)`", line)
            parts.append((group[1] if group else None, []))
        parts[-1][1].append(line)
    return parts


def renewed(page, results=None):
    """The page with the tables of these results; without any, with its own in order."""
    groups, most = tables(results or [])
    out = []
    for group, lines in sections(page):
        at = next((i for i, line in enumerate(lines) if group and line.startswith("| case |")), None)
        if at is None:
            out += lines
            continue
        end = next((i for i in range(at, len(lines)) if not lines[i].startswith("|")), len(lines))
        mine = lines[at:end]
        if group in groups:
            mine = table(groups[group], [cell.strip() for cell in mine[0].strip("|").split("|")], most)
        else:
            mine = mine[:2] + in_order(mine[2:])
        out += lines[:at] + mine + lines[end:]
    return "\n".join(out)


def main():
    arguments = sys.argv[1:]
    if len(arguments) == 2 and arguments[0] == "--sort":
        path = pathlib.Path(arguments[1])
        path.write_text(renewed(path.read_text()))
    elif len(arguments) in (1, 2):
        results = json.loads(pathlib.Path(arguments[0]).read_text())
        if len(arguments) == 1:
            groups, most = tables(results)
            for group, rows in groups.items():
                print(f"### `{group}`\n\n" + "\n".join(table(rows, None, most)) + "\n")
            return
        path = pathlib.Path(arguments[1])
        path.write_text(renewed(path.read_text(), results))
        print("Now renew the summary: tests/house/check_figures.py . --write")
    else:
        sys.exit(__doc__)


if __name__ == "__main__":
    main()
