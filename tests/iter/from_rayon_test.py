# tests/iter/from_rayon_test.py - every name that docs/from_rayon.md gives for weft is declared in a public header.
# SPDX-License-Identifier: MIT OR Apache-2.0
import pathlib
import re
import sys

root = pathlib.Path(sys.argv[1])
headers = " ".join(
    path.read_text() for part in ("iter", "pool") for path in sorted((root / "include/weft" / part).glob("*.hpp"))
)
code = re.sub(r"//.*", "", headers)

missing = []
count = 0
for line in (root / "docs/from_rayon.md").read_text().splitlines():
    cells = line.split("|")
    if len(cells) < 4 or "---" in line:
        continue
    for name in re.findall(r"`(\w+)`", cells[2]):
        count += 1
        if not re.search(rf"(\b(auto|bool|void|class|struct|size_t|size_t>|T>) |[\w>\)&]\s+){name}\b\s*[\(<{{:;]", code):
            missing.append(name)

if missing or count < 80:
    sys.exit(f"docs/from_rayon.md: {count} names, not declared: {missing}")
print(f"{count} names")
