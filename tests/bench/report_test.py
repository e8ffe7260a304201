#!/usr/bin/env python3
# tests/bench/report_test.py - tables and plots of benchmarks whose figures are made up: who is ahead is known.
# SPDX-License-Identifier: MIT OR Apache-2.0
#
#   report_test.py FOLDER    leaves now.html there
import json
import os
import pathlib
import re
import subprocess
import sys
import xml.etree.ElementTree as xml

BENCH = pathlib.Path(__file__).resolve().parents[2] / "bench"
sys.path.insert(0, str(BENCH))
import page
import report
import tables

folder = pathlib.Path(sys.argv[1])


def runs(name, medians, label="ns/item"):
    """Three repetitions of a benchmark, as Google Benchmark tells them; a rate is told by its time."""
    for value in (medians * 0.99, medians, medians * 1.01):
        time = 1e9 / value if label.endswith("/s") else value
        yield {"run_name": name, "run_type": "iteration", "real_time": time, "time_unit": "ns", "label": label}


def measured(file, weft_fib):
    benchmarks = [
        *runs("join/fib/weft/1", 4), *runs("join/fib/weft/2", weft_fib), *runs("join/fib/serial/1", 3),
        *runs("join/fib/tbb/2", 8), *runs("join/fib/other/2", 16),       # 8 : weft_fib
        *runs("join/tree/weft/1", 10), *runs("join/tree/weft/2", 10), *runs("join/tree/tbb/2", 5),    # 0.5
        *runs("join/level/weft/2", 10), *runs("join/level/tbb/2", 10),   # 1
        *runs("join/alone/weft/2", 10), *runs("join/alone/weft 8/2", 1),  # no peer: another setting of ours is none
        *runs("by_hand/hash/weft/1", 10), *runs("by_hand/hash/weft/2", 5), *runs("by_hand/hash/amac/1", 8),  # 0.8, on one thread
        *runs("sort/<u32> & more/weft/2", 3e9, "items/s"), *runs("sort/<u32> & more/std/2", 1e9, "items/s"),  # 3
        {"run_name": "join/fib/weft/2", "run_type": "aggregate", "real_time": 1e9, "time_unit": "ns"},
    ]
    with open(folder / file, "w", encoding="utf-8") as out:
        json.dump({"benchmarks": benchmarks}, out)


def reported(out, raw, *options):
    done = subprocess.run([sys.executable, BENCH / "report.py", *options, folder / out, folder / raw], capture_output=True,
                          text=True, check=True)
    with open(folder / out, encoding="utf-8") as file:
        return json.load(file), done.stdout


measured("raw_old.json", 4)
measured("raw_now.json", 2)
old, _ = reported("old.json", "raw_old.json", "--commit=aaaaaaa")
now, said = reported("now.json", "raw_now.json", "--commit=bbbbbbb", f"--against={folder / 'old.json'}")

assert {r["commit"] for r in now} == {"bbbbbbb"} and {r["reps"] for r in now} == {3}
assert re.search(r"tbb +2 +8 .* 4\.00 \[3\.92-4\.08\]$", said, re.M), said

# The losses first; the best of the peers; rates the other way round.
compared = report.best_peers(now)
assert [(c.ours["case"], c.theirs["impl"], round(c.median, 2)) for c in compared] == [
    ("tree", "tbb", 0.5), ("hash", "amac", 0.8), ("level", "tbb", 1.0), ("<u32> & more", "std", 3.0), ("fib", "tbb", 4.0)], compared

text = (folder / "now.html").read_text(encoding="utf-8")
assert "of 5 cases with a peer weft is ahead in 2, behind in 2" in text
assert "Since aaaaaaa" in text and "join / fib, 2 threads: 2.00 times as fast" in text and "1 cases differ" in text
assert "&lt;u32&gt; &amp; more" in text and "<u32>" not in text
plots = dict(re.findall(r'aria-label="([^"]*)">(.*?)</svg>', text, re.S))
assert set(plots) == {group + what for what in (" beside the best peer", " over time") for group in ("join", "by_hand", "sort")}, plots
bars = re.findall(r'<title>(\w+), 2 threads: .*?<rect x="([\d.]+)" y="[\d.]+" width="([\d.]+)" height="[\d.]+" fill="var\(--(\w+)\)"',
                  plots["join beside the best peer"], re.S)
kinds = {name: kind for name, x, width, kind in bars}
assert [b[0] for b in bars] == ["tree", "level", "fib"], bars
assert kinds == {"tree": "behind", "level": "open", "fib": "ahead"}, kinds
x = {name: (float(left), float(width)) for name, left, width, kind in bars}
octave = x["tree"][1]  # from a half to 1
assert abs(x["fib"][1] - 2 * octave) < 0.2, x  # from 1 to 4
assert abs(x["tree"][0] + octave - x["fib"][0]) < 0.2, x  # both begin at 1
assert "fib, 2 threads: aaaaaaa 1.00, bbbbbbb 2.00" in plots["join over time"]
assert page.page([now], ["only one"]).count("over time") == 0

# A table, and one in place of an older one: the prose stays.
made = tables.table([r for r in now if r["group"] == "join"], None, 2)
assert tables.figure(999_999) == "1M" and tables.figure(5090) == "5.09k"
assert made[0] == "| case | unit | weft, 1 | weft, 2 | serial | best peer | weft is better by |"
assert made[2:] == [
    "| tree | ns/item | 10 | 10 |  | tbb 5 | 0.50 [0.49-0.51] |",
    "| level | ns/item |  | 10 |  | tbb 10 | 1.00 [0.98-1.02] |",
    "| fib | ns/item | 4 | 2 | 3 | tbb 8 | 4.00 [3.92-4.08] |",
    "| alone | ns/item |  | 10 |  |  |  |"], made
before = """# Page

### `join`

Prose | with a bar.

| case | unit | threads | weft | best peer | weft is better by |
|---|---|---|---|---|---|
| gone | ns | 1 | 1 | tbb 1 | 1.00 [1.00-1.00] |

More prose.

### `kept`

| case | unit | weft, 1 | weft, 2 | serial | best peer | weft is better by |
|---|---|---|---|---|---|---|
| good | ns | 1 | 1 |  | tbb 2 | 2.00 [2.00-2.00] |
| none | ns | 1 | 1 |  |  |  |
| bad | ns | 1 | 1 |  | tbb 0.5 | 0.50 [0.50-0.50] |

## End
"""
join = [r for r in now if r["group"] == "join"]
after = tables.renewed(before, join)
assert re.findall(r"^\| (\w+) \|", after, re.M) == [
    "case", "tree", "level", "fib", "fib", "tree", "alone", "case", "bad", "good", "none"], after
assert "| fib | ns/item | 2 | 2 | tbb 8 | 4.00 [3.92-4.08] |" in after and "| fib | ns/item | 1 | 4 |  |  |" in after
prose = [[line for line in text.split("\n") if not line.startswith("|")] for text in (before, after)]
assert prose[0] == prose[1]
assert tables.renewed(after, join) == after
# What is behind: from the results, and for groups that they lack from what stands there already.
assert tables.table([r for r in now if r["group"] == "by_hand"], None, 2)[2:] == [
    "| hash | ns/item | 10 | 5 |  | amac 8 | 0.80 [0.78-0.82] |"]
losses = f"### {tables.BEHIND}\n\nProse.\n\n" + "\n".join(tables.header_of(tables.OF_BEHIND)) + "\n\n"


def behind_rows(page):
    part = page.split(f"### {tables.BEHIND}\n")[1].split("\n#")[0]
    return [line for line in part.split("\n") if line.startswith("| ")][1:]


join_row = "| join | tree | ns/item | 2 | 10 | tbb 5 | 0.50 [0.49-0.51] |"
hash_row = "| by_hand | hash | ns/item | 1 | 10 | amac 8 | 0.80 [0.78-0.82] |"
kept_row = "| kept | bad | ns | 2 | 1 | tbb 0.5 | 0.50 [0.50-0.50] |"
whole = before.replace("# Page\n\n", "# Page\n\n" + losses).replace("| 1 | 1 |  | tbb 0.5", "| 9 | 1 |  | tbb 0.5")
assert behind_rows(tables.renewed(whole)) == [kept_row], behind_rows(tables.renewed(whole))
first = tables.renewed(whole, now)
assert behind_rows(first) == [kept_row, join_row, hash_row], behind_rows(first)
assert [g for g, _ in tables.sections(first) if g] == ["join", "kept", "by_hand", "sort"]  # new ones after the last
assert "| hash | ns/item | 10 | 5 |  | amac 8 | 0.80 [0.78-0.82] |" in first and first.endswith("\n## End\n")
# Another run, in which the tree is better than its peer: its row goes, those of other groups stay.
better = [{**r, **{k: r[k] / 4 for k in ("median", "min", "max")}} if (r["case"], r["impl"]) == ("tree", "weft") else r
          for r in now if r["group"] == "join"]
assert behind_rows(tables.renewed(first, better)) == [kept_row, hash_row]
assert tables.renewed(first, now) == first and tables.renewed(first) == first
printed = subprocess.run([sys.executable, BENCH / "tables.py", folder / "now.json"], capture_output=True, text=True, check=True).stdout
assert behind_rows(printed) == [join_row, hash_row] and "### `sort`" in printed, printed
readme = (BENCH / "README.md").read_text(encoding="utf-8")
assert tables.renewed(readme) == readme, "bench/README.md does not show the losses first: bench/tables.py --sort bench/README.md"

# The picture of docs/latency.md, drawn with the same pieces: a bar of 1,000 ns on a scale from 10 to 10,000 is twice one of 100.
ways = {"dependent": 1000, "serial": 100, "groups": 100, "amac": 100, "weft": 50, "weft 4": 100, "weft 8": 50, "weft 32": 25}
rows = [{"group": "latency", "case": c, "impl": i, "threads": 1, "median": v + (c == "graph" and i == "dependent")}
        for c in ("search", "tree", "list", "hash", "graph") for i, v in ways.items()]
(folder / "latency.json").write_text(json.dumps(rows), encoding="utf-8")
subprocess.run([sys.executable, BENCH / "latency/plot.py", folder / "latency.json", folder / "latency.svg"], check=True)
space = "{http://www.w3.org/2000/svg}"
drawn = xml.parse(folder / "latency.svg").getroot()
height = {g.find(space + "title").text: float(g.find(space + "rect").get("height")) for g in drawn.iter(space + "g")}
assert abs(height["tree, dependent: 1000 ns"] - 2 * height["tree, serial: 100 ns"]) < 0.2, height
lines = [[[float(n) for n in p.split(",")] for p in curve.get("points").split()] for curve in drawn.iter(space + "polyline")]
assert len(lines) == 5 and all(len(points) == 4 for points in lines)
left, top = lines[0][0][0], [y for x, y in lines[0]]
assert [round((x - left) / 100) for x, y in lines[0]] == [0, 1, 2, 3], lines[0]  # 4, 8, 16, 32 in flight
assert abs((top[0] - top[3]) / (top[0] - top[1]) - 3) < 0.01, lines[0]  # 1, 2, 2, 4 times as fast
os.remove(folder / "raw_old.json")
print("tables and plots say what is known")
