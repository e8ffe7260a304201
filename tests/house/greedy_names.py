#!/usr/bin/env python3
"""Writes function templates of the names that weft's headers use for functions of their own, as a user may have them.

greedy_names.py ROOT OUTPUT
"""
import pathlib
import re
import sys

# A function at namespace scope: its first line begins at the margin. (Members are found before anything else is.)
FUNCTION = re.compile(
    r"(?!return|else|using|#|//|static_assert|if|while|for|namespace|template|class|struct|requires|concept|friend|"
    r"typedef|extern|\})[\[\w\]:<>,&*\s.-]*?\b(\w+)\(")
NAMESPACE = re.compile(r"namespace weft")
# Not functions; or looked up among the user's own on purpose, by weft or by the standard library.
NOT_THESE = {"decltype", "sizeof", "alignof", "co_await", "get", "swap", "begin", "end", "size", "data", "weft_par_iter"}
ARITIES = ["class A", "class A, class B", "class A, class B, class C",
           "class A, class B, class C, class D, class... More"]


def names(root):
    found = set()
    for path in sorted((root / "include/weft").rglob("*.hpp")):
        if "model" in path.parts:
            continue
        inside = False
        for line in path.read_text().splitlines():
            inside = inside or NAMESPACE.match(line) is not None
            match = FUNCTION.match(line) if inside and not line.startswith(" ") else None
            if match and match[1] not in NOT_THESE:
                found.add(match[1])
    return sorted(found)


def main():
    root, output = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
    found = names(root)
    for known in ("merge", "deallocate", "apply_order", "first_not", "select", "run_reader", "local_function", "dispose"):
        if known not in found:
            sys.exit(f"greedy_names.py: {known} is not found any more: how are functions declared now?")
    lines = ["// Made by greedy_names.py.", "#pragma once", "namespace greedy {"]
    for name in found:
        for arity in ARITIES:
            parts = [p.split()[-1] for p in arity.split(", ")]
            parameters = ", ".join("More&&..." if p == "More" else f"{p}&&" for p in parts)
            lines.append(f"template <{arity}> void {name}({parameters}) = delete;")
    lines.append("}  // namespace greedy")
    output.write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
