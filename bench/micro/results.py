"""What the runs come to: median and spread, the table, the file."""

import statistics
from dataclasses import dataclass


@dataclass
class Result:
    workload: str
    system: str
    unit: str
    median: float
    min: float
    max: float
    runs: list


def summed_up(workload, system, runs):
    """The result of at least one run."""
    return Result(workload.name, system, workload.unit, statistics.median(runs), min(runs),
                  max(runs), list(runs))


def ratio_to_best_peer(workload, results, ours):
    """How many times better than the best of the others, by the medians; None without others. Of
    what is best at zero, nothing is infinitely better than something."""
    mine = next((r for r in results if r.system == ours and r.workload == workload.name), None)
    others = [r.median for r in results if r.system != ours and r.workload == workload.name]
    if mine is None or not others:
        return None
    if workload.more_is_better:
        above, below = mine.median, max(others)
    else:
        above, below = min(others), mine.median
    if below == 0:
        return 1.0 if above == 0 else float("inf")
    return above / below


def short(value):
    """1234567 as 1.23 M; four figures at most."""
    for size, letter in ((1e6, " M"), (1e3, " k")):
        if abs(value) >= size:
            return f"{value / size:.3g}{letter}"
    return f"{value:.3g}"


def spread(result):
    """Half of what lies between the extremes, in percent of the median."""
    if result.median == 0:
        return "±0 %"
    return f"±{50 * (result.max - result.min) / result.median:.0f} %"


def table(workloads, systems, results, ours):
    """Lines of text: a row for each workload that has results, a column for each system."""
    cells = {(r.workload, r.system): f"{short(r.median)} {spread(r)}" for r in results}
    rows = [["workload", "unit", *systems, f"{ours} / best peer"]]
    for workload in workloads:
        if not any((workload.name, system) in cells for system in systems):
            continue
        ratio = ratio_to_best_peer(workload, results, ours)
        rows.append([workload.name, workload.unit,
                     *(cells.get((workload.name, system), "–") for system in systems),
                     "–" if ratio is None else f"{ratio:.2f}"])
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    return ["  ".join(cell.ljust(width) if i < 2 else cell.rjust(width)
                      for i, (cell, width) in enumerate(zip(row, widths))).rstrip()
            for row in rows]
