#include "dead_letter_office.hpp"

#include <algorithm>
#include <optional>
#include <utility>

namespace troupe {

std::string_view to_string(dead_letter_reason reason) noexcept {
  switch (reason) {
    case dead_letter_reason::refused:
      return "refused";
    case dead_letter_reason::discarded:
      return "discarded";
    case dead_letter_reason::dropped:
      return "dropped";
  }
  return "unknown";
}

namespace detail {

/// The letters for one subscriber: some on their way, others waiting here. It rings at most once at
/// a time, through one control node, and delivers when no letter is on its way any more.
class dead_letter_office::subscription final : public letter_sink,
                                               public std::enable_shared_from_this<subscription> {
 public:
  subscription(dead_letter_office& office, cell_ptr to, make_letter how)
      : office_(office), to_(std::move(to)), make_(how) {}

  std::uint64_t subscriber() const noexcept { return to_->id(); }

  void add(const dead_letter& letter) noexcept {
    {
      const std::scoped_lock lock(mutex_);
      const key which{letter.to, letter.message, letter.why, letter.from};
      if (const auto found = waiting_.find(which); found != waiting_.end()) {
        found->second.count += letter.count;
      } else if (waiting_.size() < dead_letter_kinds_max) {
        waiting_.emplace(which, letter);
      } else {
        others_ += letter.count;
      }
    }
    ring();
  }

  void letter_done() noexcept override {
    {
      const std::scoped_lock lock(mutex_);
      if (--in_flight_ > 0 || (waiting_.empty() && others_ == 0)) return;
    }
    ring();
  }

 private:
  using key = std::tuple<std::uint64_t, std::string_view, dead_letter_reason, std::uint64_t>;

  struct bell final : control_node {
    bell() noexcept : control_node(&subscription::deliver) {}
    std::shared_ptr<subscription> of;  // while it rings
  };

  void ring() noexcept {
    {
      const std::scoped_lock lock(mutex_);
      if (bell_.of || in_flight_ > 0) return;
      bell_.of = shared_from_this();
    }
    to_->signal(bell_);
  }

  static void deliver(control_node* node, actor_cell& cell) noexcept {
    std::shared_ptr<subscription> self;
    std::vector<dead_letter> letters;
    {
      subscription& owner = *static_cast<bell*>(node)->of;
      const std::scoped_lock lock(owner.mutex_);
      self = std::exchange(owner.bell_.of, nullptr);
      letters = self->take();
    }
    if (cell.gone()) {
      self->office_.remove(*self);
      return;
    }
    for (const dead_letter& each : letters) cell.push_urgent(self->make_(each, self));
  }

  /// What is to be delivered next; counted as on its way. Under the lock.
  std::vector<dead_letter> take() {
    std::vector<dead_letter> letters;
    while (!waiting_.empty() && letters.size() < dead_letters_in_flight_max) {
      letters.push_back(waiting_.begin()->second);
      waiting_.erase(waiting_.begin());
    }
    if (others_ > 0 && letters.size() < dead_letters_in_flight_max) {
      letters.emplace_back().count = std::exchange(others_, 0);
    }
    in_flight_ = letters.size();
    return letters;
  }

  dead_letter_office& office_;
  const cell_ptr to_;
  const make_letter make_;
  std::mutex mutex_;
  std::map<key, dead_letter> waiting_;
  std::uint64_t others_ = 0;
  std::size_t in_flight_ = 0;
  bell bell_;
};

void dead_letter_office::record(const actor_cell& to, std::string_view message,
                                dead_letter_reason why, std::uint64_t from,
                                std::uint64_t count) noexcept {
  counts_[static_cast<std::size_t>(why)].fetch_add(count, std::memory_order_relaxed);
  if (!subscribed_.load(std::memory_order_acquire)) return;
  std::vector<std::shared_ptr<subscription>> told;
  {
    const std::scoped_lock lock(mutex_);
    told = subscriptions_;
  }
  if (std::ranges::any_of(told, [&](auto& each) { return each->subscriber() == to.id(); })) return;
  for (const auto& each : told) each->add({to.id(), to.type().name, message, why, from, count});
}

bool dead_letter_office::subscribe(const cell_ptr& subscriber, make_letter make) {
  const std::scoped_lock lock(mutex_);
  if (!subscriber || subscriptions_.size() >= dead_letter_subscribers_max) return false;
  subscriptions_.push_back(std::make_shared<subscription>(*this, subscriber, make));
  subscribed_.store(true, std::memory_order_release);
  return true;
}

void dead_letter_office::remove(const subscription& gone) noexcept {
  const std::scoped_lock lock(mutex_);
  std::erase_if(subscriptions_, [&gone](auto& each) { return each.get() == &gone; });
  if (subscriptions_.empty()) subscribed_.store(false, std::memory_order_release);
}

dead_letter_counts dead_letter_office::counts() const noexcept {
  const auto of = [this](dead_letter_reason why) {
    return counts_[static_cast<std::size_t>(why)].load(std::memory_order_relaxed);
  };
  return {of(dead_letter_reason::refused), of(dead_letter_reason::discarded),
          of(dead_letter_reason::dropped)};
}

void dead_letter_office::close() noexcept {
  subscribed_.store(false, std::memory_order_release);
  const std::scoped_lock lock(mutex_);
  subscriptions_.clear();
}

}  // namespace detail
}  // namespace troupe
