#!/usr/bin/env python3
# tests/house/check_orders_table.py - does each row of the mutation table point at the operation that it speaks of?
# SPDX-License-Identifier: MIT OR Apache-2.0
#
# check_orders_table.py ROOT            fails if a row's line does not hold its operation with its order, or if the reason of a
#                                       survivor is not the one in the source
# check_orders_table.py ROOT --files    prints only the files whose rows are stale, one a line
# check_orders_table.py ROOT --moved PART_OF_A_PATH...
#                                       renews the line numbers and reasons of these files, in which only comments have changed.
#                                       After a change of code only tests/model/run --mutate --write knows what notices.
import pathlib
import re
import sys

CALLS = {
    "load": r"\bload\(",
    "store": r"\bstore\(",
    "read-modify-write": r"\b(?:exchange|fetch_\w+)\(",
    "compare-exchange": r"\bcompare_exchange_(?:weak|strong)\(",
    "fence": r"\bfull_fence\(",
}
ROW = re.compile(r"\| (\d+) \| ([\w-]+)(, failing)? \| (\w+) \| \w+ \| (?:killed by [^|]*|\*\*survives\*\*(?:: (.*))?) \|")
ENTRY = re.compile(r"- (\S+):(\d+)(?: ([\w-]+)(, failing)?, \w+)?")
TAG = "// order: "


def statement(lines, number):
    """The code from line `number` to the end of what it begins, without comments: a call may be broken over some lines."""
    text = ""
    for line in lines[number - 1 : number + 4]:
        text += line.split("//")[0].rstrip() + " "
        if re.search(r"[;{}]\s*$", text):
            break
    return text


def orders(text, operation):
    """(order, whether of a failure) that the calls of `operation` in `text` name."""
    for call in re.finditer(CALLS[operation], text):
        if operation == "fence":
            yield "seq_cst", False
            continue
        depth, end = 1, call.end()
        while end < len(text) and depth > 0:
            depth += {"(": 1, ")": -1}.get(text[end], 0)
            end += 1
        named = re.findall(r"\border(?:::|_)(\w+)", text[call.end() : end])
        if operation == "compare-exchange" and len(named) == 1:  # the order of a failure follows from that of a success
            named.append({"acq_rel": "acquire", "release": "relaxed"}.get(named[0], named[0]))
        for position, order in enumerate(named):
            yield order, operation == "compare-exchange" and position % 2 == 1


def holds(lines, number, operation, failing, order):
    if not 1 <= number <= len(lines):
        return False
    return any(found == (order, failing) for found in orders(statement(lines, number), operation))


def reason(lines, number):
    """As the mutation finds it (tests/model/run_scenarios.cpp): on the line, or in the comment above it."""
    if TAG in lines[number - 1]:
        return lines[number - 1].split(TAG, 1)[1]
    why = ""
    for line in reversed(lines[: number - 1]):
        text = line.lstrip(" ")
        if not text.startswith("// "):
            return ""
        if text.startswith(TAG):
            return text[len(TAG) :] + why
        why = text[2:] + why
    return ""


def sections(table):
    """(name, its rows) of each file, and last (None, the entries of the lists at the end)."""
    name, rows = None, []
    for line in table.splitlines():
        if line.startswith("### "):
            if name:
                yield name, rows
            name, rows = line[4:].strip(), []
        elif found := ROW.fullmatch(line):
            rows.append(found)
        elif ENTRY.fullmatch(line):
            if name:
                yield name, rows
                name, rows = None, []
            rows.append(ENTRY.fullmatch(line))
        elif line.startswith("| ") and not line.startswith("| line"):
            yield name, [line]
    yield name, rows


def key(row):
    return int(row[1]), row[2], bool(row[3]), row[4]


def stale(root, table):
    """(file, row, why) of each row and entry that points elsewhere."""
    if not re.search(ROW, table):
        yield "docs/memory_orders.md", "", "holds no table"
    for name, rows in sections(table):
        for row in rows:
            if isinstance(row, str):
                yield name, row, "is no row"
                continue
            path = root / (name or row[1])
            if not path.is_file():
                yield name or row[1], row[0], "the file is not there"
                break
            lines = path.read_text().splitlines()
            if name is None:
                number, operations = int(row[2]), [row[3]] if row[3] else CALLS
                near = statement(lines, number) if number <= len(lines) else ""
                if not any(list(orders(near, each)) for each in operations) and "order::" not in near:
                    yield row[1], row[0], f"line {number} holds no such operation"
            elif row[2] not in CALLS or not holds(lines, *key(row)):
                yield name, row[0], f"line {row[1]} holds no such operation"
            elif "**survives**" in row[0] and (row[5] or "") != reason(lines, int(row[1])):
                yield name, row[0], "the source gives another reason"


def sites(lines):
    """What mutation may reach in a file, in order: (line, operation, whether failing, order)."""
    found = []
    for number, line in enumerate(lines, 1):
        code = line.split("//")[0]
        for operation, call in CALLS.items():
            if re.search(call, code):
                found += [(number, operation, failing, order) for order, failing in orders(statement(lines, number), operation)]
    return sorted({site for site in found if site[3] != "relaxed"})


def moved(rows, lines):
    """Where each of `rows` is now: {key: line}, in the same order and with shifts that change as little as can be; or None."""
    old = sorted({key(row) for row in rows})
    new = sites(lines)
    best = {}  # (index in new): (cost, path) for the rows so far
    for position, (at, *what) in enumerate(old):
        following = {}
        for i, (line, *here) in enumerate(new):
            if here != what:
                continue
            if position == 0:
                following[i] = (abs(line - at), [line])
                continue
            before = old[position - 1][0]
            options = [(cost + abs((line - at) - (path[-1] - before)), path) for j, (cost, path) in best.items()
                       if j != i and (new[j][0] < line if before < at else new[j][0] == line)]
            if options:
                cost, path = min(options, key=lambda option: option[0])
                following[i] = (cost, [*path, line])
        best = following
    if not best:
        return None
    _, path = min(best.values(), key=lambda option: option[0])
    return dict(zip(old, path))


def renew(root, page, table, only):
    """Gives the rows of files that `only` names new lines and reasons, if the operations are still there in the same order."""
    new, name, places = [], None, {}
    by_name = dict(each for each in sections(table) if each[0])
    for line in table.splitlines():
        if line.startswith("### "):
            name = line[4:].strip()
            path = root / name
            if not any(part in name for part in only):
                name = None
                new.append(line)
                continue
            lines = path.read_text().splitlines() if path.is_file() else []
            places[name] = moved(by_name[name], lines)
            if places[name] is None:
                print(f"{name}: run the mutation again")
        elif (row := ROW.fullmatch(line)) and places.get(name):
            number = places[name][key(row)]
            line = f"| {number} |" + line.split("|", 2)[2]
            if "**survives**" in line:
                why = reason(lines, number)
                line = line[: line.index("**survives**")] + "**survives**" + (f": {why}" if why else "") + " |"
        elif (entry := ENTRY.fullmatch(line)) and entry[3] and places.get(entry[1]):
            for (at, operation, failing, _), number in places[entry[1]].items():
                if (at, operation, failing) == (int(entry[2]), entry[3], bool(entry[4])):
                    line = line.replace(f":{at} ", f":{number} ", 1)
                    break
        new.append(line)
    head = page.read_text().partition("<!-- generated -->")[0]
    page.write_text(head + "<!-- generated -->" + "\n".join(new) + "\n")


def main():
    root = pathlib.Path(sys.argv[1])
    page = root / "docs/memory_orders.md"
    if "--moved" in sys.argv[2:]:
        renew(root, page, page.read_text().partition("<!-- generated -->")[2], sys.argv[3:])
    wrong = list(stale(root, page.read_text().partition("<!-- generated -->")[2]))
    if "--files" in sys.argv[2:]:
        print("\n".join(sorted({name for name, _, _ in wrong})))
    else:
        for name, row, why in wrong:
            print(f"docs/memory_orders.md: {name}: {why}: {row}"[:180])
        print(f"{len(wrong)} rows are stale. If only comments of a file have changed: check_orders_table.py . --moved FILE; else "
              "tests/model/run --mutate --write --only FILE" if wrong else "each row points at its operation")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
