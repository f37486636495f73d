// history_model.hpp — what the history port promises for one channel, in the plainest words: the
// adapters are compared with it under random calls.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "ports/history.hpp"

namespace troupe::conformance {

class history_model {
 public:
  /// The offset that the publication gets.
  std::uint64_t append(std::string data, const ports::history_limits& limits, time_point now) {
    expire(now);
    kept_.push_back({++top_, std::move(data)});
    while (kept_.size() > limits.size) kept_.erase(kept_.begin());
    kept_until_ = now + limits.ttl;
    use(limits, now);
    return top_;
  }

  struct entry {
    std::uint64_t offset;
    std::string data;
    bool operator==(const entry&) const = default;
  };
  std::vector<entry> read(const ports::history_filter& filter, const ports::history_limits& limits,
                          time_point now) {
    expire(now);
    use(limits, now);
    std::vector<entry> page = kept_;
    if (filter.reverse) std::reverse(page.begin(), page.end());
    std::erase_if(page, [&](const entry& e) {
      if (!filter.since_offset) return false;
      return filter.reverse ? e.offset >= *filter.since_offset : e.offset <= *filter.since_offset;
    });
    if (filter.limit && page.size() > *filter.limit) page.resize(*filter.limit, entry{});
    return page;
  }

  void remove(time_point now) {
    expire(now);
    kept_.clear();
  }

  std::uint64_t top() const { return top_; }
  /// Grows when the position has gone: the next epoch is another one.
  int generation() const { return generation_; }

 private:
  void expire(time_point now) {
    if (kept_until_ <= now) kept_.clear();
    if (exists_ && position_until_ <= now) {
      kept_.clear();
      top_ = 0;
      ++generation_;
      exists_ = false;
    }
  }
  void use(const ports::history_limits& limits, time_point now) {
    position_until_ = now + limits.meta_ttl;
    if (!kept_.empty()) position_until_ = std::max(position_until_, kept_until_);
    exists_ = true;
  }

  std::vector<entry> kept_;
  std::uint64_t top_ = 0;
  time_point kept_until_{};
  time_point position_until_{};
  int generation_ = 0;
  bool exists_ = false;
};

}  // namespace troupe::conformance
