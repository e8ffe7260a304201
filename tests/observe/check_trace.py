#!/usr/bin/env python3
# tests/observe/check_trace.py - runs a program that leaves a trace, and checks the file as Perfetto's reader of JSON needs it.
# SPDX-License-Identifier: MIT OR Apache-2.0
#
#   check_trace.py FILE plain|own PROGRAM
import collections
import json
import os
import subprocess
import sys

path, kind, program = sys.argv[1:]
if os.path.exists(path):
    os.remove(path)
environment = dict(os.environ)
if kind == "plain":
    environment["WEFT_TRACE"] = path
    subprocess.run([program], check=True, env=environment)
else:
    subprocess.run([program, path], check=True, env=environment)

with open(path, encoding="ascii") as file:
    trace = json.load(file)
events = trace["traceEvents"]
threads = {}
arrows = collections.defaultdict(dict)
count = collections.Counter()
slices = collections.defaultdict(list)
for e in events:
    assert isinstance(e["name"], str) and isinstance(e["pid"], int) and isinstance(e["tid"], int), e
    if e["ph"] == "M":
        assert e["name"] in ("process_name", "thread_name") and e["args"]["name"], e
        if e["name"] == "thread_name":
            threads[e["tid"]] = e["args"]["name"]
        continue
    assert e["ts"] >= 0 and e["cat"], e
    if e["ph"] == "X":
        assert e["dur"] >= 0, e
        slices[e["tid"]].append((e["ts"], e["ts"] + e["dur"]))
        count[e["cat"]] += 1
    else:
        assert e["ph"] in "sf", e
        assert e["ph"] not in arrows[e["id"]], e
        arrows[e["id"]][e["ph"]] = e
for e in events:
    assert e["ph"] == "M" or e["tid"] in threads, e
for arrow in arrows.values():
    begin, end = arrow["s"], arrow["f"]
    assert begin["tid"] != end["tid"] and begin["ts"] <= end["ts"] and begin["name"] == end["name"] and end["bp"] == "e"
    count["arrow " + begin["name"]] += 1
# On each thread slices lie inside each other or apart.
for of_thread in slices.values():
    stack = []
    for begin, end in sorted(of_thread, key=lambda s: (s[0], -s[1])):
        while stack and stack[-1] <= begin + 0.0015:
            stack.pop()
        assert not stack or end <= stack[-1] + 0.0015, (begin, end, stack)
        stack.append(end)

print(dict(count), threads, trace["otherData"])
if kind == "plain":
    assert any(name.startswith("weft-") for name in threads.values())
    assert count["region"] >= 40 and count["job"] >= 20 and count["arrow steal"] >= 20
    assert any(e.get("cat") == "region" and e["name"].startswith("plain.cpp:") for e in events)
    assert trace["otherData"]["dropped_events"] == 0
else:
    assert trace["otherData"]["dropped_events"] >= 100_000
    assert 0 < count["span"] <= 32768
    assert any(e["name"] == 'a "span"' for e in events)
