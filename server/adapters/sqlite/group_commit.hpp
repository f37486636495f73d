// group_commit.hpp — the line in front of one database, and the one job at a time that works it
// off: what comes while a transaction is being synced goes into the next one together.
//
// Jobs run on the offload pool of the system whose actors bring the work, so no worker waits for
// the disk, and under simulation everything runs inline. When a transaction fails, its works are
// tried one by one, so that one that cannot be stored fails no other.
//
// Any thread may push; the database is the job's alone. Outlives the system.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <troupe/detail/cell.hpp>

#include "adapters/sqlite/database.hpp"
#include "core/log.hpp"

namespace troupe::sqlite {

/// One thing to do, for one actor. Its functions are called by the job.
class work {
 public:
  explicit work(std::size_t bytes) : bytes_(bytes) {}
  virtual ~work() = default;
  work(const work&) = delete;
  work& operator=(const work&) = delete;

  /// Whether run() changes the database. Throws failure.
  virtual bool writes() = 0;
  /// May be called again when the transaction that it was in has failed. Throws failure.
  virtual void run() = 0;
  /// Once, at the end: what run() did is stored for good.
  virtual void succeed() noexcept = 0;
  /// Or once, instead: it is not.
  virtual void fail() noexcept = 0;

  [[nodiscard]] std::size_t bytes() const noexcept { return bytes_; }

 private:
  const std::size_t bytes_;  // about what it holds, against the bounds
};

struct group_commit_options {
  // What may wait for the disk; more fails at once.
  std::size_t queue_works_max = 10'000;
  std::size_t queue_bytes_max = 64 * 1024 * 1024;
  // What one transaction takes at most.
  std::size_t batch_works_max = 1000;
  std::size_t batch_bytes_max = 16 * 1024 * 1024;
};

struct group_commit_figures {
  std::size_t waiting = 0;
  std::uint64_t commits = 0;         // transactions that were synced
  std::uint64_t failed_batches = 0;  // transactions that could not be, and were tried one by one
  std::uint64_t refused = 0;         // works that there was no room for
};

class group_commit {
 public:
  /// Both outlive it. What the engine says when it fails goes to the log.
  group_commit(database& to, core::log& log, group_commit_options options = {});
  /// All works have ended when the system has; those that no job came for are dropped.
  ~group_commit();
  group_commit(const group_commit&) = delete;
  group_commit& operator=(const group_commit&) = delete;

  /// From an actor's turn. From elsewhere, the work waits for the next one that is.
  void push(std::unique_ptr<work> coming);

  [[nodiscard]] group_commit_figures figures() const;

 private:
  static constexpr int batches_per_job = 16;  // then other jobs of the pool get their turn
  using batch = std::vector<std::unique_ptr<work>>;

  bool start_job(const troupe::detail::cell_ptr& on_behalf_of);
  void refuse_all();

  // On the pool's thread.
  void work_off(const troupe::detail::cell_ptr& on_behalf_of) noexcept;
  batch take_batch();
  void run_batch(batch& taken);
  void run_writes(std::span<work* const> writes);
  std::optional<failure> transact(std::span<work* const> writes);
  void run_read(work& read);
  void note(const failure& thrown);

  const group_commit_options options_;
  database& database_;
  core::log& log_;
  mutable std::mutex mutex_;  // for what follows
  std::condition_variable idle_;
  std::deque<std::unique_ptr<work>> queue_;
  std::size_t queued_bytes_ = 0;
  bool job_is_under_way_ = false;
  group_commit_figures figures_;
};

}  // namespace troupe::sqlite
