// The part of a topic that does not depend on its message. Not for users.
#pragma once

#include <cstdint>
#include <memory>

#include <troupe/detail/cell.hpp>

namespace troupe {

/// What became of a subscription.
enum class subscribe_status : std::uint8_t {
  subscribed,
  already_subscribed,  // nothing changed: once is enough
  full,                // the topic has as many subscribers as it may have
  no_such_actor,       // the recipient is empty
};

/// What became of one publication, counted in subscribers.
struct published {
  std::uint32_t delivered = 0;  // in the mailbox
  std::uint32_t refused = 0;    // mailbox full, or dropped there: this subscriber has a gap
  std::uint32_t gone = 0;       // had stopped, and is not subscribed any more

  friend bool operator==(const published&, const published&) = default;
};

namespace detail {

/// Any thread. Deliveries run side by side; subscribing waits for those that run.
class subscriber_table {
 public:
  explicit subscriber_table(std::uint32_t subscribers_max);
  subscriber_table(const subscriber_table&) = delete;
  subscriber_table& operator=(const subscriber_table&) = delete;
  ~subscriber_table();

  /// `operations` is how the subscriber's actor takes the message.
  subscribe_status add(const cell_ptr& subscriber, const void* operations);
  bool remove(std::uint64_t id) noexcept;
  std::uint32_t size() const noexcept;

  /// Pushes `make(operations, context)` to each subscriber.
  published deliver(envelope* (*make)(const void* operations, void* context), void* context);

 private:
  struct state;
  std::unique_ptr<state> state_;
};

}  // namespace detail
}  // namespace troupe
