#!/usr/bin/env python3
"""Results of benchmarks as a page that needs nothing else: beside the best peer, and over time.

page.py OUT.html NOW.json [OLDER.json...]   NOW.json is what bench/run has written; the others are kept from earlier runs,
                                            the oldest first
"""
import collections
import html
import json
import os
import sys

import svg
from report import best_peers, change, short

WIDTH, LEFT, RIGHT, ROW = 900, 330, 890, 18
HEAD = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>weft benchmarks</title><style>
:root{color-scheme:light dark;--page:#fff;--text:#1c1f23;--faint:#6b727a;--line:#d5d9de;--card:#f6f7f9;
--ahead:#1b7f4b;--open:#8d959e;--behind:#c4452d;--now:#2f6fd0}
@media(prefers-color-scheme:dark){:root{--page:#15181c;--text:#e6e9ec;--faint:#99a1a9;--line:#333a42;--card:#1d2126;
--ahead:#3fb57a;--open:#7d868f;--behind:#ee6f57;--now:#6fa3f0}}
body{font:15px/1.45 system-ui,sans-serif;background:var(--page);color:var(--text);max-width:60rem;margin:2rem auto;padding:0 1rem}
h1{font-size:1.3rem}h2{font-size:1rem;margin:1.8rem 0 .3rem}svg{width:100%;height:auto;display:block}
svg text{fill:var(--faint);font:11px system-ui,sans-serif}.axis{stroke:var(--line);fill:none}.one{stroke:var(--faint)}
.small{color:var(--faint);font-size:.87rem}
.key i{display:inline-block;width:.8em;height:.8em;border-radius:2px;margin:0 .35em 0 1em}
.card{background:var(--card);border:1px solid var(--line);border-radius:8px;padding:.6rem 1rem}
</style></head><body>
"""


def cut(words, most):
    return words if len(words) <= most else words[: most - 1] + "\N{HORIZONTAL ELLIPSIS}"


def number(times):
    return f"{times:g}" if times >= 1 else f"1/{1 / times:g}"


def beside_peers(group, compared):
    """How many times better than the best peer: a bar a case, the losses first."""
    scale = svg.scale_of_factors([f for c in compared for f in (c.low, c.high)], LEFT, RIGHT)
    height = ROW * len(compared) + 22
    out = []
    for step in scale.steps(2, 8):
        out.append(svg.axis(scale.at(step), 0, scale.at(step), height - 18, "one" if step == 1 else ""))
        out.append(svg.text(min(scale.at(step), RIGHT - 6), height - 5, number(step), "middle"))
    for i, c in enumerate(compared):
        y = ROW * i + 2
        kind = "ahead" if c.low > 1 else "behind" if c.high < 1 else "open"
        threads = f", {c.ours['threads']} threads" if c.ours["threads"] != 1 else ""
        name = c.ours["case"] + threads
        title = (f"{name}: {c.median:.2f} [{c.low:.2f}-{c.high:.2f}]; weft {short(c.ours['median'])}, {c.theirs['impl']} "
                 f"{short(c.theirs['median'])} {c.ours['unit']}")
        one, there = scale.at(1), scale.at(c.median)
        low, high = scale.at(c.low), scale.at(c.high)
        out.append(svg.titled(title, svg.text(0, y + 11, cut(name, 46)),
                              svg.box(min(one, there), y, max(abs(there - one), 1), ROW - 5, f"var(--{kind})"),
                              f'<path stroke="var(--text)" fill="none" d="M{low:.1f} {y + 6.5}H{max(high, low + 1):.1f}"/>'))
    return svg.picture(WIDTH, height, f"{group} beside the best peer", out)


def over_time(group, runs, names):
    """How many times as fast as in the first run: a line a case of weft's."""
    lines = collections.defaultdict(dict)
    for at, rows in enumerate(runs):
        for r in rows:
            if r["group"] == group and r["impl"] == "weft" and r["median"]:
                lines[r["case"], r["threads"]][at] = r
    lines = {k: v for k, v in lines.items() if len(v) > 1}
    if not lines:
        return ""
    factors = {k: {at: change(v[min(v)], r) for at, r in v.items()} for k, v in lines.items()}
    scale = svg.scale_of_factors([f for v in factors.values() for f in v.values()], 130, 12)
    x = lambda at: 40 + (WIDTH - 80) * at / max(len(runs) - 1, 1)
    out = []
    for step in scale.steps(2, 8):
        out.append(svg.axis(40, scale.at(step), WIDTH - 40, scale.at(step), "one" if step == 1 else ""))
        out.append(svg.text(34, scale.at(step) + 4, number(step), "end"))
    for at, name in enumerate(names):
        out.append(svg.text(x(at), 155, cut(name, 14), "middle"))
    for (case, threads), factor_at in sorted(factors.items()):
        last = factor_at[max(factor_at)]
        kind = "behind" if last < 0.9 else "ahead" if last > 1.1 else "open"
        title = f"{case}, {threads} threads: " + ", ".join(f"{names[at]} {f:.2f}" for at, f in sorted(factor_at.items()))
        points = [(x(at), scale.at(f)) for at, f in sorted(factor_at.items())]
        dots = [f'<circle cx="{left:.1f}" cy="{top:.1f}" r="2.5" fill="var(--{kind})"/>' for left, top in points]
        out.append(svg.titled(title, svg.curve(points, f"var(--{kind})", 1.5), *dots))
    return svg.picture(WIDTH, 165, f"{group} over time", out)


def changes(runs):
    """Cases of weft's that are slower or faster than in the last run before, beyond the extremes of both; the slower first."""
    before = {(r["group"], r["case"], r["threads"]): r for r in runs[-2] if r["impl"] == "weft"}
    found = []
    for r in runs[-1]:
        old = before.get((r["group"], r["case"], r["threads"]))
        if r["impl"] != "weft" or old is None or not r["median"] or not old["median"]:
            continue
        apart = r["min"] > old["max"] or r["max"] < old["min"]
        if apart:
            found.append((change(old, r), f"{r['group']} / {r['case']}, {r['threads']} threads"))
    return sorted(found)


def page(runs, names):
    """`runs` are lists of results, the oldest first; `names` say what was measured."""
    now = runs[-1]
    compared = best_peers(now)
    out = [HEAD, "<h1>What weft costs, beside its peers</h1>\n"]
    ahead, behind = sum(c.low > 1 for c in compared), sum(c.high < 1 for c in compared)
    out.append(f'<p class="card">{html.escape(names[-1])}: of {len(compared)} cases with a peer weft is ahead in {ahead}, '
               f"behind in {behind}; in the others the bounds include 1.</p>\n")
    out.append('<p class="small key">How many times better the median of weft is than that of the best peer with as many threads '
               '(line: what the extremes of both allow):<i style="background:var(--behind)"></i>behind'
               '<i style="background:var(--open)"></i>open<i style="background:var(--ahead)"></i>ahead</p>\n')
    if len(runs) > 1:
        differ = changes(runs)
        out.append(f"<h2>Since {html.escape(names[-2])}</h2>\n<p>{len(differ)} cases differ by more than their extremes.</p><ul>\n")
        out += [f"<li>{html.escape(name)}: {factor:.2f} times as fast</li>\n" for factor, name in differ]
        out.append("</ul>\n")
    for group in dict.fromkeys(r["group"] for r in now):
        mine = [c for c in compared if c.ours["group"] == group]
        history = over_time(group, runs, names) if len(runs) > 1 else ""
        if not mine and not history:
            continue
        out.append(f"<h2>{html.escape(group)}</h2>\n")
        if mine:
            out.append(beside_peers(group, mine))
        if history:
            out.append('<p class="small">weft, how many times as fast as in the first run:</p>\n' + history)
    return "".join(out) + "</body></html>\n"


def name_of(path, rows):
    """The commit that was measured, or the file."""
    return next((r["commit"] for r in rows if "commit" in r), os.path.basename(path))


def write(out, paths):
    runs = []
    for path in paths:
        with open(path, encoding="utf-8") as file:
            runs.append(json.load(file))
    with open(out, "w", encoding="utf-8") as file:
        file.write(page(runs, [name_of(p, r) for p, r in zip(paths, runs)]))


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    write(sys.argv[1], [*sys.argv[3:], sys.argv[2]])
