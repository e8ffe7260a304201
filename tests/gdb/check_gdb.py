#!/usr/bin/env python3
# tests/gdb/check_gdb.py - what gdb says of a program whose truth is known, by src/gdb/weft-gdb.py.
# SPDX-License-Identifier: MIT OR Apache-2.0
#
#   check_gdb.py plain|optimised PROGRAM
# Exit status 77: there is no gdb, it has no Python, or it may not trace here.
import pathlib
import re
import shutil
import subprocess
import sys

SKIPPED = 77
SCRIPT = pathlib.Path(__file__).resolve().parents[2] / "src/gdb/weft-gdb.py"
kind, program = sys.argv[1:3]

STOPS = ["a stolen job", "a task of a scope", "main"]
PRINTS = {
    "pool": r"weft::thread_pool: (2 threads, \d of which look for work|no more is known: .*)",
    "numbers": r"weft::array_queue<int>: 3 of 4 = \{7, 8, 9\}",
    "pipe": r"weft::spsc_queue<int>: 1 of 8",
    "many": r"weft::seg_queue<int>: 300 elements",
    "tx": r"weft::sender<int>: bounded, 3 of 5, 2 senders, 1 receivers",
    "rx": r"weft::receiver<int>: bounded, 3 of 5, 2 senders, 1 receivers",
    "moved": r"weft::sender<int>: moved from",
    "shared": r"weft::bounded_queue<int>: bounded, 1 of 2, 1 senders, 1 receivers",
    "begins": r"weft::task<int>: not begun, \(anonymous namespace\)::answers",
    "handle": r"weft::join_handle<int>: has ended",
    "lock": r"weft::detail::basic_mutex<\d+u?>: held",
}


def skip(why):
    print(f"skipped: {why}")
    sys.exit(SKIPPED)


def gdb(*commands):
    arguments = [a for c in commands for a in ("-ex", c)]
    return subprocess.run(["gdb", "-nx", "-q", "-batch", *arguments, program], capture_output=True, text=True, timeout=240)


if shutil.which("gdb") is None:
    skip("there is no gdb here (Debian: gdb)")
if "3" not in gdb("python print(1 + 2)").stdout:
    skip("gdb has no Python here")
trial = gdb("run", "kill")
if re.search(r"ptrace|not permitted|[Cc]ould not trace", trial.stderr):
    skip("gdb may not run programs here: " + trial.stderr.strip().splitlines()[-1])

session = ["set pagination off", "set width 0", f"source {SCRIPT}", "break stop_here", "run"]
for stop in STOPS[:2]:
    session += [f"echo == {stop}\\n", "weft threads", "echo == stack\\n", "weft bt", "echo == over\\n", "continue"]
session += ["up"] + [c for name in PRINTS for c in (f"echo == {name}\\n", f"print {name}")] + ["echo == end\\n", "kill"]
done = gdb(*session)
said = done.stdout + done.stderr
assert "Traceback" not in said and "Python Exception" not in said and "Error occurred" not in said, said
parts = dict(re.findall(r"^== (?!stack)(.*)\n((?:(?!== (?!stack)).*\n)*)", done.stdout, re.M))
assert parts.keys() >= {*STOPS[:2], *PRINTS}, said


def lines(stop, of_stack):
    threads, stack = parts[stop].split("== stack\n")
    return [line for line in (stack if of_stack else threads).splitlines() if re.match(r"\s*\d+ |#|----", line)]


def check_stack(stop, forks):
    stack = lines(stop, True)
    at = [i for i, line in enumerate(stack) if line.startswith("---- taken from thread 1 ")]
    if kind == "optimised" and not at:
        assert any("cannot be told" in line for line in stack), said
        return
    assert len(at) == 1, said
    assert re.match(r"#0 +stop_here at .*held\.cpp:\d+$", stack[0]), said
    assert not any(f"{forks} at" in line for line in stack[: at[0]]), said
    assert sum(f"{forks} at" in line for line in stack[at[0] :]) == 1 or kind == "optimised", said
    assert re.match(r"#\d+ +main at .*held\.cpp:\d+$", stack[-1]) or kind == "optimised", said
    numbers = [int(m[1]) for line in stack if (m := re.match(r"#(\d+)", line))]
    assert numbers == list(range(len(numbers))), said


for stop, forks, does in zip(STOPS, ["forks_one", "spawns_one"], ["runs a job that it has taken", "runs a task"]):
    threads = lines(stop, False)
    assert len(threads) >= 3, said  # main, and the two of the pool; its place is borrowed from one of them, which sleeps
    worker = [line for line in threads if "stop_here" in line]
    assert len(worker) == 1 and does in worker[0] and " weft-" in worker[0], said
    assert sum("sleeps" in line or "looks for work" in line for line in threads) >= 1, said
    assert kind == "optimised" or "held.cpp" in threads[0], said
    check_stack(stop, forks)

for name, pattern in PRINTS.items():
    found = re.search(r"^\$\d+ = (.*)$", parts[name], re.M)
    if kind == "optimised" and (found is None or "optimized out" in found[1] or "cannot be read" in found[1]):
        print(f"{name}: {found[1] if found else parts[name].strip()}")
        continue
    assert found and re.fullmatch(pattern, found[1]), (name, said)
print(done.stdout if "--show" in sys.argv else f"{kind}: all as it should be")
