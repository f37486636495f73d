#!/usr/bin/env python3
"""Every number of protocol/codes.hpp is in docs/reference/protocol.md with its text, and no other;
likewise the errors of the server API in docs/reference/http-api.md.

usage: check_reference.py ROOT
"""

import re
import sys
from pathlib import Path

CODE = re.compile(r"inline constexpr \w+_code \w+\{(\d+), \"([^\"]+)\"(, true)?\}")
USED = re.compile(r"using protocol::errors::(\w+);")
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
            yield f"protocol.md: want a row | {code} | {text} |"
        elif code < 200 and (cells[2] == "yes") != temporary:
            yield f"protocol.md: {code} is {'' if temporary else 'not '}temporary"
    for code in found.keys() - wanted.keys():
        yield f"protocol.md: there is no code {code}"


def check_api(codes, api_codes, page):
    statuses = {}
    for cases, status, default in STATUS.findall(api_codes):
        for case in re.findall(r"\d+", cases):
            statuses[int(case)] = status
        fallback = default
    conflict = CODE.search(api_codes)
    texts = {int(code): text for code, text, _ in CODE.findall(codes)}
    texts[int(conflict[1])] = conflict[2]
    for code, cells in rows(page).items():
        if code >= 200:
            continue
        wanted = [str(code), texts.get(code), statuses.get(code, fallback)]
        if cells[0][:3] != wanted:
            yield f"http-api.md: want a row | {' | '.join(map(str, wanted))} |"
    for code in statuses.keys() - rows(page).keys():
        yield f"http-api.md: {code} is missing"


def main():
    root = Path(sys.argv[1])
    codes = (root / "protocol/codes.hpp").read_text()
    api_codes = (root / "protocol/api/codes.hpp").read_text()
    reference = root / "docs/reference"
    findings = [*check_protocol(codes, (reference / "protocol.md").read_text()),
                *check_api(codes, api_codes, (reference / "http-api.md").read_text())]
    for finding in findings:
        print(finding)
    return 1 if findings else 0


sys.exit(main())
