#!/usr/bin/env python3
"""Troupe's runtime beside its peers, on this machine, in one run.

usage: ./dev bench micro [--workload NAME]… [--systems NAME,…] [--rounds N] [--seconds S]

Builds every system's program and runs each workload on them in turn (A B A B …), N rounds, each run
a process of its own. Prints median, spread (half of what lies between the extremes) and Troupe's
ratio to the best peer; writes build/bench/micro.json.

With all workloads, five rounds and one second it takes about 20 minutes; after 40 no further round
begins. Let nothing else run beside it.
"""

import argparse
import dataclasses
import json
import sys
import time

import results
import systems
from workloads import WORKLOADS

MINUTES_MAX = 40
ROUNDS_MAX = 100
SECONDS_MAX = 10.0
OURS = "troupe"


def built(wanted, problems):
    """The systems that can be run, with their workloads; why the others cannot goes to problems."""
    able = []
    for system in wanted:
        try:
            system.build()
            able.append((system, frozenset(system.workloads())))
        except systems.CannotRun as reason:
            problems.append(f"{system.name}: left out, {reason}")
    return able


def measure(workloads, able, rounds, seconds, problems, say, clock=time.monotonic):
    """The results of all. A workload that fails on a system is not tried there again."""
    deadline = clock() + MINUTES_MAX * 60
    found = []
    for workload in workloads:
        runs = {system.name: [] for system, names in able if workload.name in names}
        failed = set()
        for turn in range(rounds):
            if clock() > deadline:
                problems.append(f"{workload.name}: {turn} of {rounds} rounds, {MINUTES_MAX} "
                                "minutes are over")
                break
            for system, _ in able:
                if system.name not in runs or system.name in failed:
                    continue
                try:
                    runs[system.name].append(system.run(workload.name, seconds))
                except systems.CannotRun as reason:
                    failed.add(system.name)
                    problems.append(f"{system.name}: failed in round {turn + 1}, {reason}")
        found += [results.summed_up(workload, name, values) for name, values in runs.items()
                  if values]
        say(f"{workload.name}: " + ", ".join(
            f"{r.system} {results.short(r.median)}" for r in found if r.workload == workload.name))
    return found


def pick(names, known, what, parser):
    for name in names:
        if name not in known:
            parser.error(f"no {what} {name}; there are {', '.join(known)}")
    return [item for name, item in known.items() if not names or name in names]


def main(arguments, all_systems=None, out=None):
    parser = argparse.ArgumentParser(prog="./dev bench micro", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--workload", action="append", default=[], metavar="NAME")
    parser.add_argument("--systems", default="", metavar="NAME,…")
    parser.add_argument("--rounds", type=int, default=5, metavar="N")
    parser.add_argument("--seconds", type=float, default=1.0, metavar="S")
    options = parser.parse_args(arguments)
    if not 1 <= options.rounds <= ROUNDS_MAX or not 0 < options.seconds <= SECONDS_MAX:
        parser.error(f"rounds are 1 to {ROUNDS_MAX}, seconds up to {SECONDS_MAX:.0f}")
    real = all_systems is None
    known = {system.name: system for system in (systems.SYSTEMS if real else all_systems)}
    wanted = pick([n for n in options.systems.split(",") if n], known, "system", parser)
    workloads = pick(options.workload, {w.name: w for w in WORKLOADS}, "workload", parser)
    out = out or systems.OUT / "micro.json"

    def say(text):
        print(text, file=sys.stderr, flush=True)

    problems = []
    say("building " + ", ".join(system.name for system in wanted))
    if real:
        try:
            systems.build_counter()
        except systems.CannotRun as reason:
            problems.append(f"allocations cannot be counted: {reason}")
    able = built(wanted, problems)
    found = measure(workloads, able, options.rounds, options.seconds, problems, say)
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(json.dumps([dataclasses.asdict(r) for r in found], indent=1) + "\n")
    for line in results.table(workloads, [system.name for system, _ in able], found, OURS):
        print(line)
    for problem in problems:
        print(problem)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
