// The part of a watch that does not depend on the type of its value. Not for users.
//
// The newest value lies in one of a few slots. A reader counts itself into the current slot, looks
// whether it is still the current one, copies the pointer and leaves: no lock, and a retry only
// when the writer has published in between. The writer fills a slot that is not current and has no
// readers. Both sides are sequentially consistent: a reader that finds its slot current has been
// counted before the writer looks, so the slot it copies from is not being filled.
//
// A reader that is suspended by the machine in the middle of a copy keeps one slot; the writer then
// takes another and never waits. So there are at most two slots more than readers in the middle.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>

#include <troupe/detail/waiters.hpp>

namespace troupe::detail {

class watch_core {
 public:
  explicit watch_core(std::shared_ptr<const void> first);
  watch_core(const watch_core&) = delete;
  watch_core& operator=(const watch_core&) = delete;
  ~watch_core();

  // Any thread
  std::shared_ptr<const void> read(std::uint64_t& version) const noexcept;
  std::uint64_t version() const noexcept { return version_.load(std::memory_order_seq_cst); }
  bool closed() const noexcept { return closed_.load(std::memory_order_seq_cst); }
  waiter_list& waiters() noexcept { return waiters_; }

  // The writer
  void publish(std::shared_ptr<const void> value);
  void close() noexcept;

 private:
  struct slot {
    mutable std::atomic<std::uint32_t> readers{0};
    std::shared_ptr<const void> value;
    std::uint64_t version = 0;
    slot* next = nullptr;
  };
  slot& free_slot();

  std::atomic<slot*> current_;
  std::atomic<std::uint64_t> version_{1};
  std::atomic<bool> closed_{false};
  waiter_list waiters_;
  slot* slots_ = nullptr;  // the writer's
};

/// A subscription: a wait of the subscriber's instance that begins again each time its message is
/// handled, so that at most one is under way.
class watch_feed : wait, public std::enable_shared_from_this<watch_feed> {
 public:
  watch_feed(const watch_feed&) = delete;
  watch_feed& operator=(const watch_feed&) = delete;
  virtual ~watch_feed() = default;

  /// Waits for a version above `seen`. On the subscriber's turn, as all here.
  void begin(actor_cell& cell, std::uint64_t seen);
  void cancel() noexcept;
  bool cancelled() const noexcept { return cancelled_; }
  watch_core& source() noexcept { return *source_; }

 protected:
  explicit watch_feed(std::shared_ptr<watch_core> source) noexcept : source_(std::move(source)) {}
  virtual envelope* make_message() = 0;

 private:
  static void ended(wait& base, actor_cell& cell, end how, request_envelope*) noexcept;
  static void discarded(wait& base) noexcept;

  std::shared_ptr<watch_core> source_;
  std::shared_ptr<watch_feed> alive_;  // while it is a wait of the cell's
  wake_up* node_ = nullptr;            // of the wait
  std::uint64_t seen_ = 0;
  bool cancelled_ = false;
};

}  // namespace troupe::detail
