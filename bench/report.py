#!/usr/bin/env python3
"""Makes one report of the results of several Google Benchmark programs.

report.py [--commit=NAME] [--against=OLDER.json]... OUT.json IN.json...
    writes OUT.json, a list of {"group","case","impl","threads","unit","median","min","max","reps"}, with a "version" where the
    program names one, and the "commit"; beside it OUT.html, a page with plots (page.py), over time if there are older results,
    the oldest first. Prints a table with the ratio peer : weft (more than 1: weft is better). Lower is better, unless the unit
    ends in "/s" and is no time, or is a share ("%").
"""
import collections
import json
import os
import statistics
import sys

NANOSECONDS = {"ns": 1, "us": 1e3, "ms": 1e6, "s": 1e9}


def rate(unit):
    return unit == "%" or (unit.endswith("/s") and not unit.startswith("ns"))


def records(paths):
    runs = collections.defaultdict(list)
    units = {}
    versions = {}
    for path in paths:
        with open(path) as file:
            text = file.read()
        if not text.strip():
            continue  # the filter left nothing of this program
        for b in json.loads(text)["benchmarks"]:
            if b.get("run_type") == "aggregate":
                continue
            group, case, impl, threads = b["run_name"].split("/")[:4]
            key = (group, case, impl, int(threads))
            nanoseconds = b["real_time"] * NANOSECONDS[b["time_unit"]]
            units[key] = b.get("label", "ns")
            if "version" in b:
                versions[key] = {"version": b["version"]}
            per = b.get("per_iteration", 1)
            runs[key].append(per / (nanoseconds * 1e-9) if rate(units[key]) else nanoseconds / per)
    return [
        dict(group=g, case=c, impl=i, threads=t, unit=units[g, c, i, t], median=statistics.median(v), min=min(v),
             max=max(v), reps=len(v), **versions.get((g, c, i, t), {}))
        for (g, c, i, t), v in runs.items()
    ]


def short(value):
    for limit, suffix in ((1e9, "G"), (1e6, "M"), (1e4, "k")):
        if value >= limit:
            return f"{value / {'G': 1e9, 'M': 1e6, 'k': 1e3}[suffix]:.4g}{suffix}"
    return f"{value:.4g}"


def bounds(ours, theirs):
    """How many times better ours is: (by the medians, and the least and most that the extremes allow)."""
    def of(a, b):
        return (a / b if rate(ours["unit"]) else b / a) if a and b else float("nan")
    low = of(ours["min"], theirs["max"]) if rate(ours["unit"]) else of(ours["max"], theirs["min"])
    high = of(ours["max"], theirs["min"]) if rate(ours["unit"]) else of(ours["min"], theirs["max"])
    return of(ours["median"], theirs["median"]), low, high


def ratio(ours, theirs):
    median, low, high = bounds(ours, theirs)
    return f"{median:.2f} [{low:.2f}-{high:.2f}]"


def change(old, new):
    """How many times as good `new` is."""
    return bounds(new, old)[0]


Comparison = collections.namedtuple("Comparison", "ours theirs median low high")


def is_peer(row):
    """Not weft, in whatever setting ("weft 8"), and not the plain loop; measured, and not 0."""
    return row["impl"].split(" ")[0] not in ("weft", "serial") and bool(row["median"])


def best_peers(rows):
    """Each case of weft's beside the best of its peers with as many threads: the losses first."""
    peers = collections.defaultdict(list)
    for r in rows:
        if is_peer(r):
            peers[r["group"], r["case"], r["threads"]].append(r)
    found = []
    for r in rows:
        theirs = peers.get((r["group"], r["case"], r["threads"]))
        if r["impl"] != "weft" or not theirs or not r["median"]:
            continue
        best = (max if rate(r["unit"]) else min)(theirs, key=lambda p: p["median"])
        compared = Comparison(r, best, *bounds(r, best))
        if compared.low > 0 and compared.high > 0:  # neither was ever 0
            found.append(compared)
    return sorted(found, key=lambda c: c.median)


def table(rows):
    cases = collections.OrderedDict()
    for r in rows:
        cases.setdefault((r["group"], r["case"]), []).append(r)
    print(f"{'group / case':34} {'impl':10} {'threads':>7} {'median':>9} {'min':>9} {'max':>9}  {'unit':9} weft is better by")
    for (group, case), members in cases.items():
        name = f"{group} / {case}"
        ours = {r["threads"]: r for r in members if r["impl"] == "weft"}
        for r in sorted(members, key=lambda r: (r["impl"] != "weft", r["impl"], r["threads"])):
            better = ""
            if r["impl"] == "serial":
                better = ", ".join(f"{ratio(o, r)} at {t}" for t, o in sorted(ours.items()))
            elif r["impl"] != "weft" and r["threads"] in ours:
                better = ratio(ours[r["threads"]], r)
            print(f"{name:34} {r['impl']:10} {r['threads']:7} {short(r['median']):>9} {short(r['min']):>9} "
                  f"{short(r['max']):>9}  {r['unit']:9} {better}")
            name = ""


def main():
    options = [a for a in sys.argv[1:] if a.startswith("--")]
    out, *paths = [a for a in sys.argv[1:] if not a.startswith("--")]
    older = [o.split("=", 1)[1] for o in options if o.startswith("--against=")]
    commit = next((o.split("=", 1)[1] for o in options if o.startswith("--commit=")), "")
    rows = records(paths)
    if commit:
        for r in rows:
            r["commit"] = commit
    with open(out, "w") as file:
        json.dump(rows, file, indent=1)
    if not rows:
        sys.exit("report.py: no results: does the filter match any benchmark?")
    table(rows)
    versions = sorted({r["version"] for r in rows if "version" in r})
    if versions:
        print("\nwith " + ", ".join(versions))
    import page  # which needs the functions above

    drawn = os.path.splitext(out)[0] + ".html"
    page.write(drawn, [*older, out])
    print(f"\n{len(rows)} results in {out}, plots in {drawn}")


if __name__ == "__main__":
    main()
