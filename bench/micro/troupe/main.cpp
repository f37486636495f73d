// Troupe's own program of the benchmark.
#include "workloads.hpp"

int main(int count, char** arguments) {
  return bench::run_command(count, arguments,
                            {
                                {"pingpong_hops_per_s", &bench::pingpong},
                                {"fanin_msgs_per_s", &bench::fan_in},
                                {"fanin_bounded_msgs_per_s", &bench::fan_in_bounded},
                                {"asks_per_s", &bench::asks},
                                {"ring_hops_per_s", &bench::ring},
                                {"spawn_reply_exit_per_s", &bench::spawns},
                                {"idle_actor_bytes", &bench::idle_actor_bytes},
                                {"commands_per_s", &bench::commands},
                                {"stream_items_per_s", &bench::stream_items},
                                {"timers_per_s", &bench::timers},
                                {"actors_1e2_hops_per_s", &bench::ring_of_1e2},
                                {"actors_1e3_hops_per_s", &bench::ring_of_1e3},
                                {"actors_1e4_hops_per_s", &bench::ring_of_1e4},
                                {"actors_1e5_hops_per_s", &bench::ring_of_1e5},
                                {"actors_1e6_hops_per_s", &bench::ring_of_1e6},
                                {"flooded_ping_p99_us", &bench::flooded_ping_p99},
                                {"half_load_p50_us", &bench::half_load_p50},
                                {"half_load_p99_us", &bench::half_load_p99},
                                {"half_load_p999_us", &bench::half_load_p999},
                                {"allocations_per_hop", &bench::allocations_per_hop},
                                {"allocations_per_ask", &bench::allocations_per_ask},
                                {"allocations_per_spawn", &bench::allocations_per_spawn},
                            });
}
