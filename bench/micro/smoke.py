#!/usr/bin/env python3
"""Runs every workload of a program of the benchmark for a moment, so that it does not rot.

usage: smoke.py PROGRAM

The largest circles are left out, as is what needs the allocator's calls counted.
"""

import json
import subprocess
import sys

from workloads import WORKLOADS

SECONDS = "0.001"
LEFT_OUT = ("actors_1e5_", "actors_1e6_", "allocations_")
SECONDS_MAX = 60


def main(program):
    listed = subprocess.run([program, "list"], check=True, capture_output=True, text=True)
    names = listed.stdout.split()
    known = [workload.name for workload in WORKLOADS]
    if sorted(names) != sorted(known):
        print(f"the program and workloads.py differ in {sorted(set(names) ^ set(known))}")
        return 1
    for name in names:
        if name.startswith(LEFT_OUT):
            continue
        ran = subprocess.run([program, name, SECONDS], check=True, capture_output=True, text=True,
                             timeout=SECONDS_MAX)
        line = json.loads(ran.stdout)
        print(line)
        if line["workload"] != name or not line["value"] >= 0:
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
