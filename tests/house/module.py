#!/usr/bin/env python3
# tests/house/module.py - src/module/weft.cppm: the module exports every public name of weft.hpp and async.hpp.
# SPDX-License-Identifier: MIT OR Apache-2.0
#
# module.py ROOT            fails if the file is not what the headers say
# module.py ROOT --write    makes it anew
import pathlib
import re
import sys

import reference

HEAD = """// src/module/weft.cppm - `import weft;`: the public names of weft.hpp and async.hpp as a module (CMake: WEFT_BUILD_MODULE).
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// Macros are no part of a module. Made by tests/house/module.py . --write
module;

#include <weft/async/async.hpp>
#include <weft/weft.hpp>

export module weft;

"""


def module(root):
    spaces = {}  # by namespace below weft: names

    def add(name, what, path):
        *inner, last = name.split("::")
        spaces.setdefault("::".join(inner), set()).add(last)

    umbrella = (root / "include/weft/weft.hpp").read_text() + (root / "include/weft/async/async.hpp").read_text()
    for path, layer in re.findall(r"#include <(weft/(\w+)(?:/\w+)?\.hpp)>", umbrella):
        if layer in reference.TITLES:  # not the seams
            reference.header_of(root, path, add)
    out = HEAD
    for space in sorted(spaces):
        full = f"weft::{space}" if space else "weft"
        out += f"export namespace {full} {{\n"
        out += "".join(f"using {full}::{name};\n" for name in sorted(spaces[space]))
        out += f"}}  // namespace {full}\n\n"
    return out.rstrip("\n") + "\n"


def main():
    root = pathlib.Path(sys.argv[1])
    target = root / "src/module/weft.cppm"
    wanted = module(root)
    if "--write" in sys.argv[2:]:
        target.parent.mkdir(exist_ok=True)
        target.write_text(wanted)
    if not target.is_file() or target.read_text() != wanted:
        sys.exit("src/module/weft.cppm is not what the headers say: tests/house/module.py . --write")
    print("src/module/weft.cppm is current")


if __name__ == "__main__":
    main()
