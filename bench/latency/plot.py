#!/usr/bin/env python3
"""Draws what docs/latency.md speaks of from the results of one run.

bench/run --filter='^latency/' --out=RESULTS.json && bench/latency/plot.py RESULTS.json docs/latency.svg
"""
import json
import math
import sys

STRUCTURES = ("search", "tree", "list", "hash", "graph")
WAYS = (("dependent", 1, "dependent"), ("serial", 1, "plain loop"), ("groups", 1, "groups by hand"), ("amac", 1, "AMAC by hand"),
        ("weft", 1, "weft"), ("weft", 2, "weft, 2 threads"))
IN_FLIGHT = (("weft 4", 4), ("weft 8", 8), ("weft", 16), ("weft 32", 32))
COLOURS = ("#8d8d8d", "#b9770e", "#7d3c98", "#2e86c1", "#c0392b", "#1e8449")

STYLE = """<style>
text { font: 12px sans-serif; fill: #222 } .axis { stroke: #bbb } .title { font-weight: bold }
@media (prefers-color-scheme: dark) { text { fill: #ddd } .axis { stroke: #555 } svg { background: #181818 } }
</style>"""


def text(x, y, words, anchor="start", kind=""):
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" class="{kind}">{words}</text>'


def line(x1, y1, x2, y2):
    return f'<line class="axis" x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"/>'


def bars(median, left, top, width, height):
    """Nanoseconds a lookup, a group of bars for each structure; the scale is logarithmic."""
    least, most = 10, 10 ** math.ceil(math.log10(max(median.values())))
    def y(value):
        return top + height * (1 - math.log(value / least) / math.log(most / least))
    out = [text(left, top - 14, "ns a lookup, structures of 1 GiB", kind="title")]
    tick = least
    while tick <= most:
        out += [line(left, y(tick), left + width, y(tick)), text(left - 6, y(tick) + 4, tick, "end")]
        tick *= 10
    room = width / len(STRUCTURES)
    bar = room / (len(WAYS) + 1)
    for s, structure in enumerate(STRUCTURES):
        out.append(text(left + room * (s + 0.5), top + height + 18, structure, "middle"))
        for w, (impl, threads, _) in enumerate(WAYS):
            value = median.get((structure, impl, threads))
            if value is None:
                continue
            out.append(f'<rect x="{left + room * s + bar * (w + 0.5):.1f}" y="{y(value):.1f}" width="{bar * 0.9:.1f}" '
                       f'height="{top + height - y(value):.1f}" fill="{COLOURS[w]}"><title>{structure}, {impl}: '
                       f'{value:.0f} ns</title></rect>')
    for w, (_, _, name) in enumerate(WAYS):
        x = left + w * width / len(WAYS)
        out += [f'<rect x="{x:.1f}" y="{top + height + 30}" width="10" height="10" fill="{COLOURS[w]}"/>',
                text(x + 14, top + height + 39, name)]
    return out


def curves(median, left, top, width, height):
    """How much faster than the plain loop, by the number of lookups in flight."""
    speed = {s: [(n, median[s, "serial", 1] / median[s, impl, 1]) for impl, n in IN_FLIGHT if (s, impl, 1) in median]
             for s in STRUCTURES if (s, "serial", 1) in median}
    most = math.ceil(max(v for points in speed.values() for _, v in points))
    def x(n):
        return left + width * math.log2(n / 4) / 3
    def y(value):
        return top + height * (1 - value / most)
    out = [text(left, top - 14, "times as fast as the plain loop, by lookups in flight", kind="title")]
    out += [line(left, y(t), left + width, y(t)) + text(left - 6, y(t) + 4, t, "end") for t in range(most + 1)]
    out += [text(x(n), top + height + 18, n, "middle") for _, n in IN_FLIGHT]
    for colour, (structure, points) in zip(COLOURS[1:], speed.items()):
        path = " ".join(f"{x(n):.1f},{y(v):.1f}" for n, v in points)
        out += [f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>',
                text(x(points[-1][0]) + 6, y(points[-1][1]) + 4, structure)]
    return out


def main(results, picture):
    with open(results) as file:
        median = {(r["case"], r["impl"], r["threads"]): r["median"] for r in json.load(file) if r["group"] == "latency"}
    needed = [(s, impl, 1) for s in STRUCTURES for impl in ("serial", *(i for i, _ in IN_FLIGHT))]
    if not all(row in median for row in needed):
        sys.exit(f"plot.py: {results} lacks rows of the group latency: run bench/run --filter='^latency/'")
    parts = bars(median, 50, 40, 600, 260) + curves(median, 730, 40, 300, 260)
    with open(picture, "w") as file:
        file.write('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1100 360" role="img" aria-label="Lookups: time of each, '
                   'and speed by how many are in flight">\n' + STYLE + "\n" + "\n".join(parts) + "\n</svg>\n")


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(sys.argv[1], sys.argv[2])
