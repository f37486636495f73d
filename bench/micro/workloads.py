"""The workloads, in the order of the table. What each one is, is said in README.md."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Workload:
    name: str
    unit: str
    more_is_better: bool = True


def rate(name):
    return Workload(name, name.removesuffix("_per_s").split("_")[-1] + "/s")


WORKLOADS = [
    rate("pingpong_hops_per_s"),
    rate("fanin_msgs_per_s"),
    rate("fanin_bounded_msgs_per_s"),
    rate("asks_per_s"),
    rate("ring_hops_per_s"),
    Workload("spawn_reply_exit_per_s", "actors/s"),
    Workload("idle_actor_bytes", "bytes", more_is_better=False),
    rate("commands_per_s"),
    rate("stream_items_per_s"),
    rate("timers_per_s"),
    rate("actors_1e2_hops_per_s"),
    rate("actors_1e3_hops_per_s"),
    rate("actors_1e4_hops_per_s"),
    rate("actors_1e5_hops_per_s"),
    rate("actors_1e6_hops_per_s"),
    Workload("flooded_ping_p99_us", "µs", more_is_better=False),
    Workload("half_load_p50_us", "µs", more_is_better=False),
    Workload("half_load_p99_us", "µs", more_is_better=False),
    Workload("half_load_p999_us", "µs", more_is_better=False),
    Workload("allocations_per_hop", "calls", more_is_better=False),
    Workload("allocations_per_ask", "calls", more_is_better=False),
    Workload("allocations_per_spawn", "calls", more_is_better=False),
]
