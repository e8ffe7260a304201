#!/usr/bin/env python3
"""Checks that weft's templates call weft's own functions by their full names, and take addresses by address_of, so that
nothing of a user's namespace is meant by accident; prints the calls and the `&` that argument-dependent lookup might redirect,
and fails if there are any.

check_calls.py ROOT CLANG
"""
import pathlib
import re
import subprocess
import sys

# Looked for in the user's namespace on purpose.
ON_PURPOSE = {"weft_par_iter", "get", "operator co_await"}
# A tool for tests of one's own, not for a user's types; and atomics hold numbers and pointers, of which `&` means one thing.
LEFT_OUT = ("weft/model/", "weft/seam/atomic.hpp")

PLACE = re.compile(r"([^:<> ]+\.hpp):(\d+):\d+$|line:(\d+):\d+$|([^:<> ]*/[^:<> ]+):(\d+):\d+$")
# Newer versions of Clang tell the place of a template argument, too, which has no address.
NODE = re.compile(r"(?:0x[0-9a-f]+ (?:parent 0x[0-9a-f]+ )?(?:prev 0x[0-9a-f]+ )?|TemplateArgument )<([^>]*)> ?(\S*)")
CALL = re.compile(r"UnresolvedLookupExpr.*\(ADL\) = '([^']*)'")
ADDRESS = re.compile(r"UnaryOperator .*'<dependent type>' prefix '&'")


def is_member(path, line):
    """Whether the line takes a pointer to a member, which no operator can redirect."""
    return re.search(r"&\w+::\w+\b(?!<)", pathlib.Path(path).read_text().split("\n")[line - 1]) is not None


def main():
    root, clang = pathlib.Path(sys.argv[1]), sys.argv[2]
    run = subprocess.run([clang, "-std=c++20", f"-I{root}/include", "-fsyntax-only", "-Xclang", "-ast-dump",
                          "-fno-color-diagnostics", "-x", "c++", "-"],
                         input="#include <weft/async/async.hpp>\n#include <weft/weft.hpp>\n", capture_output=True, text=True, errors="replace")
    if run.returncode != 0 or "ClassTemplateDecl" not in run.stdout:
        sys.exit(run.stderr or "no syntax tree")
    path, line = "", 0

    # The dump names a file, and a line, only where it changes.
    def move(place):
        nonlocal path, line
        match = PLACE.match(place)
        if match is None:
            return
        if match[3]:
            line = int(match[3])
        else:
            path, line = match[1] or match[4], int(match[2] or match[5])

    found, seen = set(), 0
    for text in run.stdout.splitlines():
        node = NODE.search(text)
        if node is None:
            continue
        places = [p.strip() for p in node[1].split(",")]
        move(places[0])
        call = CALL.search(text)
        if call:
            seen += 1
            if "/weft/" in path and call[1] not in ON_PURPOSE and not any(p in path for p in LEFT_OUT):
                found.add(f"{path}:{line}: {call[1]} is called without its namespace")
        if ADDRESS.search(text) and "/weft/" in path and not any(p in path for p in LEFT_OUT) and not is_member(path, line):
            found.add(f"{path}:{line}: takes an address by &, not by address_of")
        for place in places[1:]:
            move(place)
        move(node[2])
    if seen == 0:
        sys.exit("no calls at all are found any more: how does this compiler show them?")
    print("\n".join(sorted(found)) or "all calls are qualified, and all addresses are what they look like")
    sys.exit(1 if found else 0)


if __name__ == "__main__":
    main()
