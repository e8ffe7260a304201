#!/usr/bin/env python3
"""Draws what docs/latency.md speaks of from the results of one run.

bench/run --filter='^latency/' --out=RESULTS.json && bench/latency/plot.py RESULTS.json docs/latency.svg
"""
import json
import math
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
import svg

STRUCTURES = ("search", "tree", "list", "hash", "graph")
WAYS = (("dependent", 1, "dependent"), ("serial", 1, "plain loop"), ("groups", 1, "groups by hand"), ("amac", 1, "AMAC by hand"),
        ("weft", 1, "weft"), ("weft", 2, "weft, 2 threads"))
IN_FLIGHT = (("weft 4", 4), ("weft 8", 8), ("weft", 16), ("weft 32", 32))
COLOURS = ("#8d8d8d", "#b9770e", "#7d3c98", "#2e86c1", "#c0392b", "#1e8449")

STYLE = """<style>
text { font: 12px sans-serif; fill: #222 } .axis { stroke: #bbb } .title { font-weight: bold }
@media (prefers-color-scheme: dark) { text { fill: #ddd } .axis { stroke: #555 } svg { background: #181818 } }
</style>"""


def bars(median, left, top, width, height):
    """Nanoseconds a lookup, a group of bars for each structure; the scale is logarithmic."""
    scale = svg.LogScale(10, 10 ** math.ceil(math.log10(max(median.values()))), top + height, top)
    out = [svg.text(left, top - 14, "ns a lookup, structures of 1 GiB", kind="title")]
    for tick in scale.steps(10):
        out += [svg.axis(left, scale.at(tick), left + width, scale.at(tick)),
                svg.text(left - 6, scale.at(tick) + 4, f"{tick:.0f}", "end")]
    room = width / len(STRUCTURES)
    bar = room / (len(WAYS) + 1)
    for s, structure in enumerate(STRUCTURES):
        out.append(svg.text(left + room * (s + 0.5), top + height + 18, structure, "middle"))
        for w, (impl, threads, _) in enumerate(WAYS):
            value = median.get((structure, impl, threads))
            if value is None:
                continue
            y = scale.at(value)
            out.append(svg.titled(f"{structure}, {impl}: {value:.0f} ns",
                                  svg.box(left + room * s + bar * (w + 0.5), y, bar * 0.9, top + height - y, COLOURS[w])))
    for w, (_, _, name) in enumerate(WAYS):
        x = left + w * width / len(WAYS)
        out += [svg.box(x, top + height + 30, 10, 10, COLOURS[w]), svg.text(x + 14, top + height + 39, name)]
    return out


def curves(median, left, top, width, height):
    """How much faster than the plain loop, by the number of lookups in flight."""
    speed = {s: [(n, median[s, "serial", 1] / median[s, impl, 1]) for impl, n in IN_FLIGHT if (s, impl, 1) in median]
             for s in STRUCTURES if (s, "serial", 1) in median}
    most = math.ceil(max(v for points in speed.values() for _, v in points))
    x = svg.LogScale(4, 32, left, left + width)
    def y(value):
        return top + height * (1 - value / most)
    out = [svg.text(left, top - 14, "times as fast as the plain loop, by lookups in flight", kind="title")]
    for t in range(most + 1):
        out += [svg.axis(left, y(t), left + width, y(t)), svg.text(left - 6, y(t) + 4, t, "end")]
    out += [svg.text(x.at(n), top + height + 18, n, "middle") for _, n in IN_FLIGHT]
    for colour, (structure, points) in zip(COLOURS[1:], speed.items()):
        places = [(x.at(n), y(v)) for n, v in points]
        out += [svg.curve(places, colour, 2), svg.text(places[-1][0] + 6, places[-1][1] + 4, structure)]
    return out


def main(results, picture):
    with open(results) as file:
        median = {(r["case"], r["impl"], r["threads"]): r["median"] for r in json.load(file) if r["group"] == "latency"}
    needed = [(s, impl, 1) for s in STRUCTURES for impl in ("serial", *(i for i, _ in IN_FLIGHT))]
    if not all(row in median for row in needed):
        sys.exit(f"plot.py: {results} lacks rows of the group latency: run bench/run --filter='^latency/'")
    parts = bars(median, 50, 40, 600, 260) + curves(median, 730, 40, 300, 260)
    with open(picture, "w") as file:
        file.write(svg.picture(1100, 360, "Lookups: time of each, and speed by how many are in flight", [STYLE, *parts],
                               'xmlns="http://www.w3.org/2000/svg"'))


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(sys.argv[1], sys.argv[2])
