#!/usr/bin/env python3
# tests/observe/check_probes.py - the probes that tracers find in a program, and how often they are passed.
# SPDX-License-Identifier: MIT OR Apache-2.0
#
#   check_probes.py with|without PROGRAM
# The program is tests/observe/process/plain.cpp: 20 loops, 20 joins and 20 scopes, each shared by two threads. Exit status 77: the
# library was built without probes, or there is no readelf.
import os
import re
import shutil
import subprocess
import sys

probes, program = sys.argv[1:]
ARGUMENTS = {"steal": 3, "park": 1, "region": 3}


def skip(why):
    print(f"skipped: {why}")
    sys.exit(77)


def run(*command, **more):
    return subprocess.run(command, capture_output=True, text=True, timeout=240, **more)


if shutil.which("readelf") is None:
    skip("there is no readelf (Debian: binutils)")

# Of a shared library the probes are there.
libraries = re.findall(r"=> (\S*libweft\.so\S*)", run("ldd", program).stdout)
notes = run("readelf", "-n", *(libraries or [program])).stdout
if probes == "without":
    assert "Provider: weft" not in notes, notes
    skip("weft was built without probes (Debian: systemtap-sdt-dev), and has none")
found = {}
for name, arguments in re.findall(r"Provider: weft\s+Name: (\w+)\s.*?Arguments: ([^\n]*)", notes, re.S):
    found.setdefault(name, []).append(len(arguments.split()))
assert found.keys() == ARGUMENTS.keys(), notes
for name, count in ARGUMENTS.items():
    assert set(found[name]) == {count}, (name, found)
print(f"probes: {', '.join(sorted(found))}")

# How often they are passed gdb counts.
if shutil.which("gdb") is None or libraries:
    sys.exit()
commands = ["set breakpoint pending on"]
for number, name in enumerate(ARGUMENTS, 1):
    commands += [f"break -probe-stap weft:{name}", f"ignore {number} 1000000"]
commands += ["run", "info breakpoints"]
for told, regions in ("", 0), ("1", 40):
    environment = {k: v for k, v in os.environ.items() if not k.startswith("WEFT_")}
    done = run("gdb", "-nx", "-q", "-batch", *(a for c in commands for a in ("-ex", c)), program,
               env=dict(environment, WEFT_PROBES=told))
    if re.search(r"ptrace|not permitted|[Cc]ould not trace", done.stderr):
        print("not counted: gdb may not run programs here")
        break
    counts = [0] * len(ARGUMENTS)
    at = None
    for line in done.stdout[done.stdout.rindex("Num "):].splitlines():
        if match := re.match(r"(\d+)\s", line):
            at = int(match[1]) - 1
        elif match := re.search(r"already hit (\d+) time", line):
            counts[at] = int(match[1])
    steals, parks, begun = counts
    print(f"WEFT_PROBES={told}: {steals} steals, {parks} parks, {begun} regions")
    assert steals >= 40 and begun == regions, done.stdout
