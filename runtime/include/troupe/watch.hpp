// watch: the latest value of something, for any number of readers.
//
//   watch_source<layout> source(layout{…});       // one writer
//   watch<layout> view = source.watch();          // copies go to the readers
//   source.publish(layout{…});
//   view.read()->width;                           // any thread: the newest snapshot
//
// A snapshot is immutable and shared: who holds it keeps it, whatever is published since. Versions
// count from 1, the first value's, by one. Only the newest value counts: a slow reader skips what
// it was too slow for, and nothing queues up.
//
// Readers never block the writer, the writer never blocks readers; there is no lock. publish()
// costs one wake-up for each actor that waits. The value lives as long as the source or a watch of
// it.
//
// Inside an actor, two ways to hear of changes:
//   const auto next = co_await view.changed(seen.version);      // or changed(version, 2s)
//   subscription_ = view.subscribe(*this);                      // then: void on(updated<layout>)
#pragma once

#include <concepts>
#include <cstdint>
#include <expected>
#include <memory>
#include <type_traits>
#include <utility>

#include <troupe/clock.hpp>
#include <troupe/detail/cell.hpp>
#include <troupe/detail/envelopes.hpp>
#include <troupe/detail/watch_core.hpp>

namespace troupe {

class actor;

template <class T>
class snapshot {
 public:
  std::uint64_t version() const noexcept { return version_; }
  const T& operator*() const noexcept { return *value_; }
  const T* operator->() const noexcept { return value_.get(); }
  /// Shares the value, for who keeps it without its version.
  const std::shared_ptr<const T>& value() const noexcept { return value_; }

  /// For the library.
  snapshot(std::shared_ptr<const T> value, std::uint64_t version) noexcept
      : value_(std::move(value)), version_(version) {}

 private:
  std::shared_ptr<const T> value_;  // null only when moved from
  std::uint64_t version_;
};

enum class watch_errc : std::uint8_t {
  closed,     // the source is gone, and nothing newer will come
  timeout,    // nothing newer within the deadline
  cancelled,  // the actor is stopping
};

/// What a subscribed actor gets: the value that is the newest when it is handled. At most one is in
/// the actor's hands at a time; it goes before the mailbox, outside its capacity.
template <class T>
struct updated {
  snapshot<T> now;
};

namespace detail {

template <class T>
snapshot<T> read_snapshot(const watch_core& core) noexcept {
  std::uint64_t version = 0;
  auto value = std::static_pointer_cast<const T>(core.read(version));
  return snapshot<T>(std::move(value), version);
}

template <class T>
class [[nodiscard("nothing waits until it is awaited")]] changed_operation final : event_wait {
 public:
  changed_operation(std::shared_ptr<watch_core> core, std::uint64_t seen,
                    troupe::duration within) noexcept
      : event_wait(core->waiters(), within), core_(std::move(core)), seen_(seen) {}

  using event_wait::await_ready;
  using event_wait::await_suspend;
  std::expected<snapshot<T>, watch_errc> await_resume() const noexcept {
    if (core_->version() > seen_) return read_snapshot<T>(*core_);
    if (how_ended() == end::timed_out) return std::unexpected(watch_errc::timeout);
    if (how_ended() == end::cancelled) return std::unexpected(watch_errc::cancelled);
    return std::unexpected(watch_errc::closed);
  }

 private:
  bool holds() const noexcept override { return core_->version() > seen_ || core_->closed(); }

  std::shared_ptr<watch_core> core_;
  std::uint64_t seen_;
};

template <class A, class T>
class typed_feed final : public watch_feed {
 public:
  using message = updated<T>;

  explicit typed_feed(std::shared_ptr<watch_core> source) noexcept
      : watch_feed(std::move(source)) {}

  struct delivery final : envelope {
    explicit delivery(std::shared_ptr<watch_feed> of) noexcept
        : envelope(operations), feed(std::move(of)) {}

    static handler_outcome handle(actor_cell& cell, envelope* base) {
      auto* self = static_cast<delivery*>(base);
      if (self->feed->cancelled()) {
        delete self;
        return handler_outcome::finished;
      }
      message newest{read_snapshot<T>(self->feed->source())};
      self->feed->begin(cell, newest.now.version());
      return call_handler<A, message>(cell, std::move(newest), [self] { delete self; });
    }
    static void complete(actor_cell&, envelope* base, std::coroutine_handle<> frame) {
      std::coroutine_handle<task_promise<void>>::from_address(frame.address()).promise().take();
      delete static_cast<delivery*>(base);
    }
    static void discard(actor_cell&, envelope* base, ask_errc) noexcept {
      delete static_cast<delivery*>(base);
    }
    static constexpr envelope_type operations{&handle, &complete, &discard, type_name<message>()};

    std::shared_ptr<watch_feed> feed;
  };

 private:
  envelope* make_message() override { return new delivery(shared_from_this()); }
};

}  // namespace detail

/// Keeps a subscription; ends it when destroyed or assigned to. It ends by itself with the actor's
/// instance (a restarted actor subscribes again in its constructor) and with the source. Belongs to
/// the actor: not for other threads.
class [[nodiscard("the subscription ends when this is destroyed")]] watch_subscription {
 public:
  watch_subscription() noexcept = default;
  explicit watch_subscription(std::shared_ptr<detail::watch_feed> feed) noexcept
      : feed_(std::move(feed)) {}
  watch_subscription(watch_subscription&&) noexcept = default;
  watch_subscription& operator=(watch_subscription&& other) noexcept {
    std::swap(feed_, other.feed_);
    return *this;
  }
  ~watch_subscription() {
    if (feed_) feed_->cancel();
  }

 private:
  std::shared_ptr<detail::watch_feed> feed_;
};

/// The readers' end. Copy it freely; any thread, unless said otherwise.
template <class T>
class watch {
 public:
  /// The newest snapshot. Never blocks.
  snapshot<T> read() const noexcept { return detail::read_snapshot<T>(*core_); }

  /// Replaces `held` when there is a newer snapshot; true when it did. Costs one load when there is
  /// none: for readers that look very often.
  bool refresh(snapshot<T>& held) const noexcept {
    if (core_->version() <= held.version()) return false;
    held = read();
    return true;
  }

  std::uint64_t version() const noexcept { return core_->version(); }
  /// True once the source is gone: the value is the last.
  bool closed() const noexcept { return core_->closed(); }

  /// `co_await` in an actor: the newest snapshot as soon as its version is above `seen`; at once
  /// when it is. Errors: closed, timeout, cancelled.
  detail::changed_operation<T> changed(std::uint64_t seen) const noexcept {
    return {core_, seen, duration::max()};
  }
  detail::changed_operation<T> changed(std::uint64_t seen, duration deadline) const noexcept {
    return {core_, seen, deadline};
  }

  /// Delivers `updated<T>` to the actor, now for the value there is and then for newer ones. Called
  /// by the actor for itself, on its turn, from its constructor on. Coalesced: what is published
  /// before it is handled is delivered as one.
  template <class A>
  watch_subscription subscribe(A& self) const {
    static_assert(std::derived_from<A, actor>, "an actor subscribes itself: view.subscribe(*this)");
    static_assert(detail::check_handler<A, updated<T>>());
    static_cast<void>(self);
    auto feed = std::make_shared<detail::typed_feed<A, T>>(core_);
    feed->begin(detail::actor_cell::current(), 0);
    return watch_subscription(std::move(feed));
  }

  /// For the library.
  explicit watch(std::shared_ptr<detail::watch_core> core) noexcept : core_(std::move(core)) {}

 private:
  std::shared_ptr<detail::watch_core> core_;
};

/// The writer's end: one at a time publishes, on any thread. Destroying it closes the watches.
template <class T>
class watch_source {
 public:
  explicit watch_source(T first)
      : core_(std::make_shared<detail::watch_core>(std::make_shared<const T>(std::move(first)))) {}
  watch_source(watch_source&&) noexcept = default;
  watch_source& operator=(watch_source&& other) noexcept {
    std::swap(core_, other.core_);
    return *this;
  }
  ~watch_source() {
    if (core_) core_->close();
  }

  /// Replaces the value and wakes who waits. Gives the new version.
  std::uint64_t publish(T value) { return publish(std::make_shared<const T>(std::move(value))); }
  /// The same for a value that is shared already; not null.
  std::uint64_t publish(std::shared_ptr<const T> value) {
    core_->publish(std::move(value));
    return core_->version();
  }

  troupe::watch<T> watch() const noexcept { return troupe::watch<T>(core_); }
  snapshot<T> read() const noexcept { return detail::read_snapshot<T>(*core_); }
  std::uint64_t version() const noexcept { return core_->version(); }

 private:
  std::shared_ptr<detail::watch_core> core_;
};

}  // namespace troupe
