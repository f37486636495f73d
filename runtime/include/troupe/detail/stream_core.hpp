// What the two ends of a stream share, whatever its items are. Not for users.
//
// Threads: the reader's functions are called on turns of the reader's actor, the writer's on turns
// of the writer's. What both touch is under `mutex_`; the rest says whose it is.
//
// Invariants:
// 1. under_way_ <= window_. It counts items in the queue and, for items that become messages, those
//    not handled yet. Only the writer adds.
// 2. The first end() decides; nothing is written after it. Items written before an end that the
//    writer brought about are still read; an end by the reader drops them.
// 3. A side that is to wait says so under the lock that showed it nothing to do, to this core and
//    to the wait graph. Who gives it something takes that back from the wait graph under the same
//    lock; so the graph never says that a side waits which has something to do.
// 4. A notice looks at the state when it arrives. At most one per side is under way: a change that
//    finds one under way need not send another.
// 5. A core lives as long as a handle, a request, an unhandled item or a notice refers to it. It
//    keeps cells, never instances, so no cycle keeps it.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <troupe/clock.hpp>
#include <troupe/detail/cell.hpp>
#include <troupe/stream_end.hpp>

namespace troupe::detail {

class stream_core;

/// The streams of one instance: they end when it is dropped. See stream_table.hpp.
struct stream_table;

/// A place in a stream_table.
struct stream_link {
  stream_link(stream_core& of, stream_side which) noexcept : core(of), side(which) {}
  stream_core& core;
  stream_side side;
  stream_table* table = nullptr;  // null: not in one
  stream_link* next = nullptr;
  stream_link* previous = nullptr;
};

class stream_core {
 public:
  stream_core(const stream_core&) = delete;
  stream_core& operator=(const stream_core&) = delete;

  // Any thread ------------------------------------------------------------------------------
  void retain() noexcept { references_.fetch_add(1, std::memory_order_relaxed); }
  void release() noexcept {
    if (references_.fetch_sub(1, std::memory_order_acq_rel) == 1) delete this;
  }
  bool ended() const noexcept;
  bool ended_by_reader() const noexcept;

  /// On a turn of the side that ends it. Only the first end counts.
  void end(stream_side by, stream_reason reason, std::string cycle = {}) noexcept;

  // The reader ------------------------------------------------------------------------------
  void attach_reader();
  /// The reader wants no more: what it has not read is dropped.
  void close_reader(stream_reason why) noexcept;
  /// The handle goes.
  void drop_reader() noexcept;
  /// What the reader has seen of the end: nothing while there are items left.
  std::optional<stream_end> end_seen_by_reader() const;
  void read_ended(wait::end how) noexcept;
  /// The reader wants no more; also messages on their way to it are not handled any more.
  bool reader_closed() const noexcept { return reader_closed_; }
  /// An item that had become a message is gone, handled or not.
  void item_handled() noexcept;

  // The writer ------------------------------------------------------------------------------
  using credit_message = envelope* (*)(std::uint64_t stream, std::uint32_t items);

  /// The request has been picked up. False when there is no place for one more stream.
  bool attach_writer(credit_message make_credit);
  void drop_writer() noexcept;
  /// The handler of the request has returned; then a writer that did not leave it is done.
  void handler_finished() noexcept;
  void handler_aborted(stream_reason why) noexcept;
  bool picked_up() const noexcept { return stream_id_ != 0; }
  std::uint64_t stream_id() const noexcept { return stream_id_; }
  /// Items that may be written now; when none, asks for the credit message.
  std::uint32_t credit() noexcept;
  void write_ended(wait::end how) noexcept;
  std::optional<stream_end> end_seen_by_writer() const;

 protected:
  enum class step : std::uint8_t { ready, over, waits };

  /// `target` may be empty; then the stream is to be ended at once.
  stream_core(actor_cell& reader, cell_ptr target, std::uint32_t window, duration idle_timeout,
              std::string_view message) noexcept;
  virtual ~stream_core();

  /// ready: with `lock` held, for written().
  step begin_write(std::unique_lock<std::mutex>& lock, wait& pending);
  /// An item has been put into the queue under `lock`, which is let go of.
  void written(std::unique_lock<std::mutex>& lock) noexcept;
  /// ready: with `lock` held, for taken().
  step begin_read(std::unique_lock<std::mutex>& lock, wait& pending);
  /// An item has been taken off the queue under `lock`, which is let go of.
  void taken(std::unique_lock<std::mutex>& lock) noexcept;

  std::uint32_t room() const noexcept { return window_ - under_way_; }
  stream_end end_of(stream_side by, stream_reason reason) const;
  /// From here on items become messages: deliver() is called for them.
  void begin_delivery();
  /// Reader's turn, without the lock: turns what is queued into messages, and the end.
  virtual void deliver(actor_cell& owner) noexcept = 0;
  /// Drops what is queued. The reader has ended the stream, so nobody else touches the queue.
  virtual void clear() noexcept = 0;
  void end_delivery() noexcept;

  const cell_ptr reader_;
  const cell_ptr writer_;  // empty: there never was one

  mutable std::mutex mutex_;
  std::uint32_t queued_ = 0;
  std::uint32_t under_way_ = 0;
  std::optional<stream_end> ended_;
  bool delivers_ = false;  // items become messages

 private:
  friend struct stream_table;

  struct notice final : control_node {
    notice(stream_core& of, void (*on_turn)(control_node*, actor_cell&) noexcept) noexcept
        : control_node(on_turn), core(of) {}
    stream_core& core;
  };
  struct idle_clock final : wait {
    explicit idle_clock(stream_core& of) noexcept : core(of) {}
    stream_core& core;
    bool runs = false;
  };

  static void reader_turn(control_node* node, actor_cell& owner) noexcept;
  static void writer_turn(control_node* node, actor_cell& owner) noexcept;
  void owner_gone(stream_side side, stream_reason why) noexcept;
  void notify_reader(std::unique_lock<std::mutex>& lock) noexcept;
  void notify_writer(std::unique_lock<std::mutex>& lock) noexcept;
  void credit_given(std::unique_lock<std::mutex>& lock) noexcept;
  bool enough_credit() const noexcept { return room() >= std::max(1U, window_ / 2); }
  void run_idle_clock(time_point since);
  void idle_clock_rang(actor_cell& owner) noexcept;
  time_point idle_deadline(time_point since) const noexcept;

  std::atomic<std::uint32_t> references_{1};
  const std::uint32_t window_;
  const duration idle_timeout_;
  const std::string_view message_;

  // Under the lock
  std::uint64_t written_ = 0;
  std::uint64_t reader_wait_ = 0;  // id of the reader's wait; 0: it does not wait
  std::uint64_t writer_wait_ = 0;
  bool reader_noticed_ = false;  // a notice is under way
  bool writer_noticed_ = false;
  bool credit_wanted_ = false;  // the writer was told that there is none
  bool announces_ = false;      // credit and the end go to the writer's actor as messages
  bool end_unannounced_ = false;
  notice reader_notice_{*this, &reader_turn};
  notice writer_notice_{*this, &writer_turn};

  // The reader's own
  stream_link reader_link_{*this, stream_side::reader};
  idle_clock idle_{*this};
  time_point last_item_{};
  bool reader_closed_ = false;
  std::optional<stream_end> cut_short_;  // the reader left before it had read what was there

  // The writer's own
  stream_link writer_link_{*this, stream_side::writer};
  std::uint64_t stream_id_ = 0;
  bool in_handler_ = false;  // of the request
  bool dropped_in_handler_ = false;
  credit_message make_credit_ = nullptr;
};

/// A counted reference to a core.
template <class Core>
class core_ptr {
 public:
  core_ptr() noexcept = default;
  explicit core_ptr(Core& core) noexcept : core_(&core) { core.retain(); }
  core_ptr(const core_ptr& other) noexcept : core_(other.core_) {
    if (core_) core_->retain();
  }
  core_ptr(core_ptr&& other) noexcept : core_(std::exchange(other.core_, nullptr)) {}
  core_ptr& operator=(core_ptr other) noexcept {
    std::swap(core_, other.core_);
    return *this;
  }
  ~core_ptr() {
    if (core_) core_->release();
  }
  Core* get() const noexcept { return core_; }
  Core* operator->() const noexcept { return core_; }
  Core& operator*() const noexcept { return *core_; }
  explicit operator bool() const noexcept { return core_ != nullptr; }

 private:
  Core* core_ = nullptr;
};

}  // namespace troupe::detail
