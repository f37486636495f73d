#!/usr/bin/env python3
"""Every number of protocol/codes.hpp is in docs/reference/codes.md with its text, and no other; the
errors of the server API in docs/reference/server-api.md have the statuses of the code.

usage: check_reference.py ROOT
"""

import re
import sys
from pathlib import Path

CODE = re.compile(r"inline constexpr \w+_code \w+\{(\d+), \"([^\"]+)\"(, true)?\}")
STATUS = re.compile(r"((?:case \d+:\s*)+)return (\d+);|default:\s*return (\d+);")


def rows(page):
    """The rows of tables that begin with a number of three or four digits, as lists of cells."""
    found = {}
    for line in page.splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if line.startswith("|") and re.fullmatch(r"\d{3,4}", cells[0]):
            found.setdefault(int(cells[0]), []).append(cells)
    return found


def check_protocol(codes, page):
    wanted = {int(code): (text, bool(temporary)) for code, text, temporary in CODE.findall(codes)}
    found = {code: cells for code, cells in rows(page).items() if code >= 1000 or code < 200}
    for code, (text, temporary) in wanted.items():
        cells = found.get(code, [[]])[0]
        if len(cells) < 3 or cells[1] != text:
            yield f"codes.md: want a row | {code} | {text} |"
        elif code < 200 and (cells[2] == "yes") != temporary:
            yield f"codes.md: {code} is {'' if temporary else 'not '}temporary"
    for code in found.keys() - wanted.keys():
        yield f"codes.md: there is no code {code}"


def check_api(api_codes, page):
    statuses = {}
    for cases, status, default in STATUS.findall(api_codes):
        for case in re.findall(r"\d+", cases):
            statuses[int(case)] = status
        fallback = default
    for code, cells in rows(page).items():
        wanted = statuses.get(code, fallback)
        if code < 200 and cells[0][2] != wanted:
            yield f"server-api.md: {code} has the status {wanted}"


def main():
    root = Path(sys.argv[1])
    codes = (root / "protocol/codes.hpp").read_text()
    api_codes = (root / "protocol/api/codes.hpp").read_text()
    reference = root / "docs/reference"
    findings = [*check_protocol(codes, (reference / "codes.md").read_text()),
                *check_api(api_codes, (reference / "server-api.md").read_text())]
    for finding in findings:
        print(finding)
    return 1 if findings else 0


sys.exit(main())
