#!/usr/bin/env python3
# tests/observe/check_tools.py - the scripts of examples/observe do what they say, or say what they lack.
# SPDX-License-Identifier: MIT OR Apache-2.0
#
#   check_tools.py flame.py|profile.sh|contention.sh|probes.sh|quoting|bpftrace PROGRAM
import importlib.util
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as xml

SKIPPED = 77
FOLDER = pathlib.Path(__file__).resolve().parents[2] / "examples/observe"
tool, program = sys.argv[1:]


def run(*command, **more):
    return subprocess.run([str(c) for c in command], capture_output=True, text=True, timeout=280, **more)


def skip(why):
    print(f"skipped: {why.strip()}")
    sys.exit(SKIPPED)


def boxes(picture):
    """The rectangles of a flame graph by their titles: (x, y, width)."""
    found = {}
    space = "{http://www.w3.org/2000/svg}"
    for group in xml.fromstring(picture).iter(space + "g"):
        box = group.find(space + "rect")
        found[group.find(space + "title").text] = tuple(float(box.get(k)) for k in ("x", "y", "width"))
    return found


def flame():
    spec = importlib.util.spec_from_file_location("flame", FOLDER / "flame.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    sample = "prog 1 \n\t 55 {top}\n\t 66 work(int)\n\t 77 main\n\t 88 __libc_start_call_main\n\n"
    of_pool = "weft-0 2 \n\t 55 work(int)\n\t 66 weft::detail::pool_core::run_job(weft::detail::place&)\n\t 77 start_thread\n\n"
    # perf puts names of threads to the right, and some read as numbers.
    of_pool = of_pool.replace("weft-0", "            cafe")
    text = sample.format(top="leaf<a<b>>(std::vector<int>)") * 3 + sample.format(top="std::function<void(int)>::operator()(int) const")
    found = boxes(module.picture(module.tree_of(module.stacks((text + of_pool * 4).splitlines(True)))))
    bottom = found["all: 8 of 8 samples, 100.0 %"]
    assert bottom[0] == 0 and bottom[2] == 1200
    main, pool = found["main: 4 of 8 samples, 50.0 %"], [b for t, b in found.items() if t.startswith("work: 4")]
    assert main[2] == 600 and main[1] == bottom[1] - 18
    assert sorted(b[2] for b in pool) == [600.0], pool  # two of one title: one hides the other
    leaf = found["leaf<a<b>>: 3 of 8 samples, 37.5 %"]
    assert leaf[2] == 450 and leaf[1] == bottom[1] - 3 * 18 and leaf[0] == main[0]
    other = found["std::function<void(int)>::operator(): 1 of 8 samples, 12.5 %"]
    assert other[0] == leaf[0] + 450 and other[2] == 150
    assert not any(t.startswith("2:") for t in found), found.keys()
    assert not any("start_thread" in t or "run_job" in t or "libc" in t for t in found), found.keys()
    assert run(sys.executable, FOLDER / "flame.py", input="").returncode != 0
    print(f"{len(found)} boxes are where they should be")


def profile():
    with tempfile.TemporaryDirectory() as folder:
        out = os.path.join(folder, "flames.svg")
        done = run(FOLDER / "profile.sh", f"--out={out}", sys.executable, "-c", "sum(i * i for i in range(10**7))")
        if done.returncode == SKIPPED:
            skip(done.stderr)
        assert done.returncode == 0 and "task-clock" in done.stderr, done.stderr
        with open(out, encoding="utf-8") as file:
            found = boxes(file.read())
    everything = [b for t, b in found.items() if t.startswith("all: ")]
    assert len(everything) == 1 and everything[0][2] == 1200 and len(found) >= 3, found
    assert all(-0.1 <= x and x + width <= 1200.1 for x, y, width in found.values())
    print(f"a flame graph of {len(found)} boxes")


def contention():
    done = run(FOLDER / "contention.sh", program)
    assert done.returncode == 0, done.stderr
    sections = re.findall(r"^== (.*)\n((?:(?!== ).*\n)*)", done.stdout, re.M)
    assert len(sections) == 3 and all(text.strip() for title, text in sections), done.stdout
    print(done.stdout)


def probes():
    for script in sorted(FOLDER.glob("*.bt")):
        done = run(FOLDER / "probes.sh", script.stem, program)
        if done.returncode != 0:
            assert done.returncode == SKIPPED or "bpf" in done.stderr.lower(), done.stderr
            skip(done.stderr)
        assert "@" in done.stdout, done.stdout
    assert run(FOLDER / "probes.sh", "nothing", program).returncode == 2


def quoting():
    """probes.sh hands on a program and its arguments as they are, whatever is in them; bpftrace is one of ours."""
    words = ["two words", "it's", 'a "b" $HOME `id` \\', "", "*", "-c"]
    with tempfile.TemporaryDirectory(suffix=" a&b|c") as folder:
        folder = pathlib.Path(folder)

        def tool(name, text):
            path = folder / name
            path.write_text(f"#!{text}\n")
            path.chmod(0o755)
            return path

        # As bpftrace does: the command is divided at spaces, and no shell reads it.
        tool("bpftrace", f"""{sys.executable}
import os, sys
assert sys.argv[1] == "-e" and sys.argv[3] == "-c", sys.argv
open({str(folder / "script")!r}, "w").write(sys.argv[2])
command = sys.argv[4].split(" ")
os.execvp(command[0], command)""")
        tool("readelf", "/bin/sh\necho Provider: weft")
        tool("id", "/bin/sh\necho 0")
        said = tool("the program", f"{sys.executable}\nimport os, sys\nprint([os.environ['WEFT_PROBES']] + sys.argv[1:])")
        path = f"{folder}:{os.environ['PATH']}"
        for called in (said, said.name):
            done = run(FOLDER / "probes.sh", "steals", called, *words, env=dict(os.environ, PATH=path))
            assert done.returncode == 0, done.stderr
            assert done.stdout == f"{['1'] + words}\n", done.stdout
            assert f'usdt:"{said.resolve()}":weft:steal' in (folder / "script").read_text()
        assert run(FOLDER / "probes.sh", "steals", "no such program", env=dict(os.environ, PATH=path)).returncode == SKIPPED
    print("arguments come through")


def bpftrace():
    if shutil.which("bpftrace") is None:
        skip("there is no bpftrace (Debian: bpftrace)")
    scripts = sorted(FOLDER.glob("*.bt"))
    assert len(scripts) == 3
    for script in scripts:
        text = script.read_text().replace("PROGRAM", program)
        done = run("bpftrace", "-d", "-e", text)
        said = done.stdout + done.stderr
        assert "AST after: parser" in said and "syntax error" not in said and f":weft:{script.stem[:-1]}" in said, said
        for name in set(re.findall(r"@(\w+)", text)):
            assert f"map: @{name}" in said, (name, said)
        print(f"{script.name}: parsed")


{"flame.py": flame, "profile.sh": profile, "contention.sh": contention, "probes.sh": probes, "quoting": quoting, "bpftrace": bpftrace}[tool]()
