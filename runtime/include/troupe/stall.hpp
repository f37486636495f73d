// The watchdog's report: a handler that does not return holds its worker, and with it whatever is
// pinned to that worker. Work that takes long belongs in offload().
//
// What can be run elsewhere is: another worker takes over what a held one has queued.
#pragma once

#include <cstdint>
#include <string_view>

#include <troupe/clock.hpp>
#include <troupe/correlation.hpp>

namespace troupe {

struct stall {
  std::uint64_t actor = 0;
  std::string_view actor_type{};  // static storage; empty when the actor has just gone
  std::string_view message{};     // static storage; empty in a hook or a destructor
  duration held{};                // so far; 10 ms too little at most
  std::uint32_t worker = 0;
  std::uint32_t report = 1;  // 1 for the first of this occurrence, then 2, 3, … at 2, 4, … times
                             // the threshold
  correlation_id correlation{};
};

}  // namespace troupe
