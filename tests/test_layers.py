#!/usr/bin/env python3
"""test_layers.py - hold the sources to the layers and to the style's bounds.

The layers are read from the table in doc/ARCHITECTURE.md; the bounds are
those of doc/STYLE.md.
"""
import os
import re
import subprocess
import sys

TOP = os.environ.get("top_srcdir") or os.path.dirname(
    os.path.dirname(os.path.abspath(__file__)))
COMPILER = os.environ.get("CC", "cc").split()

COLUMNS_MAX = 80
TAB_COLUMNS = 8
FILE_LINES_MAX = 400
FUNCTION_LINES_MAX = 70
COMPILE_SECONDS_MAX = 60

# The headers by which each library is known.
LIBRARIES = {
    "fcgi": re.compile(r"(fcgi\w*|fastcgi)\.h"),
    "json-c": re.compile(r"json(-c/\w+)?\.h|json_\w+\.h"),
    "lmdb": re.compile(r"lmdb\.h"),
    "nats": re.compile(r"(nats/)?nats\.h"),
    "seccomp": re.compile(r"seccomp\.h"),
    "smartcols": re.compile(r"(libsmartcols/)?libsmartcols\.h"),
    "sodium": re.compile(r"sodium(/\w+)?\.h"),
    "xxhash": re.compile(r"xxh(ash|3)\.h"),
}
BANNED_WORDS = {"util", "utils", "helper", "helpers", "misc", "common",
                "manager", "data", "info", "handle", "process", "do", "my",
                "tmp2"}
BANNED_CALLS = re.compile(
    r"\b(strcpy|strcat|sprintf|vsprintf|atoi|atol|strtok|gets)\s*\(")
DEFINITION = re.compile(r"([a-z_][a-z0-9_]*)\(")
INCLUDE = re.compile(r'\s*#\s*include\s+([<"])([^>"]+)[>"]')
COMMENT_OR_STRING = re.compile(
    r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"', re.DOTALL)


class Layer:
    def __init__(self, may_include, libraries):
        self.may_include = may_include
        self.libraries = libraries


def read_layers():
    """The table: | `src/x` | what | may include | libraries |."""
    layers = {}
    path = os.path.join(TOP, "doc", "ARCHITECTURE.md")
    with open(path, encoding="utf-8") as file:
        for line in file:
            cells = [cell.strip() for cell in line.split("|")[1:-1]]
            row = re.fullmatch(r"`src/(\w+)`", cells[0] if cells else "")
            if row and len(cells) == 4:
                layers[row[1]] = Layer(cells[2].replace(",", " ").split(),
                                       cells[3].replace(",", " ").split())
    return layers


class Source:
    """One C file, with its comments and strings blanked where asked for."""

    def __init__(self, path):
        self.path = path
        with open(os.path.join(TOP, path), encoding="utf-8") as file:
            self.text = file.read()
        self.lines = self.text.splitlines()

    def code(self):
        """The text without comments and strings, line for line."""
        return COMMENT_OR_STRING.sub(
            lambda match: re.sub(r"[^\n]", " ", match[0]), self.text)

    def includes(self):
        """Line number, whether in quotes, and path of each #include."""
        for number, line in enumerate(self.lines, 1):
            match = INCLUDE.match(line)
            if match:
                yield number, match[1] == '"', match[2]

    def first_include(self):
        """The path of the first #include, or None."""
        return next((path for _, _, path in self.includes()), None)

    def functions(self):
        """First line, name and line count of each definition."""
        lines = self.code().splitlines()
        start = None
        for number, line in enumerate(lines, 1):
            match = DEFINITION.match(line)
            # The return type stands on the line before.
            if match and start is None:
                start = (number - 1, match[1])
            elif start and (line.startswith("}") or line.endswith(");")):
                if line.startswith("}"):
                    yield start[0], start[1], number - start[0] + 1
                start = None


def read_sources(folder):
    """Every .c and .h below a folder of the tree."""
    found = []
    for where, _, names in os.walk(os.path.join(TOP, folder)):
        found += [os.path.relpath(os.path.join(where, name), TOP)
                  for name in names if name.endswith((".c", ".h"))]
    return [Source(path) for path in sorted(found)]


def layer_faults(layers, sources):
    """Includes that no row of the table allows."""
    for source in sources:
        folder = source.path.split(os.sep)[1]
        layer = layers.get(folder)
        if layer is None:
            yield f"{source.path}: doc/ARCHITECTURE.md has no row for it"
            continue
        for number, is_ours, path in source.includes():
            place = f"{source.path}:{number}"
            if is_ours and "/" in path:
                other = path.split("/")[0]
                if other != folder and other not in layer.may_include:
                    yield f"{place}: {folder} may not include {path}"
            elif is_ours and path != "config.h":
                yield f'{place}: "{path}" does not name its folder'
            for library, header in LIBRARIES.items():
                if header.fullmatch(path) and not is_ours and \
                        library not in layer.libraries:
                    yield f"{place}: {folder} may not know {library}"


def table_faults(layers):
    """A table that cannot be right: a circle, or a row without a folder."""
    seen = []
    for name, layer in layers.items():
        if not os.path.isdir(os.path.join(TOP, "src", name)):
            yield f"there is no src/{name}"
        for other in layer.may_include:
            if other not in seen:
                yield f"src/{name} includes {other}, which is not above it"
        for library in layer.libraries:
            if library not in LIBRARIES:
                yield f"src/{name}: this test does not know {library}"
        seen.append(name)
    if not layers:
        yield "doc/ARCHITECTURE.md has no table of layers"


def line_faults(sources):
    for source in sources:
        for number, line in enumerate(source.lines, 1):
            if len(line.expandtabs(TAB_COLUMNS)) > COLUMNS_MAX:
                yield (f"{source.path}:{number}: "
                       f"over {COLUMNS_MAX} columns")
            if line != line.rstrip():
                yield f"{source.path}:{number}: blanks at the end"


def file_faults(sources):
    for source in sources:
        if len(source.lines) >= FILE_LINES_MAX:
            yield f"{source.path}: {len(source.lines)} lines"


def first_line_faults(sources):
    for source in sources:
        name = os.path.basename(source.path)
        if not source.lines[0].startswith(f"/* {name} - "):
            yield f"{source.path}: the first line does not say what it is"


def function_faults(sources):
    for source in sources:
        for number, name, count in source.functions():
            if count > FUNCTION_LINES_MAX:
                yield f"{source.path}:{number}: {name} has {count} lines"


def name_faults(sources):
    for source in sources:
        stem = os.path.splitext(os.path.basename(source.path))[0]
        for word in BANNED_WORDS & set(stem.split("_")):
            yield f"{source.path}: \"{word}\" says nothing"
        for number, name, _ in source.functions():
            for word in BANNED_WORDS & set(name.split("_")):
                yield f"{source.path}:{number}: {name}: \"{word}\"" \
                    " says nothing"


def call_faults(sources):
    for source in sources:
        for number, line in enumerate(source.code().splitlines(), 1):
            for match in BANNED_CALLS.finditer(line):
                yield f"{source.path}:{number}: {match[1]} has no bound"


def header_faults(sources):
    """Headers that do not compile alone.  Most are what a source includes
    before all else, so that the build has tried them."""
    tried = {source.first_include() for source in sources
             if source.path.endswith(".c")}
    for source in sources:
        name = source.path[len("src/"):]
        if not name.endswith(".h") or name in tried:
            continue
        done = subprocess.run(
            [*COMPILER, "-std=gnu11", "-fsyntax-only", "-Wall", "-Werror",
             "-Isrc", "-x", "c", "-"], cwd=TOP, check=False,
            input=f'#include "{name}"\n'.encode(),
            stderr=subprocess.PIPE, timeout=COMPILE_SECONDS_MAX)
        if done.returncode != 0:
            yield done.stderr.decode(errors="replace")


def main():
    layers = read_layers()
    sources = read_sources("src")
    tests = [source for source in read_sources("tests")
             if source.path.endswith(".c")]
    rules = (
        ("the table of layers has no circle", table_faults(layers)),
        ("every include is one that the table allows",
         layer_faults(layers, sources)),
        ("every header compiles alone", header_faults(sources)),
        (f"no line is over {COLUMNS_MAX} columns or ends in blanks",
         line_faults(sources + tests)),
        (f"every file is under {FILE_LINES_MAX} lines",
         file_faults(sources + tests)),
        ("every file says in its first line what it is",
         first_line_faults(sources + tests)),
        (f"no function is over {FUNCTION_LINES_MAX} lines",
         function_faults(sources + tests)),
        ("no file or function has a name that says nothing",
         name_faults(sources)),
        ("no call without a bound", call_faults(sources + tests)),
    )
    print(f"1..{len(rules)}")
    failed = 0
    for number, (name, faults) in enumerate(rules, 1):
        faults = list(faults)
        failed += bool(faults)
        print(f"{'not ' if faults else ''}ok {number} - {name}")
        for fault in faults:
            print("\n".join("#   " + line for line in fault.splitlines()))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
