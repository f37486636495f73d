// Asks that would never be answered. An actor whose handler is suspended on an ask handles nothing
// else, and has one such ask; so who waits for whom is a chain, and an ask deadlocks exactly if the
// chain from its target leads back to the asker.
//
// Invariants, all operations sequentially consistent:
// 1. An actor says whom it waits for before it looks at its target. Of two actors that begin to
//    wait for each other, at least one sees the other.
// 2. A target stops being waited for by the asker's word (end_waiting_for) or, before its answer
//    leaves, by its own (answered): an actor may ask at once whom it has just answered.
// 3. Who walks the chain says `walking` before the first step. An asker lets go of its target only
//    after it has withdrawn its word and seen nobody walk, or waited for the walk. So a cell that a
//    walk comes to lives until the walk has ended.
#include <string>

#include <troupe/detail/cell.hpp>

#include "system_core.hpp"

namespace troupe::detail {
namespace {

// A chain this long without the asker in it is not searched further: its end is a timeout.
constexpr int chain_length_max = 256;

std::string name_of(const actor_cell& cell) {
  return std::string(cell.type().name) + "#" + std::to_string(cell.id());
}

}  // namespace

std::string actor_cell::find_cycle(actor_cell& target) {
  wait_graph& graph = system_.waits();
  const std::scoped_lock lock(graph.mutex);
  graph.walking.store(true);
  std::string path = name_of(*this);
  const actor_cell* at = &target;
  for (int length = 0; at && length < chain_length_max; ++length) {
    path += " -> " + name_of(*at);
    if (at == this) break;
    at = at->waiting_for_.load();
  }
  graph.walking.store(false);
  if (at != this) return {};
  waiting_for_.store(nullptr);
  return path;
}

void actor_cell::end_waiting_for() noexcept {
  // Withdrawn by the target already where it has answered.
  if (waiting_for_.load()) waiting_for_.store(nullptr);
  wait_graph& graph = system_.waits();
  if (!graph.walking.load()) return;
  const std::scoped_lock until_the_walk_has_ended(graph.mutex);
}

}  // namespace troupe::detail
