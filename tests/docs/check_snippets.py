#!/usr/bin/env python3
"""Every C++ snippet of docs/start.md and docs/guides/ is taken from a file that is compiled.

A fenced block with `<!-- path/of/the/source -->` on the line before it must be found in that file,
line by line but for the indentation; a line that is only `…` or `// …` leaves lines out. A `cpp`
block without a source is an error. Prints a line for each finding, then a summary.
"""

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BLOCK = re.compile(r"(?:^<!-- (?P<source>[\w./-]+) -->\n)?^```(?P<language>\w*)[^\n]*\n"
                   r"(?P<body>.*?)^```$", re.MULTILINE | re.DOTALL)
LEFT_OUT = re.compile(r"^\s*(// )?…$")
COMPILED = ("runtime/examples/", "runtime/src/", "runtime/sim/", "tests/install/consumer/")


def stripped(text):
    return [line.strip() for line in text.split("\n") if line.strip()]


def pieces(body):
    """The runs of lines between the places where lines are left out."""
    piece = []
    for line in body.split("\n"):
        if LEFT_OUT.match(line):
            yield piece
            piece = []
        elif line.strip():
            piece.append(line.strip())
    yield piece


def missing_piece(body, source):
    """The first line of a piece that is not found behind the one before it; None if all are."""
    at = 0
    for piece in pieces(body):
        if not piece:
            continue
        for start in range(at, len(source) - len(piece) + 1):
            if source[start:start + len(piece)] == piece:
                at = start + len(piece)
                break
        else:
            return piece[0]
    return None


def check(page, text):
    """(count of blocks compared, findings)"""
    compared, findings = 0, []
    for block in BLOCK.finditer(text):
        line = text.count("\n", 0, block.start()) + 1
        source = block["source"]
        if source is None:
            if block["language"] == "cpp":
                findings.append(f"{page}:{line}: say above it where this is taken from")
            continue
        if block["language"] == "cpp" and not source.startswith(COMPILED):
            findings.append(f"{page}:{line}: {source} is not a file that is compiled")
        elif not (ROOT / source).is_file():
            findings.append(f"{page}:{line}: {source} does not exist")
        else:
            compared += 1
            missing = missing_piece(block["body"], stripped((ROOT / source).read_text()))
            if missing is not None:
                findings.append(f"{page}:{line}: {source} no longer has, in this order: {missing}")
    return compared, findings


def self_check():
    """The check finds what it is for."""
    source = stripped("int a;\n  int b;\nint c;\n")
    assert missing_piece("int a;\nint b;\n", source) is None
    assert missing_piece("int a;\n  // …\nint c;\n", source) is None
    assert missing_piece("int a;\nint c;\n", source) == "int a;"
    assert missing_piece("int c;\n…\nint a;\n", source) == "int a;"
    assert len(check("page", "```cpp\nint a;\n```\n")[1]) == 1
    assert len(check("page", "<!-- README.md -->\n```cpp\nint a;\n```\n")[1]) == 1
    assert len(check("page", "<!-- runtime/src/gone.cpp -->\n```cpp\nint a;\n```\n")[1]) == 1


def main():
    self_check()
    pages = [ROOT / "docs/start.md", *sorted((ROOT / "docs/guides").glob("*.md"))]
    compared, findings = 0, []
    for page in pages:
        count, found = check(page.relative_to(ROOT).as_posix(), page.read_text())
        compared += count
        findings += found
    print(*findings, f"{len(pages)} pages, {compared} snippets, {len(findings)} findings", sep="\n")
    return 1 if findings or compared == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
