// How long messages take, by type: histograms of a sample. Any thread; a lock is fine, since only
// one message in `sample_every` of an actor comes here.
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <mutex>
#include <string_view>
#include <vector>

#include <troupe/system.hpp>

namespace troupe::detail {

class message_times {
 public:
  static constexpr std::uint8_t sample_every = 64;

  void record(std::string_view message, duration took) {
    const auto& bounds = message_statistics::bucket_bounds;
    const auto bucket = std::ranges::lower_bound(bounds, took) - bounds.begin();
    const std::scoped_lock lock(mutex_);
    message_statistics& of = by_message_[message];
    ++of.counts[static_cast<std::size_t>(bucket)];
    of.total += took;
  }

  void add_to(std::vector<message_statistics>& all, std::string_view actor_type) const {
    const std::scoped_lock lock(mutex_);
    for (const auto& [message, times] : by_message_) {
      all.push_back(times);
      all.back().actor_type = actor_type;
      all.back().message = message;
    }
  }

 private:
  mutable std::mutex mutex_;
  std::map<std::string_view, message_statistics> by_message_;
};

}  // namespace troupe::detail
