#include "schedule.hpp"

#include <algorithm>
#include <functional>

#include <troupe/detail/cell.hpp>

namespace troupe::sim {

schedule::schedule(std::uint64_t seed, scheduling how, std::uint32_t depth)
    : how_(how), random_(seed) {
  const std::uint64_t turns = turns_guess_min << random_.below(turns_guess_doublings);
  for (std::uint32_t i = 1; i < depth; ++i) demotions_.push_back(random_.below(turns));
  std::ranges::sort(demotions_, std::greater());
}

std::uint64_t schedule::pick(std::span<const runnable> ready, choice_source& choices) {
  switch (how_) {
    case scheduling::fifo:
      return choices.decide(ready.size(), [] { return 0U; });
    case scheduling::random:
      return choices.choose(ready.size());
    case scheduling::priorities:
      break;
  }
  // Also where there is no choice: the places of demotions are counted in turns.
  const std::uint64_t proposed = choices.replays() ? 0 : highest(ready);
  return choices.decide(ready.size(), [proposed] { return proposed; });
}

std::uint64_t schedule::highest(std::span<const runnable> ready) {
  const auto best = [&] {
    std::uint64_t found = 0;
    for (std::uint64_t i = 1; i < ready.size(); ++i) {
      if (priority_of(ready[i]) > priority_of(ready[found])) found = i;
    }
    return found;
  };
  std::uint64_t chosen = best();
  const std::uint64_t turn = turn_++;
  for (; !demotions_.empty() && demotions_.back() <= turn; demotions_.pop_back()) {
    demote(ready[chosen]);
    chosen = best();
  }
  crowded_turns_ = ready.size() > 1 ? crowded_turns_ + 1 : 0;
  if (crowded_turns_ > crowded_turns_max) {
    demote(ready[chosen]);
    crowded_turns_ = 0;
  }
  return chosen;
}

std::uint64_t schedule::priority_of(const runnable& who) {
  const auto [found, is_new] = priorities_.try_emplace({who.node, who.cell->id()}, 0);
  if (is_new) found->second = random_.next() | (1ULL << 63U);
  return found->second;
}

void schedule::demote(const runnable& who) {
  priorities_[{who.node, who.cell->id()}] = --lowest_;
}

}  // namespace troupe::sim
