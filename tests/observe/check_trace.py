#!/usr/bin/env python3
# tests/observe/check_trace.py - runs a program that leaves a trace, checks the file against the format, and what is in it.
# SPDX-License-Identifier: MIT OR Apache-2.0
#
#   check_trace.py FILE plain|own|busy PROGRAM
import collections
import json
import os
import subprocess
import sys

import trace_format

path, kind, program = sys.argv[1:]
if os.path.exists(path):
    os.remove(path)
if kind == "own":
    subprocess.run([program, path], check=True)
else:
    subprocess.run([program], check=True, env=dict(os.environ, WEFT_TRACE=path))

with open(path, encoding="ascii") as file:
    trace = json.load(file)
faults = trace_format.faults(trace)
assert not faults, f"{len(faults)} faults, the first ones:\n" + "\n".join(faults[:20])

events = trace["traceEvents"]
threads = {e["tid"]: e["args"]["name"] for e in events if e["ph"] == "M" and e["name"] == "thread_name"}
slices = [e for e in events if e["ph"] == "X"]
count = collections.Counter(e["cat"] for e in slices)
ends = {(e["name"], e["id"], e["ph"]): e for e in events if e["ph"] in "sf"}
for name, id_, phase in list(ends):
    if phase == "s":
        count["arrow " + name] += 1
        begin, end = ends[name, id_, "s"], ends[name, id_, "f"]
        assert begin["tid"] != end["tid"] or name == "ready", begin
print(dict(count), threads, trace["otherData"])


def within(inner, outer):
    end = outer["ts"] + outer["dur"] + 0.002
    return inner["tid"] == outer["tid"] and outer["ts"] <= inner["ts"] and inner["ts"] + inner["dur"] <= end


def named(name):
    return [e for e in slices if e["name"] == name]


if kind == "plain":
    assert any(name.startswith("weft-") for name in threads.values())
    assert count["region"] >= 40 and count["job"] >= 20 and count["arrow steal"] >= 20
    assert any(e["cat"] == "region" and e["name"].startswith("plain.cpp:") for e in slices)
    assert trace["otherData"]["dropped_events"] == 0
elif kind == "own":
    assert trace["otherData"]["dropped_events"] >= 100_000
    assert 0 < count["span"] <= 32768
    assert named('a "span"')
else:
    assert trace["otherData"]["dropped_events"] == 0
    # 20 loops, 20 joins and 20 scopes, each of which two threads had to share.
    regions = collections.Counter(e["name"] for e in slices if e["cat"] == "region")
    assert sorted(n for name, n in regions.items() if name.startswith("busy.cpp:")) == [1, 20, 20], regions
    assert all(name.startswith("busy.cpp:") for name in regions), regions
    assert count["arrow steal"] >= 40, count
    assert len(named("round")) == 20 and len(named("item")) == 40
    for item in named("item"):
        assert any(within(item, e) for e in slices if e["cat"] in ("region", "job")), item
    assert count["sleep"] >= 10 and count["arrow wake"] >= 10, count
    stream = next(name for name, n in regions.items() if n == 1)
    assert named("helps " + stream)
    lock = named("blocked: fair_mutex")
    assert len(lock) == 1 and lock[0]["dur"] >= 1000 and int(lock[0]["args"]["object"], 16) != 0, lock
    assert named("blocked: blocking")[0]["dur"] >= 1000
    assert named("blocked: sync_wait")
    waits = {e["args"]["waits for"] for e in slices if e["cat"] == "task" and "args" in e}
    assert waits == {"time", "a group's end"}, waits
    assert count["arrow ready"] >= 3, count
    # The task that waits for the time pauses for as long as it sleeps: until the next slice of the same name.
    sleeper = next(e for e in slices if e.get("args", {}).get("waits for") == "time")
    later = min(e["ts"] for e in named(sleeper["name"]) if e["ts"] > sleeper["ts"])
    assert later - sleeper["ts"] >= 1000, (sleeper, later)
