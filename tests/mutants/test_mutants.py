"""The tables of mutants fit the sources, and the tool that applies them says what it sees."""

import re
import stat
import sys
import tempfile
import unittest
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).parent))
import mutants  # noqa: E402

ENTRY = """
[[mutant]]
id = "R3"
rule = "a mailbox is bounded"
file = "a.cpp"
text = "if (full) return false;"
broken = ""
test = "mailbox.is_bounded"
"""


class Tables(unittest.TestCase):
    def test_every_entry_applies_to_the_source_exactly_once(self):
        for mutant in mutants.load():
            with self.subTest(mutant.rule):
                source = (mutants.ROOT / mutant.file).read_text(encoding="utf-8")
                self.assertNotEqual(mutant.broken_source(source), source)

    def test_every_expected_test_is_there(self):
        sources = [path.read_text(encoding="utf-8")
                   for path in (mutants.ROOT / "runtime").glob("**/*.test.cpp")]
        there = {f"{suite}.{name}" for text in sources for suite, name in
                 re.findall(r"^TEST\w*\(\s*(\w+),\s*(\w+)\)", text, re.MULTILINE)}
        for mutant in mutants.load():
            with self.subTest(mutant.rule):
                self.assertIn(mutant.test.strip("*/"), there)

    def test_every_rule_and_row_has_entries_and_no_promise_has_two(self):
        every = [mutant.id for mutant in mutants.load()]
        wanted = {f"rule {n}" for n in range(1, 8)} | {f"R{n}" for n in range(1, 13)}
        self.assertEqual(set(every), wanted)
        promises = [(mutant.rule, mutant.test) for mutant in mutants.load()]
        self.assertEqual(len(promises), len(set(promises)))


class Parsing(unittest.TestCase):
    def entry(self, **changes):
        return mutants.Mutant(**(vars(mutants.parse(ENTRY, "t.toml")[0]) | changes))

    def test_an_entry_has_exactly_its_fields(self):
        self.assertEqual(self.entry().test, "mailbox.is_bounded")
        for wrong in (ENTRY + 'more = "x"', ENTRY.replace('id = "R3"', ""),
                      ENTRY.replace('"R3"', "3")):
            with self.assertRaisesRegex(mutants.TableError, "a mailbox is bounded"):
                mutants.parse(wrong, "t.toml")

    def test_white_space_does_not_count(self):
        broken = self.entry().broken_source("{\n  if (full)\n    return false;\n}\n")
        self.assertEqual(broken, "{\n  \n}\n")

    def test_a_text_that_is_not_there_exactly_once_is_an_error(self):
        for source, times in (("", 0), ("if (full) return false;" * 2, 2)):
            with self.assertRaisesRegex(mutants.TableError, f"has the text {times} times"):
                self.entry().broken_source(source)


class Verdicts(unittest.TestCase):
    """Of programs that are shell scripts."""

    def program(self, script):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        path = Path(folder.name) / "program"
        path.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
        path.chmod(path.stat().st_mode | stat.S_IXUSR)
        return path

    def test_a_test_that_passes_does_not_fail(self):
        self.assertFalse(mutants.fails(self.program('[ "$1" = --gtest_filter=a.b ]'), "a.b"))

    def test_a_test_that_fails_crashes_or_hangs_fails(self):
        for script in ("exit 1", "kill -SEGV $$", "exec sleep 60"):
            with self.subTest(script):
                self.assertTrue(mutants.fails(self.program(script), "a.b", seconds_max=1))

    def test_the_tests_that_failed_are_read_from_what_was_printed(self):
        log = ("[ RUN      ] a.b\n[       OK ] a.b (0 ms)\n[ RUN      ] a.c\n"
               "[  FAILED  ] a.c (0 ms)\n[ RUN      ] a.d\nAborted\n")
        self.assertEqual(mutants.failed_tests(log), ["a.c", "a.d"])
        self.assertEqual(mutants.failed_tests(log + "[       OK ] a.d (0 ms)\n"), ["a.c"])


if __name__ == "__main__":
    unittest.main()
