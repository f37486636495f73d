// The queue in front of the store, and the one job at a time that empties it.
//
// A call goes into the queue on its actor's turn; if no job is under way it starts one on the
// offload pool. The job takes what waits, up to the bounds of a batch: first the writes, in one
// transaction, then the reads. So a read sees every write that was queued before it. After
// batches_per_job batches the job makes way for other work of the pool and queues itself again.
#include <cassert>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>
#include <span>
#include <utility>
#include <variant>
#include <vector>

#include <troupe/completion.hpp>
#include <troupe/detail/background.hpp>
#include <troupe/journal_sqlite.hpp>

#include "sqlite_store.hpp"

namespace troupe {
namespace {

using detail::sqlite_failure;
using detail::sqlite_store;

template <class T>
using outcome = std::expected<T, journal_errc>;

template <class T>
struct call {
  using value_type = T;
  completion<outcome<T>> done;
  outcome<T> result = std::unexpected(journal_errc::unavailable);
};

struct append_call : call<std::uint64_t> {
  journal_append what;
};
struct snapshot_call : call<std::uint64_t> {
  std::string stream;
  journal_snapshot snapshot;
};
struct read_call : call<journal_page> {
  std::string stream;
  std::uint64_t after;
  std::size_t limit;
};
struct load_call : call<journal_stream> {
  std::string stream;
};

struct queued_call {
  std::variant<append_call, snapshot_call, read_call, load_call> call;
  std::size_t bytes = 0;

  bool is_write() const noexcept { return call.index() < 2; }
  bool is_stored() const noexcept {
    return std::visit([](const auto& each) { return each.result.has_value(); }, call);
  }
  void finish() {
    std::visit([](auto& each) { each.done.set(std::move(each.result)); }, call);
  }
  void fail(journal_errc code) {
    std::visit([code](auto& each) { each.result = std::unexpected(code); }, call);
  }
};

std::size_t bytes_of(const journal_append& what) {
  std::size_t bytes = what.state ? what.state->data.size() : 0;
  for (const journal_event& each : what.events) bytes += each.type.size() + each.data.size();
  if (what.answer) bytes += what.answer->command.size() + what.answer->data.size();
  return bytes;
}

void run_write(sqlite_store& store, queued_call& queued) {
  if (auto* append = std::get_if<append_call>(&queued.call)) {
    append->result = store.append(append->what);
  } else if (auto* save = std::get_if<snapshot_call>(&queued.call)) {
    save->result = store.save_snapshot(save->stream, save->snapshot);
  }
}

void run_read(sqlite_store& store, queued_call& queued) {
  if (auto* read = std::get_if<read_call>(&queued.call)) {
    read->result = store.read(read->stream, read->after, read->limit);
  } else if (auto* load = std::get_if<load_call>(&queued.call)) {
    load->result = store.load(load->stream);
  }
}

class journal_in_sqlite final : public sqlite_journal {
 public:
  journal_in_sqlite(std::unique_ptr<sqlite_store> store, sqlite_journal_options options)
      : options_(options), store_(std::move(store)) {}
  journal_in_sqlite(const journal_in_sqlite&) = delete;
  journal_in_sqlite& operator=(const journal_in_sqlite&) = delete;
  ~journal_in_sqlite() override {
    std::unique_lock lock(mutex_);
    idle_.wait(lock, [this] { return !job_is_under_way_; });
    assert(queue_.empty());
  }

  result<std::uint64_t> append(journal_append what) override {
    if (!detail::within_limits(what)) co_return std::unexpected(journal_errc::too_large);
    const std::size_t bytes = bytes_of(what);
    co_return value_of(co_await completed<outcome<std::uint64_t>>(
        [&](auto done) { push({append_call{{std::move(done)}, std::move(what)}, bytes}); }));
  }

  result<std::uint64_t> save_snapshot(std::string stream, journal_snapshot snapshot) override {
    if (!detail::within_limits(stream, snapshot)) {
      co_return std::unexpected(journal_errc::too_large);
    }
    const std::size_t bytes = snapshot.data.size();
    co_return value_of(co_await completed<outcome<std::uint64_t>>([&](auto done) {
      push({snapshot_call{{std::move(done)}, std::move(stream), std::move(snapshot)}, bytes});
    }));
  }

  result<journal_page> read(std::string stream, std::uint64_t after, std::size_t limit) override {
    co_return value_of(co_await completed<outcome<journal_page>>([&](auto done) {
      push({read_call{{std::move(done)}, std::move(stream), after, limit}, 0});
    }));
  }

  result<journal_stream> load(std::string stream) override {
    co_return value_of(co_await completed<outcome<journal_stream>>(
        [&](auto done) { push({load_call{{std::move(done)}, std::move(stream)}, 0}); }));
  }

  sqlite_journal_figures figures() const override {
    const std::scoped_lock lock(mutex_);
    sqlite_journal_figures now = figures_;
    now.waiting = queue_.size();
    return now;
  }

 private:
  static constexpr int batches_per_job = 16;
  using batch = std::vector<queued_call>;

  template <class T>
  static outcome<T> value_of(std::optional<outcome<T>> done) {
    return done ? *std::move(done) : std::unexpected(journal_errc::cancelled);
  }

  void push(queued_call queued) {
    {
      const std::scoped_lock lock(mutex_);
      const bool has_room = queue_.size() < options_.queue_calls_max &&
                            queued_bytes_ + queued.bytes <= options_.queue_bytes_max;
      if (!has_room) {
        queued.fail(journal_errc::overloaded);
        queued.finish();
        return;
      }
      queued_bytes_ += queued.bytes;
      queue_.push_back(std::move(queued));
      if (std::exchange(job_is_under_way_, true)) return;
    }
    if (!start_job(detail::cell_ptr(detail::actor_cell::current()))) refuse_all();
  }

  bool start_job(const detail::cell_ptr& on_behalf_of) {
    return detail::run_in_background(*on_behalf_of.get(),
                                     [this, on_behalf_of] { work(on_behalf_of); });
  }

  /// The pool takes no more: nobody would ever come for what is queued.
  void refuse_all() {
    const std::scoped_lock lock(mutex_);
    for (queued_call& each : queue_) {
      each.fail(journal_errc::overloaded);
      each.finish();
    }
    queue_.clear();
    queued_bytes_ = 0;
    job_is_under_way_ = false;
    idle_.notify_all();
  }

  // On the pool's thread, from here on. ---------------------------------------------------------

  void work(const detail::cell_ptr& on_behalf_of) noexcept {
    for (int done = 1;; ++done) {
      batch taken = take_batch();
      if (taken.empty()) return;
      write_all(taken);
      read_all(taken);
      if (done % batches_per_job == 0 && start_job(on_behalf_of)) return;
    }
  }

  /// Empty: the queue was, and the job is over.
  batch take_batch() {
    batch taken;
    const std::scoped_lock lock(mutex_);
    std::size_t bytes = 0;
    while (!queue_.empty() && taken.size() < options_.batch_calls_max) {
      bytes += queue_.front().bytes;
      if (!taken.empty() && bytes > options_.batch_bytes_max) break;
      queued_bytes_ -= queue_.front().bytes;
      taken.push_back(std::move(queue_.front()));
      queue_.pop_front();
    }
    if (taken.empty()) {
      job_is_under_way_ = false;
      idle_.notify_all();
    }
    return taken;
  }

  void write_all(batch& taken) {
    std::vector<queued_call*> writes;
    for (queued_call& each : taken) {
      if (each.is_write()) writes.push_back(&each);
    }
    if (writes.empty()) return;
    const auto failure = transact(writes);
    if (failure) {
      note_failed_batch(*failure);
      // One of them may be the cause, and the others shall not suffer from it. Not so when the
      // file is locked: that would only wait again.
      const bool one_by_one = writes.size() > 1 && !failure->is_locked();
      for (queued_call* each : writes) {
        each->fail(failure->translated());
        if (!one_by_one) continue;
        if (const auto alone = transact({&each, 1})) each->fail(alone->translated());
      }
    }
    for (queued_call* each : writes) each->finish();
  }

  /// All in one transaction; the failure, when the transaction as a whole is not stored.
  std::optional<sqlite_failure> transact(std::span<queued_call* const> writes) {
    try {
      store_->begin();
      for (queued_call* each : writes) run_write(*store_, *each);
      store_->commit();
    } catch (const sqlite_failure& failure) {
      store_->rollback();
      return failure;
    }
    const std::scoped_lock lock(mutex_);
    ++figures_.commits;
    for (const queued_call* each : writes) figures_.appends += each->is_stored() ? 1 : 0;
    return std::nullopt;
  }

  void read_all(batch& taken) {
    for (queued_call& each : taken) {
      if (each.is_write()) continue;
      try {
        run_read(*store_, each);
      } catch (const sqlite_failure& failure) {
        note_error(failure);
        each.fail(failure.translated());
      }
      each.finish();
    }
  }

  void note_failed_batch(const sqlite_failure& failure) {
    note_error(failure);
    const std::scoped_lock lock(mutex_);
    ++figures_.failed_batches;
  }

  void note_error(const sqlite_failure& failure) {
    const std::scoped_lock lock(mutex_);
    figures_.last_error = failure.what;
  }

  const sqlite_journal_options options_;
  const std::unique_ptr<sqlite_store> store_;  // the job's
  mutable std::mutex mutex_;                   // for what follows
  std::condition_variable idle_;
  std::deque<queued_call> queue_;
  std::size_t queued_bytes_ = 0;
  bool job_is_under_way_ = false;
  sqlite_journal_figures figures_;
};

}  // namespace

std::expected<std::unique_ptr<sqlite_journal>, journal_open_error> sqlite_journal::open(
    const std::filesystem::path& file, sqlite_journal_options options) {
  auto store = sqlite_store::open(file, options.lock_wait_max);
  if (!store) return std::unexpected(std::move(store.error()));
  return std::make_unique<journal_in_sqlite>(*std::move(store), options);
}

}  // namespace troupe
