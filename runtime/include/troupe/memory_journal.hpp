// memory_journal: a journal in memory, for tests and simulation. It outlives the systems that use
// it, so a test can throw a system away and go on with another, as after a crash.
//
// Latency is virtual under simulation: an append takes effect, and is acknowledged, once it has
// passed. Faults are injected by the test, at any time.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include <troupe/clock.hpp>
#include <troupe/journal.hpp>

namespace troupe {

class memory_journal final : public journal {
 public:
  explicit memory_journal(duration latency = duration::zero()) noexcept : latency_(latency) {}

  result<std::uint64_t> append(journal_append what) override;
  result<journal_page> read(std::string stream, std::uint64_t after, std::size_t limit) override;
  result<journal_stream> load(std::string stream) override;
  result<std::uint64_t> save_snapshot(std::string stream, journal_snapshot snapshot) override;

  /// The next `count` calls, of whatever kind, fail with `unavailable`, having done nothing.
  void fail_next(std::uint32_t count);
  /// The next `count` appends are written, and fail with `unavailable` all the same: the
  /// acknowledgement is lost.
  void lose_acknowledgements(std::uint32_t count);

  /// What is stored under the key, of all streams: for looking at and for breaking things.
  struct contents {
    std::uint64_t sequence = 0;
    std::vector<journal_record> records{};
    std::optional<journal_snapshot> snapshot{};
    std::deque<journal_answer> answers{};
  };
  contents stored(const std::string& stream) const;
  void replace(const std::string& stream, contents with);

  std::uint64_t appends() const;    // written
  std::uint64_t snapshots() const;  // written by save_snapshot()

 private:
  bool takes_a_failure();
  std::expected<std::uint64_t, journal_errc> write(journal_append& what);

  const duration latency_;
  mutable std::mutex mutex_;
  std::map<std::string, contents> streams_;
  std::uint32_t failures_due_ = 0;
  std::uint32_t losses_due_ = 0;
  std::uint64_t appends_ = 0;
  std::uint64_t snapshots_ = 0;
};

}  // namespace troupe
