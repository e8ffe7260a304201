#!/usr/bin/env python3
"""The tables of bench/README.md from results, the losses first.

tables.py RESULTS.json [README.md]   prints what is behind its best peer, and the table of each group. With a page, puts them in place
                                     of those under their headings (### `group`); groups that have no heading get one after the last.
                                     Groups that the results lack stay as they are, but for the order of rows
tables.py --sort README.md           only puts the rows in order
"""
import collections
import json
import pathlib
import re
import sys

from report import best_peers, bounds, is_peer, rate

BY_THREADS = ["case", "unit", "threads", "weft", "best peer", "weft is better by"]
BEHIND = "Every row behind its best peer"
OF_BEHIND = ["group", "case", "unit", "threads", "weft", "best peer", "weft is better by"]
RATIO = re.compile(r"\| ([\d.]+) \[[\d.]+-[\d.]+\] \|$")


def figure(value):
    """Three digits."""
    value = float(f"{value:.3g}")
    for limit, suffix in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if value >= limit:
            return f"{value / limit:.3g}{suffix}"
    return f"{value:.3g}"


def best(rows):
    return (max if rate(rows[0]["unit"]) else min)(rows, key=lambda r: r["median"]) if rows else None


def peer_cells(ours, peers):
    peer = best([p for p in peers if p["threads"] == ours["threads"]])
    if peer is None or not ours["median"]:
        return ["", ""]
    median, low, high = bounds(ours, peer)
    return [f"{peer['impl']} {figure(peer['median'])}", f"{median:.2f} [{low:.2f}-{high:.2f}]"]


def lines_by_threads(case, rows):
    ours = sorted((r for r in rows if r["impl"] == "weft"), key=lambda r: r["threads"])
    peers = [r for r in rows if is_peer(r)]
    for r in ours:
        yield [case, r["unit"], str(r["threads"]), figure(r["median"]), *peer_cells(r, peers)]


def lines_by_case(case, rows, most):
    """With one thread, and with the most; a case that has another number says so. The peer has as many, or one if none does."""
    ours = {r["threads"]: r for r in rows if r["impl"] == "weft"}
    if not ours:
        return
    peers = [r for r in rows if is_peer(r)]
    serial = best([r for r in rows if r["impl"] == "serial"])
    alone, many = ours.get(1), ours[max(ours)] if max(ours) > 1 else None
    beside = figure(many["median"]) + ("" if many["threads"] == most else f" ({many['threads']})") if many else ""
    compared = many if many and (alone is None or any(p["threads"] == many["threads"] for p in peers)) else alone
    yield [case, next(iter(ours.values()))["unit"], figure(alone["median"]) if alone else "", beside,
           figure(serial["median"]) if serial else "", *peer_cells(compared, peers)]


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
        lines += lines_of(cells)
    return [*header_of(header), *in_order(lines)]


def lines_of(rows):
    """A line for each cells."""
    return [f"| {' | '.join(cells)} |" for cells in rows]


def header_of(names):
    return [f"| {' | '.join(names)} |", "|" + "---|" * len(names)]


def behind(results):
    """All rows of all groups whose median is worse than that of the best peer with as many threads."""
    return lines_of([c.ours["group"], c.ours["case"], c.ours["unit"], str(c.ours["threads"]), figure(c.ours["median"]),
                     f"{c.theirs['impl']} {figure(c.theirs['median'])}", f"{c.median:.2f} [{c.low:.2f}-{c.high:.2f}]"]
                    for c in best_peers(results) if c.median < 1)


def number(said):
    return float(said.rstrip("kMG")) * {"k": 1e3, "M": 1e6, "G": 1e9}.get(said[-1], 1)


def compared_cell(header, cells, ratio):
    """Threads and median of weft's in a table of cases: of those with one thread and with the most, which has that ratio?"""
    theirs = number(cells["best peer"].split(" ")[-1])
    found = []
    for name in header:
        if not name.startswith("weft, ") or not cells[name]:
            continue
        ours, own_threads = re.fullmatch(r"(\S+)(?: \((\d+)\))?", cells[name]).groups()
        better = number(ours) / theirs if rate(cells["unit"]) else theirs / number(ours)
        found.append((abs(better - ratio), own_threads or name.split(" ")[1], ours))
    return min(found)[1:]


def behind_in(group, lines):
    """The same rows, as far as the table of a group shows them."""
    header = [cell.strip() for cell in lines[0].strip("|").split("|")]
    for line in lines[2:]:
        if not (ratio := RATIO.search(line)) or float(ratio[1]) >= 1:
            continue
        cells = dict(zip(header, (cell.strip() for cell in line.strip("|").split("|"))))
        if "threads" in cells:
            threads, ours = cells["threads"], cells["weft"]
        else:
            threads, ours = compared_cell(header, cells, float(ratio[1]))
        yield f"| {group} | {cells['case']} | {cells['unit']} | {threads} | {ours} | {cells['best peer']} | {ratio[0][2:]}"


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


def table_in(lines):
    """Where the table of a part begins, and ends; None if it has none."""
    at = next((i for i, line in enumerate(lines) if line.startswith(("| case |", "| group | case |"))), None)
    if at is None:
        return None
    return at, next((i for i in range(at, len(lines)) if not lines[i].startswith("|")), len(lines))


def renewed(page, results=None):
    """The page with the tables of these results; without any, with its own in order."""
    results = results or []
    groups, most = tables(results)
    parts = sections(page)
    last = 0
    losses = None  # (the part, where its table begins and ends)
    shown = {}
    for at, (group, lines) in enumerate(parts):
        place = table_in(lines)
        if place is not None and lines[0] == f"### {BEHIND}":
            losses = (lines, place)
        if place is None or group is None:
            continue
        last = at
        begin, end = place
        mine = lines[begin:end]
        if group in groups:
            mine = table(groups[group], [cell.strip() for cell in mine[0].strip("|").split("|")], most)
        else:
            mine = mine[:2] + in_order(mine[2:])
        lines[begin:end] = mine
        shown[group] = mine
    new = [g for g in groups if g not in shown] if last else []
    for group in reversed(new):
        parts.insert(last + 1, (group, [f"### `{group}`", "", *table(groups[group], None, most), ""]))
    if losses is not None:
        lines, (begin, end) = losses
        told = {line.split(" | ")[0][2:] for line in lines[begin + 2 : end]}
        kept = [line for line in lines[begin + 2 : end] if line.split(" | ")[0][2:] not in groups]
        for group, mine in shown.items():
            if group not in groups and not told:
                kept += behind_in(group, mine)
        lines[begin:end] = [*header_of(OF_BEHIND), *in_order([*kept, *behind(results)])]
    return "\n".join(line for _, lines in parts for line in lines)


def main():
    arguments = sys.argv[1:]
    if len(arguments) == 2 and arguments[0] == "--sort":
        path = pathlib.Path(arguments[1])
        path.write_text(renewed(path.read_text()))
    elif len(arguments) in (1, 2):
        results = json.loads(pathlib.Path(arguments[0]).read_text())
        if len(arguments) == 1:
            groups, most = tables(results)
            print(f"### {BEHIND}\n\n" + "\n".join([*header_of(OF_BEHIND), *behind(results)]) + "\n")
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
