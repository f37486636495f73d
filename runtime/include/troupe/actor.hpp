// actor: the base class of every actor, and what an actor can do for itself.
//
// An actor is a class with handlers, `on(Message)`. It handles one message at a time, a suspended
// handler included, so its members need no locks. It gets time, timers and randomness from here
// only; then the same code runs unchanged under simulation.
//
// Every function here is for the actor's own use during its turn, from the constructor on. They
// must not be called from another thread or another actor.
//
// Optional hooks, found by name (public members):
//   task<std::expected<void, start_error>> started();   runs before the first message; an error or
//                                                        an exception counts as a failure
//   task<> stopping();                                   runs after the children have stopped, on a
//                                                        regular stop, not after a failure
//   void turn_ended();                                   after each batch of messages: flush here
#pragma once

#include <concepts>
#include <cstdint>
#include <memory>
#include <tuple>
#include <type_traits>
#include <utility>

#include <troupe/clock.hpp>
#include <troupe/detail/ask.hpp>
#include <troupe/detail/cell.hpp>
#include <troupe/detail/factory.hpp>
#include <troupe/random.hpp>
#include <troupe/ref.hpp>
#include <troupe/spawn_options.hpp>

namespace troupe {

namespace io {
class byte_stream;
class acceptor;
class pending_stream;
struct endpoint;
struct error;
}  // namespace io

/// Names a timer of one actor. Harmless to keep: cancelling a timer that is gone does nothing.
struct timer_id {
  std::uint64_t value = 0;
  explicit operator bool() const noexcept { return value != 0; }
};

class actor : public detail::pooled {
 public:
  actor(const actor&) = delete;
  actor& operator=(const actor&) = delete;
  virtual ~actor() = default;

 protected:
  /// Only a system makes actors: constructing one elsewhere asserts.
  actor() : cell_(detail::actor_cell::current()) {}

  template <class Self>
  ref<Self> self(this Self& self_object) {
    return ref<Self>(detail::cell_ptr(self_object.actor::cell_));
  }
  std::uint64_t id() const noexcept { return cell_.id(); }

  /// The time of this turn: constant until the handler returns or suspends.
  time_point now() const noexcept { return cell_.now(); }
  wall_time wall_now() const noexcept;
  /// This actor's own randomness, seeded by the system.
  random_source& random() noexcept;

  /// Spawns a child: this actor supervises it, and stops it before it stops itself.
  /// Arguments are copied and kept for restarts; references go through std::ref.
  template <std::derived_from<actor> A, class... Arguments>
  ref<A> spawn(Arguments&&... arguments) {
    return detail::spawn_as<A>(
        [this](auto&&... rest) -> detail::cell_ptr {
          return cell_.spawn(std::forward<decltype(rest)>(rest)...);
        },
        std::forward<Arguments>(arguments)...);
  }

  /// Which of this actor's children restart together; one_for_one unless said. The others lose
  /// their state and keep their mailboxes; it does not count against their limits.
  void supervise_children(strategy how) noexcept { cell_.supervise_children(how); }

  /// Decides about this actor's children from now on; see supervision.hpp.
  void supervise_children(std::unique_ptr<supervision_strategy> how) {
    cell_.supervise_children(std::move(how));
  }

  /// True for an instance that replaces one that failed.
  bool restarted() const noexcept { return cell_.restarted(); }

  /// Why this actor stops; for stopping(), meaningless before.
  stop_reason stop_cause() const noexcept { return cell_.stop_cause(); }

  /// Stops this actor after the current message.
  void stop() noexcept { cell_.request_stop(stop_reason::stopped); }

  /// The same as ref::stop(how, within).
  void stop(stop_mode how, duration within = duration::max()) noexcept {
    if (how == stop_mode::now) return stop();
    cell_.request_drain(stop_reason::stopped, within);
  }

  /// Delivers exactly one `terminated` to on(terminated), also when the actor is already gone.
  template <class Self, class B>
  void monitor(this Self& self, const ref<B>& watched) {
    static_assert(handles<Self, terminated>, "a monitoring actor needs void on(terminated)");
    if (watched) self.actor::cell_.monitor(*watched.cell().get());
  }

  /// From now on the two fail together: when one stops because it failed, the other stops as well,
  /// with stop_reason::linked, unless it handles link_broken: then it is told. A failure that is
  /// answered by a restart breaks nothing, and the link survives it; so does one that is made
  /// twice. An actor that has failed already counts at once; one that stopped otherwise never.
  template <class B>
  void link(const ref<B>& other) {
    if (other) cell_.link(*other.cell().get());
  }
  /// Undoes link(), whichever of the two made it. What the other does from now on does not concern
  /// this actor.
  template <class B>
  void unlink(const ref<B>& other) noexcept {
    if (other) cell_.unlink(*other.cell().get());
  }

  /// Sends `message` to this actor once, `delay` from now. Outside the mailbox's capacity, so never
  /// refused. Gone with the actor, or with its restart.
  template <class Self, class M>
  timer_id send_after(this Self& self, duration delay, M message) {
    static_assert(detail::check_handler<Self, M>());
    return {self.actor::cell_.start_timer(
        delay, duration::zero(),
        std::make_unique<detail::timed<Self, M, false>>(std::move(message)))};
  }
  /// Sends a copy every `period` (> 0), first after one period. Late ticks are skipped, not made
  /// up.
  template <class Self, class M>
  timer_id send_every(this Self& self, duration period, M message) {
    static_assert(detail::check_handler<Self, M>());
    static_assert(std::copy_constructible<M>, "send_every sends copies of its message");
    return {self.actor::cell_.start_timer(
        period, period, std::make_unique<detail::timed<Self, M, true>>(std::move(message)))};
  }
  /// True when the message had not been sent yet.
  bool cancel(timer_id timer) noexcept { return cell_.cancel_timer(timer.value); }

  /// `co_await sleep(1s)`: true after the time, false when the actor is stopping.
  static detail::sleep_operation sleep(duration length) noexcept {
    return detail::sleep_operation(length);
  }

  /// Asks without suspending: the result, passed through `map`, comes as a message to this actor.
  ///   pipe(account.ask(deposit{5}, 1s), [id](auto result) { return deposited{id, result}; });
  template <class Self, request M, class Map>
  void pipe(this Self& self, detail::ask_operation<M> ask, Map map) {
    using result = std::invoke_result_t<Map&, ask_result<M>>;
    if constexpr (detail::check_handler<Self, result>()) {
      detail::piped_ask<Self, M, Map>::start(self.actor::cell_, std::move(ask), std::move(map));
    }
  }

  /// Reads a stream without suspending: each item, passed through `map`, comes as a message to this
  /// actor; at its end one more, made by `map_end` from the stream_end, except where this actor
  /// closed it. The reader is kept by the caller, as a member: when it goes, the stream ends.
  ///   pipe(list_, [](order o) { return order_came{o}; }, [](stream_end e) { return listed{e}; });
  template <class Self, class T, class Map, class MapEnd>
  void pipe(this Self&, const stream_reader<T>& reader, Map map, MapEnd map_end) {
    detail::pipe_stream<Self>(reader, std::move(map), std::move(map_end));
  }

  /// Makes this actor the owner of a stream that was accepted elsewhere; see io/byte_stream.hpp.
  /// The actor must be pinned to a worker and handle io::readable and io::writable.
  template <class Self>
  std::unique_ptr<io::byte_stream> open(this Self& self, io::pending_stream stream);
  /// Listens; the actor must be pinned and handle io::accepted. See io/acceptor.hpp.
  template <class Self>
  std::expected<std::unique_ptr<io::acceptor>, io::error> listen(this Self& self,
                                                                 const io::endpoint& address);

 private:
  detail::actor_cell& cell_;
};

}  // namespace troupe
