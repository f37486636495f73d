// Load that comes whether or not the last has been handled, from a thread that is no worker: for
// latencies without coordinated omission. C++17, because CAF's headers are.
//
// First the thread sends as fast as is handled, for half of the time; then at half that rate, in
// bursts that are due every 50 µs. A message's latency is from the moment it was due until it is
// handled, so a sender or a worker that comes late counts.
#pragma once

#include <array>
#include <atomic>
#include <memory>

#include <sys/prctl.h>
#include <time.h>

#include "measure.hpp"

namespace bench {

/// What one receiver measured. Written by the receiver, read when all is handled. Buckets grow by
/// an eighth: 8 for each power of two, from 1 ns to 18 minutes.
class latencies {
 public:
  /// `due` of 0: a message that is not measured.
  void handled(std::uint64_t due) {
    if (due != 0) ++buckets_[bucket_of(nanoseconds() - due)];
    // Only this thread writes it: no read-modify-write.
    count_.store(count_.load(std::memory_order_relaxed) + 1, std::memory_order_release);
  }
  std::uint64_t count() const { return count_.load(std::memory_order_acquire); }

  static constexpr std::size_t bucket_count = 320;
  const std::array<std::uint64_t, bucket_count>& buckets() const { return buckets_; }
  /// The upper bound of a bucket, in nanoseconds.
  static double bound(std::size_t bucket) {
    const std::size_t power = bucket / 8;
    return static_cast<double>(1ULL << power) * (1.0 + static_cast<double>(bucket % 8 + 1) / 8);
  }

 private:
  static std::size_t bucket_of(std::uint64_t took) {
    if (took == 0) return 0;
    const auto power = static_cast<std::size_t>(63 - __builtin_clzll(took));
    const std::uint64_t rest = power >= 3 ? (took >> (power - 3)) & 7 : (took << (3 - power)) & 7;
    return std::min(power * 8 + static_cast<std::size_t>(rest), bucket_count - 1);
  }

  std::array<std::uint64_t, bucket_count> buckets_{};
  std::atomic<std::uint64_t> count_{0};
};

constexpr std::size_t receivers = 100;

/// `send(receiver, due)` puts a message in a mailbox; false when that is full. Gives the latency in
/// microseconds that `share` of the messages do not exceed.
template <class Send>
double open_loop(Send send, const std::vector<std::unique_ptr<latencies>>& all, double seconds,
                 double share) {
  constexpr std::uint64_t under_way_max = 50'000;  // where mailboxes have no bound of their own
  constexpr std::uint64_t burst_ns = 50'000;
  prctl(PR_SET_TIMERSLACK, 1);
  std::uint64_t sent = 0;
  const auto put = [&](std::uint64_t due) {
    while (!send(sent % all.size(), due)) sched_yield();
    ++sent;
  };
  const auto handled = [&] {
    std::uint64_t sum = 0;
    for (const auto& each : all) sum += each->count();
    return sum;
  };
  const auto wait_until_under_way = [&](std::uint64_t at_most) {
    while (sent - handled() > at_most) sched_yield();
  };

  std::uint64_t began = nanoseconds();
  const auto half = static_cast<std::uint64_t>(seconds / 2 * 1e9);
  while (nanoseconds() - began < half) {
    for (std::size_t i = 0; i < 10 * all.size(); ++i) put(0);
    wait_until_under_way(under_way_max);
  }
  wait_until_under_way(0);
  const double per_ns = static_cast<double>(sent) / static_cast<double>(nanoseconds() - began);

  const std::uint64_t already = sent;
  began = nanoseconds();
  for (std::uint64_t due = burst_ns; due < 2 * half; due += burst_ns) {
    const std::uint64_t at = began + due;
    timespec until{};
    until.tv_sec = static_cast<time_t>(at / 1'000'000'000);
    until.tv_nsec = static_cast<long>(at % 1'000'000'000);
    while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, nullptr) != 0) {
    }
    const auto wanted = static_cast<std::uint64_t>(static_cast<double>(due) * per_ns / 2);
    while (sent - already < wanted) put(at);
  }
  wait_until_under_way(0);

  std::array<std::uint64_t, latencies::bucket_count> sum{};
  std::uint64_t total = 0;
  for (const auto& each : all) {
    for (std::size_t i = 0; i < sum.size(); ++i) {
      sum[i] += each->buckets()[i];
      total += each->buckets()[i];
    }
  }
  const auto rank = static_cast<std::uint64_t>(share * static_cast<double>(total));
  std::uint64_t below = 0;
  for (std::size_t i = 0; i < sum.size(); ++i) {
    below += sum[i];
    if (below > rank) return latencies::bound(i) / 1000;
  }
  return 0;
}

}  // namespace bench
