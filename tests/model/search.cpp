#include "search.hpp"

#include <algorithm>
#include <bit>

namespace troupe::model {
namespace {

thread_id lowest(thread_set set) noexcept {
  return static_cast<thread_id>(std::countr_zero(set));
}

}  // namespace

void search::begin() noexcept {
  depth_ = 0;
  preemptions_ = 0;
  asleep_ = 0;
  fresh_ = ~thread_set{0};
  last_ = {};
  clocks_.clear();
  threads_.assign(threads_max, {});
  for (history& each : histories_) {
    each.all = each.writes = {};
    each.steps.clear();
  }
}

search::history& search::history_of(object_id object) {
  if (object >= histories_.size()) histories_.resize(object + 1);
  return histories_[object];
}

std::optional<thread_id> search::pick(thread_set alive, thread_set enabled,
                                      std::span<const operation> pending) {
  for (thread_id thread = 1; reduces_ && thread < pending.size(); ++thread) {
    if (!contains(alive, thread)) continue;
    if (contains(fresh_, thread) || pending[thread].on == last_.on) {
      find_races(thread, pending[thread]);
    }
  }
  fresh_ = 0;
  if (depth_ == steps_.size()) {
    const thread_set candidates = enabled & ~asleep_;
    if (candidates == 0) return std::nullopt;
    step next;
    const thread_id before = depth_ > 0 ? steps_[depth_ - 1].taken : thread_id{0};
    next.taken = contains(candidates, before) ? before : lowest(candidates);
    next.enabled = enabled;
    next.preempted = pending[before].what == action::yield ? 0 : enabled & only(before);
    const bool switches = !reduces_ && (next.preempted == 0 || preemptions_ < preemptions_max_);
    next.backtrack = switches ? enabled : only(next.taken);
    next.asleep = asleep_;
    steps_.push_back(next);
  }
  step& now = steps_[depth_];
  if (now.preempted != 0 && now.preempted != only(now.taken)) ++preemptions_;
  const operation& what = pending[now.taken];
  take(depth_, what);
  asleep_ = 0;
  for (thread_set rest = (now.asleep | now.done) & ~only(now.taken); rest; rest &= rest - 1) {
    const thread_id sleeper = lowest(rest);
    if (reduces_ && !are_dependent(pending[sleeper], what)) asleep_ |= only(sleeper);
  }
  fresh_ = only(now.taken);
  last_ = what;
  ++depth_;
  return now.taken;
}

void search::take(std::uint32_t at, const operation& what) {
  step& now = steps_[at];
  now.what = what;
  vector_clock& clock = threads_[now.taken];
  now.nth = ++clock.of[now.taken];
  if (what.on != 0) {
    history& of = history_of(what.on);
    const bool is_load = what.what == action::load;
    clock.join(is_load ? of.writes : of.all);
    of.all.join(clock);
    if (!is_load) of.writes = clock;
    of.steps.push_back(at);
  }
  clocks_.push_back(clock);
}

// Every step that `next` could have come before is to be tried the other way
// round; those that come before such a step themselves are found when that one
// has been turned.
void search::find_races(thread_id thread, const operation& next) {
  if (next.on == 0) return;
  const auto& steps = history_of(next.on).steps;
  turned_.clear();
  for (auto at = steps.rbegin(); at != steps.rend(); ++at) {
    const step& earlier = steps_[*at];
    if (earlier.taken == thread || threads_[thread].covers(earlier.taken, earlier.nth)) continue;
    if (!are_dependent(earlier.what, next) || !may_be_co_enabled(earlier.what, next)) continue;
    const bool later = std::ranges::any_of(turned_, [&](std::uint32_t each) {
      return clocks_[each].covers(earlier.taken, earlier.nth);
    });
    if (later) continue;
    turned_.push_back(*at);
    add_backtrack(*at, thread, next);
  }
}

// What came after the step, but not because of it, would come first, and `next`
// then: one of those that could begin with it has to be explored from the step.
void search::add_backtrack(std::uint32_t at, thread_id thread, const operation& next) {
  step& from = steps_[at];
  std::array<instant, threads_max> first{};  // of each thread
  thread_set begins = 0;
  bool thread_begins = true;
  for (std::uint32_t i = at + 1; i < depth_; ++i) {
    const step& between = steps_[i];
    if (clocks_[i].covers(from.taken, from.nth)) continue;
    if (are_dependent(between.what, next)) thread_begins = false;
    if (first[between.taken] != 0) continue;
    bool begin = true;
    for (thread_id other = 1; other < threads_max; ++other) {
      if (first[other] != 0 && clocks_[i].covers(other, first[other])) begin = false;
    }
    first[between.taken] = between.nth;
    if (begin) begins |= only(between.taken);
  }
  if (thread_begins && first[thread] == 0) begins |= only(thread);
  if ((begins & from.backtrack) != 0) return;
  begins &= from.enabled;
  if (begins == 0) {
    from.backtrack |= from.enabled;
  } else {
    from.backtrack |= contains(begins, thread) ? only(thread) : only(lowest(begins));
  }
}

std::uint32_t search::choose(std::uint32_t count) noexcept {
  step& now = steps_[depth_ - 1];
  now.choices = count;
  return now.choice;
}

bool search::advance() noexcept {
  steps_.resize(depth_);
  while (!steps_.empty()) {
    step& last = steps_.back();
    if (last.choice + 1 < last.choices) {
      ++last.choice;
      return true;
    }
    last.done |= only(last.taken);
    const thread_set left = last.backtrack & ~last.done & ~last.asleep;
    if (left != 0) {
      last.taken = lowest(left);
      last.choice = 0;
      last.choices = 1;
      return true;
    }
    steps_.pop_back();
  }
  return false;
}

}  // namespace troupe::model
