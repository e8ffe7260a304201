#!/usr/bin/env python3
# Draws a flame graph: perf script -F comm,tid,ip,sym | flame.py > flames.svg
# A function is as wide as its share of the samples; what it calls stands above it. What threads of a pool do is put together: a stack
# begins with the first function of the program.
import html
import re
import sys

ROW, WIDTH, NARROWEST = 18, 1200, 0.3
STYLE = """<style>
:root{color-scheme:light dark;--page:#fff;--text:#1c1f23}
@media(prefers-color-scheme:dark){:root{--page:#15181c;--text:#e6e9ec}}
svg{background:var(--page)}text{font:11px ui-monospace,monospace;fill:#1c1f23}.top{fill:var(--text)}rect{stroke:var(--page)}
</style>"""
# Of every thread of a pool, below what it runs.
MACHINERY = re.compile(r"^(\[?unknown\]?|_start|__libc_start\w*|start_thread|clone3?|__clone|__libc_start\w*@@.*|weft::detail::(thread::|pool_core::).*)$")


def short(symbol):
    """Without its arguments."""
    depth = 0
    for at, c in enumerate(symbol):
        is_part_of_name = symbol.startswith("(anonymous", at) or symbol[:at].endswith("operator")
        if c == "(" and depth == 0 and not is_part_of_name:
            return symbol[:at] or symbol
        depth += (c in "<{") - (c in ">}")
    return symbol


def stacks(lines):
    """(the functions, the outermost first) of each sample."""
    stack, begins = [], True
    for line in lines:
        if not line.strip():
            if stack:
                yield stack[::-1]
            stack, begins = [], True
        elif begins:  # the name of the thread, which may look like an address
            begins = False
        elif match := re.match(r"\s+[0-9a-f]+ (.*)$", line):
            stack.append(short(match[1].strip()))
    if stack:
        yield stack[::-1]


def tree_of(all_stacks):
    root = {"samples": 0, "calls": {}}
    for stack in all_stacks:
        while len(stack) > 1 and MACHINERY.match(stack[0]):
            stack = stack[1:]
        root["samples"] += 1
        node = root
        for function in stack:
            node = node["calls"].setdefault(function, {"samples": 0, "calls": {}})
            node["samples"] += 1
    return root


def depth_of(node):
    return 1 + max(map(depth_of, node["calls"].values()), default=0)


def draw(name, node, x, y, scale, total, out):
    width = node["samples"] * scale
    if width < NARROWEST:
        return
    hue = 20 + sum(map(ord, name)) % 40 if not name.startswith("weft::") else 190 + sum(map(ord, name)) % 40
    title = f"{name}: {node['samples']} of {total} samples, {100 * node['samples'] / total:.1f} %"
    out.append(f'<g><title>{html.escape(title)}</title><rect x="{x:.2f}" y="{y}" width="{width:.2f}" height="{ROW - 1}" '
               f'fill="hsl({hue},70%,68%)"/>')
    letters = int(width / 6.7)
    if letters >= 3:
        text = name if len(name) <= letters else name[: letters - 2] + ".."
        out.append(f'<text x="{x + 3:.2f}" y="{y + 13}">{html.escape(text)}</text>')
    out.append("</g>")
    for function, called in sorted(node["calls"].items()):
        draw(function, called, x, y - ROW, scale, total, out)
        x += called["samples"] * scale


def picture(root):
    total = root["samples"]
    height = depth_of(root) * ROW + 40
    out = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img" aria-label="flame graph">{STYLE}',
           f'<text class="top" x="3" y="15">{total} samples; weft in blue, the program and the system in yellow</text>']
    draw("all", root, 0, height - ROW - 4, WIDTH / max(total, 1), max(total, 1), out)
    return "\n".join(out) + "\n</svg>\n"


def main():
    sys.setrecursionlimit(10_000)
    root = tree_of(stacks(sys.stdin))
    if root["samples"] == 0:
        sys.exit("flame.py: no samples: did the program run for long enough?")
    print(picture(root), end="")


if __name__ == "__main__":
    main()
