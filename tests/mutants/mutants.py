#!/usr/bin/env python3
"""Breaks what the runtime promises, one piece of code at a time, and sees that a test notices.

usage: mutants.py [--build-with COMMAND] [REGEX]

The tables are runtime/*.toml beside this file; `Mutant` says what an entry holds. REGEX picks the
entries whose id, rule, file or test it is found in.

Works on a copy of the sources in build/mutants, never on the sources themselves. Each mutant is
built alone, and the test that is expected to fail is run by itself; where it passes all the same,
all tests of the runtime are run, and those that fail are named. A test that crashes or does not end
has failed. Exit code 1 unless the expected test of each mutant fails, and passes without it.
"""

import argparse
import os
import re
import shlex
import subprocess
import sys
import time
import tomllib
from dataclasses import dataclass, fields
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TABLES = Path(__file__).resolve().parent / "runtime"
PROGRAMS = ("troupe_test_runtime", "troupe_test_patterns", "troupe_test_journal")
TEST_SECONDS_MAX = 30
PROGRAM_SECONDS_MAX = 90
RESIDENT_MIB_MAX = 4096  # of a test: what is broken may grow without end


class TableError(Exception):
    pass


@dataclass(frozen=True)
class Mutant:
    id: str      # what it is about: a rule or a row of the runtime
    rule: str    # the promise that is broken, a sentence
    file: str    # below the root
    text: str    # stands in the file exactly once, white space aside
    broken: str  # takes its place
    test: str    # suite.name of a test that must fail; * stands for anything

    def broken_source(self, source):
        places = list(re.finditer(r"\s+".join(map(re.escape, self.text.split())), source))
        if len(places) != 1:
            raise TableError(f"{self.id}, {self.rule}: {self.file} has the text "
                             f"{len(places)} times, not once: {self.text.strip()}")
        begin, end = places[0].span()
        return source[:begin] + self.broken.strip() + source[end:]


def parse(toml, where):
    names = {field.name for field in fields(Mutant)}
    mutants = []
    for entry in tomllib.loads(toml).get("mutant", []):
        if set(entry) != names or not all(isinstance(each, str) for each in entry.values()):
            raise TableError(f"{where}: an entry has the fields {', '.join(sorted(names))}, each a "
                             f"text, and no other; {entry.get('rule')} has {', '.join(entry)}")
        mutants.append(Mutant(**entry))
    return mutants


def load():
    mutants = []
    for table in sorted(TABLES.glob("*.toml")):
        mutants += parse(table.read_text(encoding="utf-8"), table.name)
    return mutants


def failed_tests(log):
    """Those that fail; the last, when it has not ended: it crashed."""
    tests = {}
    for state, test in re.findall(r"^\[ +(RUN|OK|FAILED) +\] (\w\S*\.\S+)", log, re.MULTILINE):
        tests[test] = state
    return [test for test, state in tests.items() if state != "OK"]


def fails(program, test, seconds_max=TEST_SECONDS_MAX):
    """True when the test fails, crashes, or does not end in time."""
    options = os.environ.get("ASAN_OPTIONS", "") + f":hard_rss_limit_mb={RESIDENT_MIB_MAX}"
    try:
        done = subprocess.run([program, f"--gtest_filter={test}"], timeout=seconds_max,
                              env=os.environ | {"ASAN_OPTIONS": options},
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    except subprocess.TimeoutExpired:
        return True
    return done.returncode != 0


class Workshop:
    """The copy of the sources, and its build tree."""

    def __init__(self, folder, build_with):
        self.folder = folder
        self.build_folder = folder / "build" / "asan"
        self.build_with = build_with

    def refresh(self):
        """Brings the copy up to date; files that have not changed are not built again."""
        listed = subprocess.run(["git", "ls-files", "-z", "-co", "--exclude-standard"], cwd=ROOT,
                                stdout=subprocess.PIPE, check=True).stdout.decode().split("\0")
        for path in filter(None, listed):
            if (ROOT / path).is_file():
                self.write(path, (ROOT / path).read_bytes())

    def write(self, path, content):
        target = self.folder / path
        if target.is_file() and target.read_bytes() == content:
            return
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)

    def build(self, programs=PROGRAMS):
        """What the build said; empty when it succeeded."""
        if not (self.build_folder / "build.ninja").is_file():
            subprocess.run(["cmake", "--preset", "asan", "-DTROUPE_SERVER=OFF"], cwd=self.folder,
                           stdout=subprocess.DEVNULL, check=True)
        done = subprocess.run([*self.build_with, "cmake", "--build", self.build_folder, "-j", "2",
                               "--target", *programs], stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True)
        return done.stdout if done.returncode != 0 else ""

    def program_path(self, name):
        return next(self.build_folder.glob(f"**/{name}"))

    def has_test(self, program, test):
        listed = subprocess.run([self.program_path(program), f"--gtest_filter={test}",
                                 "--gtest_list_tests"], stdout=subprocess.PIPE, check=True)
        return b"\n  " in listed.stdout

    def failing(self, program):
        log = self.folder / "build" / "all_tests.log"
        with open(log, "w") as out:
            try:
                subprocess.run([self.program_path(program)], stdout=out, stderr=subprocess.DEVNULL,
                               timeout=PROGRAM_SECONDS_MAX)
            except subprocess.TimeoutExpired:
                pass
        return failed_tests(log.read_text())

    def judge(self, mutant, program):
        """The verdict, and what there is to say about it."""
        source = (ROOT / mutant.file).read_text(encoding="utf-8")
        self.write(mutant.file, mutant.broken_source(source).encode())
        try:
            if errors := self.build([program]):
                return "does not build", "\n".join(re.findall(r".*error:.*", errors)[:3])
            if fails(self.program_path(program), mutant.test):
                return "caught", mutant.test
            if errors := self.build():
                return "does not build", "\n".join(re.findall(r".*error:.*", errors)[:3])
            failing = [test for each in PROGRAMS for test in self.failing(each)]
            if failing:
                return "caught by others", f"not by {mutant.test}, but {', '.join(failing)}"
            return "survived", mutant.test
        finally:
            self.write(mutant.file, source.encode())


def main():
    options = argparse.ArgumentParser(description=__doc__.split("\n\n", maxsplit=1)[0])
    options.add_argument("--build-with", type=shlex.split, default=[], metavar="COMMAND",
                         help="what each build runs under, such as `nice`")
    options.add_argument("regex", nargs="?", default="", help="which mutants; default: all")
    asked = options.parse_args()
    chosen = [mutant for mutant in load() if any(re.search(asked.regex, text) for text in (
        mutant.id, mutant.rule, mutant.file, mutant.test))]
    if not chosen:
        sys.exit("mutants: no mutant matches")
    workshop = Workshop(ROOT / "build" / "mutants", asked.build_with)
    workshop.refresh()
    if errors := workshop.build():
        sys.exit(errors)
    program_of = {}
    for test in {mutant.test for mutant in chosen}:
        program_of[test] = next((each for each in PROGRAMS if workshop.has_test(each, test)), None)
        if not program_of[test] or fails(workshop.program_path(program_of[test]), test):
            sys.exit(f"mutants: without any mutant, {test} does not pass")
    verdicts = []
    for mutant in chosen:
        began = time.monotonic()
        verdict, about = workshop.judge(mutant, program_of[mutant.test])
        verdicts.append(verdict)
        print(f"{verdict:9} {mutant.id:7} {mutant.rule}: {about} "
              f"({time.monotonic() - began:.0f} s)", flush=True)
    caught = verdicts.count("caught")
    print(f"{caught} caught, {len(verdicts) - caught} survived")
    sys.exit(caught != len(verdicts))


if __name__ == "__main__":
    try:
        main()
    except TableError as error:
        sys.exit(f"mutants: {error}")
