// Where a simulation's choices come from: a seed, or a log that is played again.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>

#include <troupe/random.hpp>
#include <troupe/sim_choices.hpp>

namespace troupe::sim {

class choice_source {
 public:
  choice_source(std::uint64_t seed, std::optional<choice_log> replay)
      : random_(seed), replay_(std::move(replay)) {}

  /// Any of [0, bound). A bound below 2 is no choice, and has no place in the log.
  std::uint64_t choose(std::uint64_t bound) {
    return decide(bound, [this, bound] { return random_.below(bound); });
  }
  /// 0, but for one time in `one_in`.
  std::uint64_t choose_rarely(std::uint64_t bound, std::uint64_t one_in) {
    return decide(bound, [this, bound, one_in] {
      return random_.below(one_in) == 0 ? 1 + random_.below(bound - 1) : 0;
    });
  }
  /// What `propose` gives, unless a log is played.
  template <class Propose>
  std::uint64_t decide(std::uint64_t bound, Propose&& propose) {
    if (bound < 2) return 0;
    const std::uint64_t place = places_++;
    const std::uint64_t taken = replay_ ? played(place, bound) : propose();
    if (taken > 0) log_.choices.push_back({place, taken});
    return taken;
  }

  bool replays() const noexcept { return replay_.has_value(); }
  const choice_log& log() const noexcept { return log_; }

 private:
  std::uint64_t played(std::uint64_t place, std::uint64_t bound) {
    const auto& all = replay_->choices;
    while (next_ < all.size() && all[next_].place < place) ++next_;
    if (next_ == all.size() || all[next_].place != place) return 0;
    return all[next_].taken < bound ? all[next_].taken : bound - 1;
  }

  random_source random_;
  std::optional<choice_log> replay_;
  std::size_t next_ = 0;  // in replay_
  std::uint64_t places_ = 0;
  choice_log log_;
};

}  // namespace troupe::sim
