#!/usr/bin/env python3
# tests/observe/trace_format_test.py - trace_format.py finds each fault in a trace that has it, and none in one that has none.
# SPDX-License-Identifier: MIT OR Apache-2.0
import copy

import trace_format

GOOD = {
    "traceEvents": [
        {"ph": "M", "name": "process_name", "pid": 7, "tid": 0, "args": {"name": "weft"}},
        {"ph": "M", "name": "thread_name", "pid": 7, "tid": 1, "args": {"name": "main"}},
        {"ph": "M", "name": "thread_name", "pid": 7, "tid": 2, "args": {"name": "weft-0"}},
        {"ph": "X", "name": "outer", "cat": "region", "pid": 7, "tid": 1, "ts": 0.0, "dur": 10},
        {"ph": "X", "name": "inner", "cat": "region", "pid": 7, "tid": 1, "ts": 2, "dur": 3.5},
        {"ph": "B", "name": "job", "cat": "job", "pid": 7, "tid": 2, "ts": 4},
        {"ph": "E", "name": "job", "pid": 7, "tid": 2, "ts": 6},
        {"ph": "s", "name": "steal", "cat": "steal", "id": 1, "pid": 7, "tid": 1, "ts": 4},
        {"ph": "f", "name": "steal", "cat": "steal", "id": 1, "bp": "e", "pid": 7, "tid": 2, "ts": 4},
    ]
}


def with_(index, **changes):
    trace = copy.deepcopy(GOOD)
    for key, value in changes.items():
        if value is None:
            del trace["traceEvents"][index][key]
        else:
            trace["traceEvents"][index][key] = value
    return trace


def without(index):
    trace = copy.deepcopy(GOOD)
    del trace["traceEvents"][index]
    return trace


BAD = {
    "there is no list": {"traceEvents": {}},
    "has no dur": with_(3, dur=None),
    "has no ts": with_(3, ts="0.0"),
    "has no pid": with_(3, pid="7"),
    "has no tid": with_(3, tid=True),
    "has no name": with_(3, name=None),
    "has no cat": with_(3, cat=None),
    "negative ts": with_(3, ts=-1),
    "negative dur": with_(3, dur=-1),
    "unknown phase": with_(3, ph="Z"),
    "args that are no object": with_(3, args=[]),
    "names nothing": with_(1, args={"name": ""}),
    "no known name": with_(1, name="thread_label"),
    "has 2 names": with_(2, tid=1),
    "thread 2 has no name": without(2),
    "process 7 has no name": without(0),
    "overlap": with_(4, dur=9),
    "an end without a begin": without(5),
    "a begin without an end": without(6),
    "ends what has another name": with_(6, name="other"),
    "has the ends ['s']": without(8),
    "has the ends ['f']": without(7),
    "next slice": with_(8, bp="n"),
    "two names": with_(8, name="wake"),
    "back in time": with_(7, ts=5),
    "in no slice": with_(8, ts=7),
}

assert trace_format.faults(GOOD) == [], trace_format.faults(GOOD)
for what, trace in BAD.items():
    found = trace_format.faults(trace)
    assert any(what in f for f in found), (what, found)
print(f"{len(BAD)} faults are found")
