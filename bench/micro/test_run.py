#!/usr/bin/env python3
"""The runner of the benchmark, on systems that are made up."""

import contextlib
import io
import json
import tempfile
import unittest
from pathlib import Path

import results
import run
from systems import CannotRun
from workloads import WORKLOADS

BY_NAME = {workload.name: workload for workload in WORKLOADS}
HOPS = BY_NAME["pingpong_hops_per_s"]
BYTES = BY_NAME["idle_actor_bytes"]


class Fake:
    """Gives the values in turn; a value that is a text is why it cannot run."""

    def __init__(self, name, values=None, cannot_build="", log=None):
        self.name = name
        self.values = {key: list(some) for key, some in (values or {}).items()}
        self.cannot_build = cannot_build
        self.log = log if log is not None else []

    def build(self):
        if self.cannot_build:
            raise CannotRun(self.cannot_build)

    def workloads(self):
        return list(self.values)

    def run(self, workload, seconds):
        self.log.append(self.name)
        value = self.values[workload].pop(0)
        if isinstance(value, str):
            raise CannotRun(value)
        return value


def output_of(fakes, *arguments):
    """Exit code, printed text and the written file of a run."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "made/micro.json"
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(io.StringIO()):
            code = run.main(list(arguments), all_systems=fakes, out=out)
        return code, printed.getvalue(), json.loads(out.read_text())


class Statistics(unittest.TestCase):
    def test_the_median_is_of_all_runs_and_not_the_mean(self):
        result = results.summed_up(HOPS, "troupe", [1, 100, 2, 3, 4])
        self.assertEqual((result.median, result.min, result.max), (3, 1, 100))
        self.assertEqual(results.summed_up(HOPS, "troupe", [1, 2]).median, 1.5)

    def test_the_spread_is_half_the_distance_of_the_extremes(self):
        self.assertEqual(results.spread(results.summed_up(HOPS, "a", [90, 100, 130])), "±20 %")
        self.assertEqual(results.spread(results.summed_up(HOPS, "a", [0, 0])), "±0 %")

    def test_the_ratio_is_to_the_best_peer_not_to_the_last(self):
        found = [results.summed_up(HOPS, name, [value])
                 for name, value in (("a", 5), ("troupe", 20), ("b", 10), ("c", 2))]
        self.assertEqual(results.ratio_to_best_peer(HOPS, found, "troupe"), 2)

    def test_where_less_is_better_half_the_bytes_are_a_ratio_of_two(self):
        found = [results.summed_up(BYTES, name, [value])
                 for name, value in (("a", 1000), ("troupe", 250), ("b", 500))]
        self.assertEqual(results.ratio_to_best_peer(BYTES, found, "troupe"), 2)

    def test_zero_calls_against_zero_calls_are_even(self):
        calls = BY_NAME["allocations_per_hop"]
        even = [results.summed_up(calls, name, [0]) for name in ("a", "troupe")]
        self.assertEqual(results.ratio_to_best_peer(calls, even, "troupe"), 1)

    def test_without_a_peer_there_is_no_ratio(self):
        self.assertIsNone(results.ratio_to_best_peer(
            HOPS, [results.summed_up(HOPS, "troupe", [1])], "troupe"))

    def test_numbers_are_short(self):
        self.assertEqual([results.short(n) for n in (12_345_678, 4_321, 496.66, 0)],
                         ["12.3 M", "4.32 k", "497", "0"])


class Runner(unittest.TestCase):
    def test_the_systems_run_in_turn(self):
        log = []
        fakes = [Fake(name, {HOPS.name: [1, 2, 3]}, log=log) for name in ("troupe", "peer")]
        output_of(fakes, "--rounds", "3")
        self.assertEqual(log, ["troupe", "peer"] * 3)

    def test_the_table_has_a_row_for_each_workload_and_the_file_every_run(self):
        code, printed, written = output_of(
            [Fake("troupe", {HOPS.name: [9e6, 1e7, 1.1e7], BYTES.name: [500, 500, 500]}),
             Fake("peer", {HOPS.name: [5e6, 5e6, 6e6]})], "--rounds", "3")
        self.assertEqual(code, 0)
        lines = [line.split() for line in printed.splitlines()]
        self.assertEqual(lines[1], ["pingpong_hops_per_s", "hops/s", "10", "M", "±10", "%", "5",
                                    "M", "±10", "%", "2.00"])
        self.assertEqual(lines[2], ["idle_actor_bytes", "bytes", "500", "±0", "%", "–", "–"])
        self.assertEqual(written[0], {"workload": HOPS.name, "system": "troupe", "unit": "hops/s",
                                      "median": 1e7, "min": 9e6, "max": 1.1e7,
                                      "runs": [9e6, 1e7, 1.1e7]})
        self.assertEqual(len(written), 3)

    def test_a_system_that_cannot_be_built_is_named_with_the_reason(self):
        code, printed, written = output_of(
            [Fake("troupe", {HOPS.name: [1]}), Fake("peer", cannot_build="building: no compiler")],
            "--rounds", "1")
        self.assertEqual(code, 1)
        self.assertIn("peer: left out, building: no compiler", printed)
        self.assertEqual([entry["system"] for entry in written], ["troupe"])

    def test_a_workload_that_fails_is_named_and_keeps_the_rounds_it_had(self):
        code, printed, written = output_of(
            [Fake("troupe", {HOPS.name: [1, 1, 1]}), Fake("peer", {HOPS.name: [7, "it fell"]})],
            "--rounds", "3")
        self.assertEqual(code, 1)
        self.assertIn("peer: failed in round 2, it fell", printed)
        self.assertEqual(written[1]["runs"], [7])

    def test_no_round_begins_when_the_time_is_over(self):
        problems, times = [], iter([0, 1, run.MINUTES_MAX * 60 + 1])
        fake = Fake("troupe", {HOPS.name: [1, 2]})
        found = run.measure([HOPS], [(fake, [HOPS.name])], 2, 1, problems, lambda text: None,
                            clock=lambda: next(times))
        self.assertEqual(found[0].runs, [1])
        self.assertEqual(problems, [f"{HOPS.name}: 1 of 2 rounds, {run.MINUTES_MAX} minutes are "
                                    "over"])

    def test_an_unknown_name_is_refused(self):
        for words in (("--workload", "nothing"), ("--systems", "nobody"), ("--rounds", "0")):
            with self.assertRaises(SystemExit):
                output_of([Fake("troupe", {HOPS.name: [1]})], *words)


if __name__ == "__main__":
    unittest.main()
