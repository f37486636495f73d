//! The workloads on tokio: a task is an actor, an mpsc channel its mailbox, a oneshot its reply.
mod half_load;
mod measure;
mod workloads;

use measure::run_command;
use workloads::*;

fn main() {
    run_command(&[
        ("pingpong_hops_per_s", |s| hops(2, 1, s)),
        ("fanin_msgs_per_s", fan_in),
        ("fanin_bounded_msgs_per_s", fan_in_bounded),
        ("asks_per_s", |s| asks(1, s)),
        ("ring_hops_per_s", |s| hops(1000, 1, s)),
        ("spawn_reply_exit_per_s", spawns),
        ("idle_actor_bytes", idle_actor_bytes),
        ("commands_per_s", |s| asks(100, s)),
        ("stream_items_per_s", stream_items),
        ("timers_per_s", timers),
        ("actors_1e2_hops_per_s", |s| hops(100, 10, s)),
        ("actors_1e3_hops_per_s", |s| hops(1000, 100, s)),
        ("actors_1e4_hops_per_s", |s| hops(10_000, 1000, s)),
        ("actors_1e5_hops_per_s", |s| hops(100_000, 10_000, s)),
        ("actors_1e6_hops_per_s", |s| hops(1_000_000, 100_000, s)),
        ("half_load_p50_us", |s| half_load::half_load(s, 0.5)),
        ("half_load_p99_us", |s| half_load::half_load(s, 0.99)),
        ("half_load_p999_us", |s| half_load::half_load(s, 0.999)),
        ("allocations_per_hop", allocations_per_hop),
        ("allocations_per_ask", allocations_per_ask),
        ("allocations_per_spawn", allocations_per_spawn),
    ]);
}
