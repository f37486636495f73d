// The workloads of Troupe's program; what each measures is said in ../README.md.
#pragma once

#include <troupe/troupe.hpp>

#include "../measure.hpp"

namespace bench {

inline troupe::system two_workers() {
  troupe::system_options options;
  options.workers = 2;
  return troupe::system(options);
}

// ring.cpp
double pingpong(double seconds);
double ring(double seconds);
double ring_of_1e2(double seconds);
double ring_of_1e3(double seconds);
double ring_of_1e4(double seconds);
double ring_of_1e5(double seconds);
double ring_of_1e6(double seconds);
double allocations_per_hop(double seconds);

// fan_in.cpp
double fan_in(double seconds);
double fan_in_bounded(double seconds);

// asks.cpp
double asks(double seconds);
double commands(double seconds);
double spawns(double seconds);
double allocations_per_ask(double seconds);
double allocations_per_spawn(double seconds);

// flows.cpp
double stream_items(double seconds);
double timers(double seconds);

// fairness.cpp
double flooded_ping_p99(double seconds);

// half_load.cpp
double half_load_p50(double seconds);
double half_load_p99(double seconds);
double half_load_p999(double seconds);

// idle.cpp
double idle_actor_bytes(double seconds);

}  // namespace bench
