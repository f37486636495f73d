#include "shrink.hpp"

#include <algorithm>
#include <optional>
#include <utility>

namespace troupe::sim {
namespace {

bool simpler(const choice_log& one, const choice_log& other) {
  if (one.choices.size() != other.choices.size()) {
    return one.choices.size() < other.choices.size();
  }
  std::uint64_t one_sum = 0;
  std::uint64_t other_sum = 0;
  for (const choice& each : one.choices) one_sum += each.taken;
  for (const choice& each : other.choices) other_sum += each.taken;
  return one_sum < other_sum;
}

class reducer {
 public:
  reducer(choice_log failing, std::uint32_t runs_max, const replay& fails)
      : best_(std::move(failing)), runs_max_(runs_max), fails_(fails) {}

  reduction run() && {
    for (bool helped = true; helped && runs_ < runs_max_;) {
      helped = leave_out();
      helped = lower() || helped;
    }
    return {std::move(best_), runs_};
  }

 private:
  bool leave_out() {
    bool helped = false;
    std::size_t length = std::max<std::size_t>(1, best_.choices.size() / 2);
    for (;; length /= 2) {
      // From the end: what comes late depends on what comes early.
      for (std::size_t end = best_.choices.size(); end > 0 && runs_ < runs_max_;) {
        const std::size_t begin = end > length ? end - length : 0;
        choice_log shorter = best_;
        shorter.choices.erase(shorter.choices.begin() + static_cast<std::ptrdiff_t>(begin),
                              shorter.choices.begin() + static_cast<std::ptrdiff_t>(end));
        helped = try_out(shorter) || helped;
        end = std::min(begin, best_.choices.size());
      }
      if (length <= 1 || runs_ >= runs_max_) return helped;
    }
  }

  bool lower() {
    bool helped = false;
    for (std::size_t i = 0; i < best_.choices.size(); ++i) {
      std::uint64_t too_low = 0;
      while (i < best_.choices.size() && runs_ < runs_max_) {
        const std::uint64_t taken = best_.choices[i].taken;
        if (taken <= too_low + 1) break;
        choice_log lowered = best_;
        lowered.choices[i].taken = too_low + (taken - too_low) / 2;
        if (try_out(lowered)) {
          helped = true;
        } else {
          too_low = lowered.choices[i].taken;
        }
      }
    }
    return helped;
  }

  bool try_out(const choice_log& candidate) {
    ++runs_;
    std::optional<choice_log> taken = fails_(candidate);
    if (!taken || !simpler(*taken, best_)) return false;
    best_ = *std::move(taken);
    return true;
  }

  choice_log best_;
  const std::uint32_t runs_max_;
  const replay& fails_;
  std::uint32_t runs_ = 0;
};

}  // namespace

reduction reduce(choice_log failing, std::uint32_t runs_max, const replay& fails) {
  return reducer(std::move(failing), runs_max, fails).run();
}

}  // namespace troupe::sim
