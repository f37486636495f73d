// topic<M>: publish-subscribe in process. One message to every actor that has subscribed.
//
//   topic<price_changed> prices;                   // copies of a topic are the same topic
//   prices.subscribe(chart);                       // any actor that handles price_changed
//   const published sent = prices.publish({…});    // {delivered, refused, gone}
//
// Any thread may subscribe, unsubscribe and publish. A topic has no queue of its own: publish()
// puts a copy of the message in each subscriber's mailbox before it returns, never waits, and says
// how many took it. So the limits are the mailboxes', and a full one has a gap, counted in
// `refused`.
//
// Who gets what: every publication that begins after subscribe() has returned, none that begins
// after unsubscribe() has returned; one that runs at the same time, perhaps. The publications of
// one thread (or one actor) arrive in the order published; those of two may arrive in different
// orders at different subscribers. At most once, never twice.
//
// A subscriber that has stopped is taken off by the next publication, which counts it as `gone`. A
// restart does not end a subscription.
//
// The message is copied per subscriber: what is large goes in a std::shared_ptr<const T> in it. Its
// copying and its destructor must not use the topic.
#pragma once

#include <concepts>
#include <cstdint>
#include <memory>

#include <troupe/detail/subscriber_table.hpp>
#include <troupe/recipient.hpp>

namespace troupe {

template <class M>
class topic {
 public:
  static constexpr std::uint32_t subscribers_max_default = 100'000;

  explicit topic(std::uint32_t subscribers_max = subscribers_max_default)
      : table_(std::make_shared<detail::subscriber_table>(subscribers_max)) {}

  subscribe_status subscribe(const recipient<M>& subscriber) const {
    return table_->add(subscriber.cell(), subscriber.operations());
  }
  /// True when it was subscribed. Waits for publications that run.
  bool unsubscribe(const recipient<M>& subscriber) const noexcept {
    return table_->remove(subscriber.id());
  }

  published publish(const M& message) const {
    static_assert(std::copy_constructible<M>, "every subscriber gets a copy of the message");
    using operations = detail::recipient_operations<M>;
    return table_->deliver(
        [](const void* of, void* context) {
          return static_cast<const operations*>(of)->tell(M(*static_cast<const M*>(context)));
        },
        const_cast<M*>(&message));  // only read
  }

  /// A snapshot; those count who have stopped since the last publication.
  std::uint32_t subscriber_count() const noexcept { return table_->size(); }

 private:
  std::shared_ptr<detail::subscriber_table> table_;
};

}  // namespace troupe
