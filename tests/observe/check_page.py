#!/usr/bin/env python3
# tests/observe/check_page.py - opens a page in a browser without a window: are there script errors, and is anything in its plots?
# SPDX-License-Identifier: MIT OR Apache-2.0
#
#   check_page.py PAGE PLOT...
# Each PLOT is the label (aria-label) of a drawing that must be there. Exit status 77: there is no Chromium to open it with.
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile

SKIPPED = 77

# What the browser is asked, after everything else on the page.
PROBE = """<script>
(() => {
  const background = getComputedStyle(document.body).backgroundColor;
  const plots = {};
  for (const svg of document.querySelectorAll('svg')) {
    const frame = svg.getBoundingClientRect();
    const view = svg.viewBox.baseVal;
    let marks = 0, outside = 0, unseen = 0;
    for (const e of svg.querySelectorAll('path, rect, circle, line, polyline')) {
      const box = e.getBBox(), style = getComputedStyle(e);
      if (!(box.width > 0 || box.height > 0)) continue;
      const paint = style.fill !== 'none' ? style.fill : style.stroke;
      if (paint === 'none' || paint === background) ++unseen;
      if (box.x < view.x - 1 || box.y < view.y - 1 || box.x + box.width > view.x + view.width + 1 ||
          box.y + box.height > view.y + view.height + 1 || !isFinite(box.x + box.y + box.width + box.height)) ++outside;
      if (!e.classList.contains('axis')) ++marks;
    }
    for (const e of svg.querySelectorAll('text')) {
      const box = e.getBBox();
      if (box.x < view.x - 1 || box.x + box.width > view.x + view.width + 1) ++outside;
      if (getComputedStyle(e).fill === background) ++unseen;
    }
    const name = svg.getAttribute('aria-label');
    const known = plots[name] ??
        (plots[name] = {drawings: 0, marks: 0, outside: 0, unseen: 0, width: frame.width, height: frame.height});
    ++known.drawings;
    known.marks += marks;
    known.outside += outside;
    known.unseen += unseen;
    known.width = Math.min(known.width, frame.width);
    known.height = Math.min(known.height, frame.height);
  }
  const color = getComputedStyle(document.body).color;
  const found = {plots, background, color, overflows: document.documentElement.scrollWidth > innerWidth};
  const out = document.createElement('pre');
  out.id = 'probe';
  out.textContent = JSON.stringify(found);
  document.body.append(out);
})();
</script></body>"""


def browser():
    for name in ("chromium", "chromium-browser", "google-chrome", "chrome"):
        if path := shutil.which(name):
            return path
    return None


def look(page, dark):
    """What the browser sees of the page, and what it complains about."""
    with tempfile.TemporaryDirectory() as folder:
        probed = os.path.join(folder, "page.html")
        with open(page, encoding="utf-8") as file:
            text = file.read()
        assert text.count("</body>") == 1, "the page has no end, or several"
        with open(probed, "w", encoding="utf-8") as file:
            file.write(text.replace("</body>", PROBE))
        done = subprocess.run(
            [browser(), "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars",
             "--window-size=1000,1400", "--enable-logging=stderr", "--log-level=0", f"--user-data-dir={folder}/profile",
             f"--blink-settings=preferredColorScheme={0 if dark else 1}", "--dump-dom", f"file://{probed}"],
            capture_output=True, text=True, timeout=240)
    complaints = [line for line in done.stderr.splitlines() if "CONSOLE" in line]
    seen = re.search(r'<pre id="probe">(.*?)</pre>', done.stdout, re.S)
    assert seen, "the page did not run to its end:\n" + done.stdout[-2000:] + done.stderr[-2000:]
    return json.loads(seen[1].replace("&amp;", "&").replace("&lt;", "<").replace("&gt;", ">")), complaints


def lightness(colour):
    return sum(map(float, re.findall(r"[\d.]+", colour)[:3])) / 3


def check(page, labels):
    with open(page, encoding="utf-8") as file:
        text = file.read()
    assert not re.search(r"(?:src|href)=[\"']?(?:https?:)?//|@import|url\(", text), "the page needs something from elsewhere"
    for dark in (False, True):
        seen, complaints = look(page, dark)
        assert not complaints, complaints
        assert (lightness(seen["background"]) < 100) == dark, seen
        assert (lightness(seen["color"]) > 150) == dark, seen
        assert not seen["overflows"], "the page is wider than its window"
        for label in labels:
            plot = seen["plots"].get(label)
            assert plot, f"there is no plot '{label}', only {sorted(seen['plots'])}"
            assert plot["marks"] > 0 and plot["width"] > 300 and plot["height"] > 10, (label, plot)
        for label, plot in seen["plots"].items():
            assert plot["outside"] == 0 and plot["unseen"] == 0, (label, plot)
    print(f"{page}: " + ", ".join(f"{label} ({plot['marks']} marks)" for label, plot in seen["plots"].items()))


if __name__ == "__main__":
    if browser() is None:
        print("skipped: there is no Chromium here (Debian: chromium)")
        sys.exit(SKIPPED)
    check(sys.argv[1], sys.argv[2:])
