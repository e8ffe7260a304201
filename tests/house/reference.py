#!/usr/bin/env python3
# tests/house/reference.py - docs/reference.md: every public name in a line, from the comments in the headers.
# SPDX-License-Identifier: MIT OR Apache-2.0
#
# reference.py ROOT            fails if docs/reference.md is not what the headers say
# reference.py ROOT --write    makes it anew
#
# Public is what weft.hpp brings at the scope of a namespace, outside `detail`, and the members of par_iterator, which every
# chain has. This reads the declarations as they are written here; it is no parser of C++. A name is described by the first
# sentence of the first `///` comment that it has.
import pathlib
import re
import sys

HEAD = """# Reference

Every public name, with the first sentence of its documentation and its header, which says the rest: what it needs, costs and
throws, and an example. All are in namespace `weft`. `<weft/weft.hpp>` brings all of them, except coroutines
(`<weft/async/async.hpp>`), sockets (`<weft/net/net.hpp>`), what works with other libraries, and `weft/model/`, a tool of its own.

`tests/house/reference.py . --write` makes this page from the headers.
"""
TITLES = {
    "pool": "The pool",
    "iter": "Parallel iterators",
    "algorithm": "Algorithms",
    "latency": "Lookups",
    "async": "Coroutines",
    "net": "Sockets",
    "observe": "Traces and reports",
    "interop": "With other libraries",
    "simd": "SIMD",
    "channel": "Channels",
    "queue": "Queues",
    "sync": "Locks and waiting",
    "topology": "The machine",
    "base": "Tools",
    "model": "The model checker, and simulated machines",
    "version": "The version",
}
DOC = re.compile(r"[ \t]*///(?!<) ?(.*)")
BRACKETS = r"\((?:[^()]|\((?:[^()]|\([^()]*\))*\))*\)"
EXPRESSION = re.compile(rf"(?:\brequires|=|&&|\|\|)\s*requires\s*(?:{BRACKETS})?\s*$")  # in front of its braces
SKIP = re.compile(r"\s*(?:static_assert|friend|template\s+(?:class|struct|<>)|extern|typedef|public|private|protected)\b")


class scanner:
    """Goes through the declarations of one scope after the other: calls seen(namespaces, comment, declaration, body)."""

    def __init__(self, text, seen):
        self.seen = seen
        text = re.sub(r"/\*.*?\*/", "", text, flags=re.S)
        text = re.sub(r"^[ \t]*#(?:[^\n]*\\\n)*[^\n]*\n", "", text, flags=re.M)  # directives of the preprocessor
        self.text = re.sub(r"\[\[[^\]]*\]\]|\bWEFT_ONCE_PER_PROCESS\b", "", text)  # attributes

    def after(self, at, opening, closing):
        """The place behind the bracket that closes the one at `at`."""
        depth = 0
        while at < len(self.text):
            if self.text.startswith("//", at):
                at = self.text.find("\n", at)
                continue
            if literal := re.compile(r'"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])\'').match(self.text, at):
                at = literal.end()
                continue
            depth += {opening: 1, closing: -1}.get(self.text[at], 0)
            at += 1
            if depth == 0:
                break
        return at

    def scope(self, at, end, namespaces):
        comment, fresh, declaration = [], True, ""
        while at < end:
            if self.text.startswith("//", at):
                stop = self.text.find("\n", at)
                stop = end if stop < 0 else stop
                begin = self.text.rfind("\n", 0, at) + 1
                if not declaration.strip() and (doc := DOC.fullmatch(self.text[begin:stop])):
                    comment = comment + [doc[1]] if fresh else [doc[1]]
                    fresh = True
                at = stop
                continue
            letter = self.text[at]
            if letter == "\n" and not declaration.strip() and re.match(r"\n[ \t]*\n", self.text[at : at + 80]):
                comment = []  # an empty line: what was said there is said of nothing
            if letter == "(":
                stop = self.after(at, "(", ")")
                declaration += self.text[at:stop]
                at = stop
                continue
            if letter == "{":
                stop = self.after(at, "{", "}")
                space = re.fullmatch(r"\s*(?:inline\s+)?namespace\s+([\w:]+)\s*", declaration)
                if space:
                    self.scope(at + 1, stop - 1, namespaces + space[1].split("::"))
                elif EXPRESSION.search(declaration):
                    declaration += "{}"  # a requires-expression
                    at = stop
                    continue
                else:
                    self.seen(namespaces, comment, declaration, self.text[at + 1 : stop - 1])
                    rest = re.compile(r"\s*;").match(self.text, stop)
                    stop = rest.end() if rest else stop
                fresh, declaration, at = False, "", stop  # what follows without an empty line is of the same comment
                continue
            if letter == ";":
                self.seen(namespaces, comment, declaration, "")
                fresh, declaration = False, ""
            elif letter == ":" and re.fullmatch(r"\s*(?:public|private|protected)", declaration):
                self.seen(namespaces, comment, declaration, "")
                fresh, declaration = False, ""
            else:
                declaration += letter
            at += 1


def without_angles(text):
    """`text` without what stands in <...>."""
    out, depth = "", 0
    text = text.replace("->", " ").replace("<=>", " ").replace("<=", " ").replace(">=", " ")
    for letter in text:
        if letter == "<":
            depth += 1
        elif letter == ">" and depth > 0:
            depth -= 1
        elif depth == 0:
            out += letter
    return out


def name_of(declaration):
    """The name that a declaration declares, or None."""
    text = " ".join(declaration.split())
    if not text or SKIP.match(text):
        return None
    if re.search(r"\bfriend\b|\boperator\b", text):
        return None
    if found := re.search(r"\bconcept (\w+)", text):
        return found[1]
    if found := re.match(r"(?:template ?<.*> )?using (\w+) =", text):
        return found[1]
    if found := re.fullmatch(r"using [\w:]*::(\w+)", text):
        return found[1]
    if found := re.match(r"enum (?:class |struct )?(\w+)", text):
        return found[1]
    plain = without_angles(text)
    plain = re.sub(r"^(?:template )+", "", plain)
    # A requires-clause stands between the template and the declaration: what declares comes last.
    if found := re.search(r"\b(?:class|struct) (?:alignas ?\([^)]*\) ?)?([\w:]+)(?: final)?(?: :[^:].*)?$", plain):
        if "::" in found[1]:
            return None
        specialised = re.search(rf"\b(?:class|struct) (?:alignas ?\([^)]*\) ?)?{found[1]} ?<", text)
        return None if specialised else found[1]
    plain = re.sub(r"\brequires\b ?(?:\([^()]*\))? ?\{\}", " ", plain)
    plain = re.sub(rf"\b(?:noexcept|decltype|alignas|explicit|requires) ?{BRACKETS}", " ", plain)
    plain = plain.split("=")[0]
    if found := re.search(r"(~?[\w:]+) ?\(", plain):
        return None if "::" in found[1] or found[1].startswith("~") else found[1]
    if found := re.search(r"(\w+) ?(?:\[[^\]]*\])? ?$", plain):
        return found[1]
    return None


def sentence(comment):
    """The first sentence of a comment: up to a full stop, an empty line, or the first of the marked paragraphs."""
    text = ""
    for line in comment:
        if not line.strip() or re.match(r"(?:Requires|Throws|Cost|Order|Blocking|Thread safety|Example|Source|See also):", line):
            break
        text += line.strip() + " "
    text = text.strip()
    stop = re.search(r"(?<!\be\.g)(?<!\bi\.e)(?:\.(?= [A-Z]|$)|(?<!\.)\.(?= `))", text)
    return text[: stop.start()] if stop else text.rstrip(".:")


def cell(text):
    return text.replace("|", "\\|")


def header_of(root, path, add):
    def seen(namespaces, comment, declaration, body):
        if not namespaces or namespaces[0] != "weft" or "detail" in namespaces:
            return
        name = name_of(declaration)
        if name is not None and not (body == "" and re.search(r"\b(?:class|struct) \w+$", declaration.strip()) and not comment):
            add("::".join([*namespaces[1:], name]), sentence(comment), path)

    text = (root / "include" / path).read_text()
    reader = scanner(text, seen)
    reader.scope(0, len(reader.text), [])


def members_of_chains(root, add):
    path = "weft/iter/par_iterator.hpp"
    wanted = {"public": True, "now": True}

    def member(_, comment, declaration, __):
        access = declaration.strip()
        if access in ("public", "private", "protected"):
            wanted["now"] = access == "public"
            return
        name = name_of(declaration)
        if name is not None and wanted["now"] and comment and name != "par_iterator":
            add(name, sentence(comment), path)

    def seen(namespaces, _, declaration, body):
        if namespaces == ["weft"] and re.search(r"\bclass par_iterator\b", declaration):
            inner = scanner(body, member)
            inner.scope(0, len(inner.text), [])

    text = (root / "include" / path).read_text()
    reader = scanner(text, seen)
    reader.scope(0, len(reader.text), [])


def table(names):
    out = "| name | what it is | header |\n|---|---|---|\n"
    for name in sorted(names, key=lambda n: (n.lower(), n)):
        what, path = names[name]
        out += f"| `{name}` | {cell(what)} | [{path.split('/', 1)[1]}](../include/{path}) |\n"
    return out


def page(root):
    """The page, and the names that no header describes."""
    layers = {layer: {} for layer in TITLES}
    members = {}

    def into(names):
        def add(name, what, path):
            if name not in names or (what and not names[name][0]):
                names[name] = (what, path)
        return add

    umbrella = re.findall(r"#include <(weft/(\w+)(?:/\w+)?\.hpp)>", (root / "include/weft/weft.hpp").read_text())
    apart = [(str(p.relative_to(root / "include")), layer) for layer in ("async", "net", "interop", "model")
             for p in sorted((root / "include/weft" / layer).glob("*.hpp"))]
    for path, layer in umbrella + apart:
        if layer in layers:  # not the seams
            header_of(root, path, into(layers[layer]))
    members_of_chains(root, into(members))
    out = HEAD
    for layer, title in TITLES.items():
        out += f"\n## {title}{'' if layer == 'version' else f': `{layer}/`'}\n\n{table(layers[layer])}"
        if layer == "iter":
            out += f"\n### Members of every chain\n\n{table(members)}"
    bare = [f"{name} ({path})" for names in (*layers.values(), members) for name, (what, path) in names.items() if not what]
    return out, bare


def main():
    root = pathlib.Path(sys.argv[1])
    target = root / "docs/reference.md"
    wanted, bare = page(root)
    if "--write" in sys.argv[2:]:
        target.write_text(wanted)
    current = target.read_text() if target.is_file() else ""
    status = 0
    if current != wanted:
        print("docs/reference.md is not what the headers say: tests/house/reference.py . --write")
        status = 1
    for name in bare:
        print(f"no comment says what {name} is")
        status = 1
    if status == 0:
        print("docs/reference.md is current")
    sys.exit(status)


if __name__ == "__main__":
    main()
