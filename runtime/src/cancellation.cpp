#include <algorithm>
#include <atomic>
#include <mutex>
#include <vector>

#include <troupe/cancellation.hpp>

namespace troupe {
namespace detail {

class cancellation_entry final : public control_node {
 public:
  cancellation_entry(actor_cell& of, std::uint64_t wait) noexcept
      : control_node(&arrived), owner(of), wait_id(wait) {}

  /// The signal is on its way, and keeps the entry alive.
  static void send(std::shared_ptr<cancellation_entry> self) noexcept {
    cancellation_entry& node = *self;
    const cell_ptr to = node.owner;
    node.alive = std::move(self);
    to->signal(node);
  }

  const cell_ptr owner;
  const std::uint64_t wait_id;

  // Its place in the state's list; under the state's lock.
  std::shared_ptr<cancellation_entry> next;
  cancellation_entry* previous = nullptr;
  bool listed = false;

 private:
  static void arrived(control_node* node, actor_cell& cell) noexcept {
    auto& self = static_cast<cancellation_entry&>(*node);
    const std::shared_ptr<cancellation_entry> alive = std::move(self.alive);
    wait* pending = cell.take_wait(self.wait_id);
    if (!pending) return;  // it has ended
    if (pending->asked) pending->asked->cancelled.store(true, std::memory_order_relaxed);
    pending->complete(*pending, cell, wait::end::cancelled, nullptr);
  }

  std::shared_ptr<cancellation_entry> alive;
};

class cancellation_state {
 public:
  cancellation_state() = default;
  cancellation_state(const cancellation_state&) = delete;
  cancellation_state& operator=(const cancellation_state&) = delete;
  ~cancellation_state() = default;

  bool cancelled() const noexcept { return cancelled_.load(std::memory_order_acquire); }

  bool cancel() noexcept {
    std::shared_ptr<cancellation_entry> entry;
    {
      const std::scoped_lock lock(mutex_);
      if (cancelled_.exchange(true, std::memory_order_acq_rel)) return false;
      entry = std::move(first_);
      for (cancellation_entry* each = entry.get(); each; each = each->next.get()) {
        each->listed = false;
      }
    }
    while (entry) {
      std::shared_ptr<cancellation_entry> next = std::move(entry->next);
      cancellation_entry::send(std::move(entry));
      entry = std::move(next);
    }
    return true;
  }

  void add(std::shared_ptr<cancellation_entry> entry) noexcept {
    {
      const std::scoped_lock lock(mutex_);
      if (!cancelled()) {
        entry->listed = true;
        entry->next = std::move(first_);
        if (entry->next) entry->next->previous = entry.get();
        first_ = std::move(entry);
        return;
      }
    }
    cancellation_entry::send(std::move(entry));
  }

  void remove(cancellation_entry& entry) noexcept {
    const std::scoped_lock lock(mutex_);
    if (!entry.listed) return;
    entry.listed = false;
    std::shared_ptr<cancellation_entry> rest = std::move(entry.next);
    if (rest) rest->previous = entry.previous;
    (entry.previous ? entry.previous->next : first_) = std::move(rest);
  }

 private:
  std::atomic<bool> cancelled_{false};
  std::mutex mutex_;
  std::shared_ptr<cancellation_entry> first_;
};

cancellation_registration::cancellation_registration(std::shared_ptr<cancellation_state> state,
                                                     std::uint64_t wait_id)
    : state_(std::move(state)),
      entry_(std::make_shared<cancellation_entry>(actor_cell::current(), wait_id)) {
  state_->add(entry_);
}

cancellation_registration::~cancellation_registration() {
  state_->remove(*entry_);
}

}  // namespace detail

bool cancellation_token::cancelled() const noexcept {
  return state_ && state_->cancelled();
}

cancellation_source::cancellation_source()
    : state_(std::make_shared<detail::cancellation_state>()) {}

bool cancellation_source::cancel() noexcept {
  return state_->cancel();
}

}  // namespace troupe
