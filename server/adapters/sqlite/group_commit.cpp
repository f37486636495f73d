#include "adapters/sqlite/group_commit.hpp"

#include <utility>

#include <troupe/detail/background.hpp>

namespace troupe::sqlite {

using troupe::detail::actor_cell;
using troupe::detail::cell_ptr;

group_commit::group_commit(database& to, core::log& log, group_commit_options options)
    : options_(options), database_(to), log_(log) {}

group_commit::~group_commit() {
  std::unique_lock lock(mutex_);
  idle_.wait(lock, [this] { return !job_is_under_way_; });
}

group_commit_figures group_commit::figures() const {
  const std::scoped_lock lock(mutex_);
  group_commit_figures now = figures_;
  now.waiting = queue_.size();
  return now;
}

void group_commit::push(std::unique_ptr<work> coming) {
  actor_cell* const cell = actor_cell::current_or_null();
  {
    const std::scoped_lock lock(mutex_);
    const bool has_room = queue_.size() < options_.queue_works_max &&
                          queued_bytes_ + coming->bytes() <= options_.queue_bytes_max;
    if (!has_room) {
      ++figures_.refused;
      coming->fail();
      return;
    }
    queued_bytes_ += coming->bytes();
    queue_.push_back(std::move(coming));
    if (cell == nullptr || std::exchange(job_is_under_way_, true)) return;
  }
  if (!start_job(cell_ptr(*cell))) refuse_all();
}

bool group_commit::start_job(const cell_ptr& on_behalf_of) {
  return troupe::detail::run_in_background(*on_behalf_of.get(),
                                           [this, on_behalf_of] { work_off(on_behalf_of); });
}

void group_commit::refuse_all() {
  // The pool takes no more: nobody would ever come for what is queued.
  const std::scoped_lock lock(mutex_);
  figures_.refused += queue_.size();
  for (const auto& each : queue_) each->fail();
  queue_.clear();
  queued_bytes_ = 0;
  job_is_under_way_ = false;
  idle_.notify_all();
}

void group_commit::work_off(const cell_ptr& on_behalf_of) noexcept {
  for (int done = 1;; ++done) {
    batch taken = take_batch();
    if (taken.empty()) return;
    run_batch(taken);
    if (done % batches_per_job == 0 && start_job(on_behalf_of)) return;
  }
}

/// Empty: the queue was, and the job is over.
group_commit::batch group_commit::take_batch() {
  batch taken;
  const std::scoped_lock lock(mutex_);
  std::size_t bytes = 0;
  while (!queue_.empty() && taken.size() < options_.batch_works_max) {
    bytes += queue_.front()->bytes();
    if (!taken.empty() && bytes > options_.batch_bytes_max) break;
    queued_bytes_ -= queue_.front()->bytes();
    taken.push_back(std::move(queue_.front()));
    queue_.pop_front();
  }
  if (taken.empty()) {
    job_is_under_way_ = false;
    idle_.notify_all();
  }
  return taken;
}

void group_commit::run_batch(batch& taken) {
  std::vector<work*> writes;
  std::vector<work*> reads;
  for (const auto& each : taken) {
    try {
      (each->writes() ? writes : reads).push_back(each.get());
    } catch (const failure& thrown) {
      note(thrown);
      each->fail();
    }
  }
  if (!writes.empty()) run_writes(writes);
  for (work* each : reads) run_read(*each);
}

void group_commit::run_writes(std::span<work* const> writes) {
  const auto failed = transact(writes);
  if (!failed) {
    for (work* each : writes) each->succeed();
    return;
  }
  note(*failed);
  {
    const std::scoped_lock lock(mutex_);
    ++figures_.failed_batches;
  }
  // One of them may be the cause, and the others shall not suffer from it. Not so when the file is
  // locked: that would only wait again.
  const bool one_by_one = writes.size() > 1 && !failed->is_locked();
  for (work* each : writes) {
    if (one_by_one && !transact({&each, 1})) {
      each->succeed();
    } else {
      each->fail();
    }
  }
}

std::optional<failure> group_commit::transact(std::span<work* const> writes) {
  try {
    database_.begin();
    for (work* each : writes) each->run();
    database_.commit();
  } catch (const failure& thrown) {
    database_.rollback();
    return thrown;
  }
  const std::scoped_lock lock(mutex_);
  ++figures_.commits;
  return std::nullopt;
}

void group_commit::run_read(work& read) {
  try {
    read.run();
    read.succeed();
  } catch (const failure& thrown) {
    note(thrown);
    read.fail();
  }
}

void group_commit::note(const failure& thrown) {
  log_.error("database failed", {{"reason", thrown.what}});
}

}  // namespace troupe::sqlite
