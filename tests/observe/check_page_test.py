#!/usr/bin/env python3
# tests/observe/check_page_test.py - check_page.py finds each fault in a page that has it, and none in one that has none.
# SPDX-License-Identifier: MIT OR Apache-2.0
import os
import sys
import tempfile

import check_page

GOOD = """<!DOCTYPE html><html><head><meta charset="utf-8"><style>
:root{--page:#fff;--text:#111;--mark:#1b7f4b}
@media(prefers-color-scheme:dark){:root{--page:#15181c;--text:#eee;--mark:#3fb57a}}
body{background:var(--page);color:var(--text)}svg{width:100%}svg text{fill:var(--text)}</style></head><body>
<svg viewBox="0 0 100 20" aria-label="plot"><rect x="1" y="1" width="50" height="10" fill="var(--mark)"/></svg>
</body></html>
"""
BAD = {
    "an error of a script": ("</svg>", "</svg><script>undefined_function();</script>"),
    "an empty plot": ('<rect x="1" y="1" width="50" height="10" fill="var(--mark)"/>', ""),
    "a plot of another name": ('aria-label="plot"', 'aria-label="other"'),
    "what lies outside": ('x="1"', 'x="80"'),
    "no number": ('width="50"', 'width="nan"'),
    "what cannot be seen in the dark": ('fill="var(--mark)"', 'fill="#15181c"'),
    "no dark colours": ("prefers-color-scheme:dark", "prefers-color-scheme:sepia"),
    "something from elsewhere": ("<body>", '<body><img src="https://example.org/x.png">'),
    "more than a window's width": ("<body>", '<body><div style="width:3000px">wide</div>'),
}

if check_page.browser() is None:
    print("skipped: there is no Chromium here (Debian: chromium)")
    sys.exit(check_page.SKIPPED)
with tempfile.TemporaryDirectory() as folder:
    page = os.path.join(folder, "page.html")

    def faulty(text):
        with open(page, "w", encoding="utf-8") as file:
            file.write(text)
        try:
            check_page.check(page, ["plot"])
        except AssertionError:
            return True
        return False

    assert not faulty(GOOD)
    for what, (before, after) in BAD.items():
        assert GOOD.count(before) >= 1, what
        assert faulty(GOOD.replace(before, after, 1)), what
print(f"{len(BAD)} faults are found")
