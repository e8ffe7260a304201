# tests/iter/ports_test.py - every name that the porting tables give for weft is declared in a public header.
# SPDX-License-Identifier: MIT OR Apache-2.0
import pathlib
import re
import sys

root = pathlib.Path(sys.argv[1])

# The tables, the layers that they are about, and about how many names they give.
tables = {
    "from_rayon": (("iter", "pool", "algorithm"), 150),
    "from_crossbeam": (("channel", "queue", "sync", "pool", "base"), 70),
    "from_openmp": (("iter", "pool", "algorithm", "sync"), 60),
    "from_tokio": (("async", "net", "pool", "channel", "sync", "base"), 80),
}
settings = re.findall(r'"(WEFT_\w+)"', " ".join(path.read_text() for path in sorted((root / "src").rglob("*.cpp"))))


def without_comments(layer):
    folder = root / "include/weft" / layer
    return re.sub(r"//.*", "", " ".join(path.read_text() for path in sorted(folder.glob("*.hpp"))))


def is_declared(name, code):
    before = r"(\b(auto|bool|void|class|struct|size_t|size_t>|T>) |[\w>\)&\*]\s+)"
    return name in settings or re.search(rf"{before}{name}\b\s*[\(<{{:;=]", code)


faults = []
for table, (layers, least) in tables.items():
    code = " ".join(without_comments(layer) for layer in layers)
    missing = []
    count = 0
    for line in (root / "docs" / f"{table}.md").read_text().splitlines():
        cells = re.split(r"(?<!\\)\|", line)
        if len(cells) < 4 or "---" in line:
            continue
        for name in re.findall(r"`(\w+)`", cells[2]):
            count += 1
            if not is_declared(name, code):
                missing.append(name)
    print(f"docs/{table}.md: {count} names")
    if missing or count < least:
        faults.append(f"docs/{table}.md: {count} names, not declared: {missing}")

if is_declared("par_no_such_name", " ".join(without_comments(layer) for layer in ("iter", "pool"))):
    faults.append("the search finds what is not there")
if faults:
    sys.exit("\n".join(faults))
