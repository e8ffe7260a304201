# tests/observe/trace_format.py - whether a trace is one: the rules of the Trace Event Format, as far as JSON viewers need them.
# SPDX-License-Identifier: MIT OR Apache-2.0
import bisect
import collections

# What an event of each phase must have beside name, ph, pid and tid.
NEEDS = {
    "X": {"ts": float, "dur": float, "cat": str},
    "B": {"ts": float, "cat": str},
    "E": {"ts": float},
    "i": {"ts": float, "s": str},
    "C": {"ts": float, "args": dict},
    "s": {"ts": float, "cat": str, "id": int},
    "f": {"ts": float, "cat": str, "id": int, "bp": str},
    "M": {"args": dict},
}
METADATA = {"process_name", "thread_name"}
ROUNDING = 0.0011  # microseconds: times have three digits after the point


def is_a(value, kind):
    if isinstance(value, bool):
        return kind is bool
    return isinstance(value, (int, float) if kind is float else kind)


def faults_of_event(e):
    if not isinstance(e, dict):
        return ["is no object"]
    found = [f"has no {k}" for k, kind in (("name", str), ("ph", str), ("pid", int), ("tid", int)) if not is_a(e.get(k), kind)]
    if e.get("ph") not in NEEDS:
        return found + ["has an unknown phase"]
    found += [f"has no {k}, or one of another kind" for k, kind in NEEDS[e["ph"]].items() if not is_a(e.get(k), kind)]
    found += [f"has a negative {k}" for k in ("ts", "dur") if is_a(e.get(k), float) and e[k] < 0]
    if "args" in e and not isinstance(e["args"], dict):
        found.append("has args that are no object")
    if e["ph"] == "M" and e.get("name") not in METADATA:
        found.append("is metadata of no known name")
    if e["ph"] == "M" and not (isinstance(e.get("args"), dict) and isinstance(e["args"].get("name"), str) and e["args"]["name"]):
        found.append("names nothing")
    if e["ph"] == "f" and e.get("bp") != "e":
        found.append("ends at the next slice instead of the one around it")
    return found


def slices_of(events):
    """The slices of each thread that lie in no other, by begin; and what is wrong with begins and ends."""
    slices = collections.defaultdict(list)
    found = []
    open_ = collections.defaultdict(list)
    for e in sorted((e for e in events if e["ph"] in "XBE"), key=lambda e: e["ts"]):
        key = e["pid"], e["tid"]
        if e["ph"] == "X":
            slices[key].append((e["ts"], e["ts"] + e["dur"], e["name"]))
        elif e["ph"] == "B":
            open_[key].append(e)
        elif not open_[key]:
            found.append(f"an end without a begin: {e}")
        else:
            begun = open_[key].pop()
            if e.get("name", begun["name"]) != begun["name"]:
                found.append(f"ends what has another name: {e}")
            slices[key].append((begun["ts"], e["ts"], begun["name"]))
    found += [f"a begin without an end: {e}" for rest in open_.values() for e in rest]
    outermost = collections.defaultdict(list)
    for key, mine in slices.items():
        mine.sort(key=lambda s: (s[0], -s[1]))
        stack = []
        for s in mine:
            while stack and stack[-1][1] <= s[0] + ROUNDING:
                stack.pop()
            if stack and s[1] > stack[-1][1] + ROUNDING:
                found.append(f"slices of thread {key[1]} overlap: {stack[-1]} and {s}")
            if not stack:
                outermost[key].append(s)
            stack.append(s)
    return outermost, found


def lies_in_one(slices, time):
    at = bisect.bisect_right(slices, time + ROUNDING, key=lambda s: s[0])
    return at != 0 and time <= slices[at - 1][1] + ROUNDING


def faults(trace):
    """What is wrong with it, a line each; empty if nothing is."""
    if not isinstance(trace, dict) or not isinstance(trace.get("traceEvents"), list):
        return ["there is no list traceEvents"]
    found = [f"an event {f}: {e}" for e in trace["traceEvents"] for f in faults_of_event(e)]
    if found:
        return found
    events = trace["traceEvents"]

    names = collections.Counter((e["pid"], e["tid"]) for e in events if e["ph"] == "M" and e["name"] == "thread_name")
    found += [f"thread {tid} has {n} names" for (pid, tid), n in names.items() if n != 1]
    threads = {(e["pid"], e["tid"]) for e in events if e["ph"] != "M"}
    found += [f"thread {tid} has no name" for pid, tid in sorted(threads - set(names))]
    processes = {e["pid"] for e in events if e["ph"] == "M" and e["name"] == "process_name"}
    found += [f"process {pid} has no name" for pid in sorted({pid for pid, tid in threads} - processes)]

    slices, wrong = slices_of(events)
    found += wrong

    arrows = collections.defaultdict(list)
    for e in events:
        if e["ph"] in "sf":
            arrows[e["cat"], e["id"]].append(e)
    for key, ends in arrows.items():
        ends.sort(key=lambda e: e["ph"] == "f")
        if [e["ph"] for e in ends] != ["s", "f"]:
            found.append(f"arrow {key} has the ends {[e['ph'] for e in ends]}")
            continue
        begin, end = ends
        if begin["name"] != end["name"]:
            found.append(f"arrow {key} has two names")
        if begin["ts"] > end["ts"]:
            found.append(f"arrow {key} goes back in time")
        for e in ends:
            if not lies_in_one(slices[e["pid"], e["tid"]], e["ts"]):
                found.append(f"arrow {key} ends in no slice: {e}")
    return found
