// system: owns the workers, and the root of the supervision tree.
//
//   troupe::system system;
//   auto account = system.spawn<bank::account>(id, std::ref(ledger));
//   account.tell(freeze{});
//   auto balance = system.ask(account, get_balance{}, 1s);
//
// A program may have several. All functions may be called from any thread that is not a worker of
// this system, unless said otherwise.
#pragma once

#include <array>
#include <chrono>
#include <concepts>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <troupe/actor.hpp>
#include <troupe/dead_letter.hpp>
#include <troupe/detail/blocking_ask.hpp>
#include <troupe/detail/factory.hpp>
#include <troupe/ref.hpp>
#include <troupe/supervision.hpp>

namespace troupe {

class span_sink;
struct stall;

struct system_options {
  std::uint32_t workers = 0;  // 1..256 threads; 0: one per core
  std::uint64_t seed = 0;     // of the actors' random sources; 0: from the machine

  std::uint32_t offload_threads = 4;     // 1.. ; see offload.hpp
  std::size_t offload_queue_max = 1024;  // functions that wait for one of these threads

  /// Called for every failure, on the failed actor's worker, before its supervision acts. Must be
  /// thread safe and must not throw.
  std::function<void(const failure&, directive)> on_failure{};

  /// A handler that holds its worker for so long is reported, and counted as `stalled`: see
  /// stall.hpp. Zero: none is. `on_stall` is called on the watchdog's thread and must not throw.
  duration stall_threshold = std::chrono::milliseconds(100);
  std::function<void(const stall&)> on_stall{};

  /// Takes the spans of messages with a correlation id, and outlives the system: see span.hpp.
  span_sink* spans = nullptr;
};

/// Figures of all actors of one type, since the system began. Exact when the system is quiet.
struct type_statistics {
  std::string_view actor_type;
  std::uint64_t spawned = 0;
  std::uint64_t stopped = 0;    // by reason stopped
  std::uint64_t failed = 0;     // by reason failed
  std::uint64_t shut_down = 0;  // by reason shut_down
  std::uint64_t linked = 0;     // by reason linked
  std::uint64_t restarts = 0;

  // Messages. accepted = handled + failed + expired + dropped + dead_letters + queued; queued
  // includes those that run. What an actor sends itself (timers, piped asks, notices) is in all of
  // them but queued.
  std::uint64_t accepted = 0;
  std::uint64_t handled = 0;
  std::uint64_t failed_messages = 0;  // the handler threw, or was ended by a stop
  std::uint64_t expired = 0;          // the asker had given up before they were picked up
  std::uint64_t dropped = 0;          // by overflow::drop_newest or drop_oldest
  std::uint64_t dead_letters = 0;     // left in the mailbox of an actor that stopped
  std::uint64_t queued = 0;           // in all mailboxes now

  // Refusals, which are not accepted.
  std::uint64_t mailbox_full = 0;
  std::uint64_t refused_stopped = 0;  // came to an actor that had stopped

  std::uint64_t stalled = 0;  // handlers that held their worker beyond the stall_threshold

  std::uint64_t alive() const noexcept { return spawned - stopped - failed - shut_down - linked; }
};

/// How long the messages of one type take in the actors of one type, suspension included: a sample
/// of one message in 64 of each actor. Which of its first 64 is the first differs from actor to
/// actor, so that short-lived ones are sampled in the same proportion.
struct message_statistics {
  /// Upper bounds of the buckets; the last bucket, beyond them, has none.
  static constexpr std::array<duration, 7> bucket_bounds{
      std::chrono::microseconds(1), std::chrono::microseconds(10), std::chrono::microseconds(100),
      std::chrono::milliseconds(1), std::chrono::milliseconds(10), std::chrono::milliseconds(100),
      std::chrono::seconds(1)};

  std::string_view actor_type;
  std::string_view message;
  std::array<std::uint64_t, bucket_bounds.size() + 1> counts{};
  duration total{};
};

struct shutdown_report {
  /// Types of the actors that had not stopped by the deadline; empty after a clean shutdown.
  std::vector<std::string> still_running;
};

class system {
 public:
  explicit system(system_options options = {});
  /// For executors other than the threaded one (sim/).
  explicit system(std::unique_ptr<detail::system_core> core) noexcept;
  /// Shuts down without a deadline.
  ~system();
  system(system&&) noexcept;
  system& operator=(system&&) = delete;

  /// Spawns an actor below the root; see actor::spawn. May also be called on a worker. When the
  /// system is shutting down the actor is stopped at once.
  template <std::derived_from<actor> A, class... Arguments>
  ref<A> spawn(Arguments&&... arguments) {
    return detail::spawn_as<A>(
        [this](auto&&... rest) -> detail::cell_ptr {
          return spawn_root(std::forward<decltype(rest)>(rest)...);
        },
        std::forward<Arguments>(arguments)...);
  }

  /// Asks and blocks this thread. On a worker it fails at once with would_deadlock.
  template <class A, request M>
  ask_result<M> ask(const ref<A>& target, M message, duration deadline) {
    if constexpr (detail::check_handler<A, M>()) {
      return detail::ask_and_block<A, M>(*core_, target.cell(), std::move(message), deadline);
    }
  }

  /// Blocks until the actor has stopped; false when the deadline came first.
  template <class A>
  bool wait_stopped(const ref<A>& target, duration deadline) {
    return wait_closed(target.cell(), deadline);
  }

  /// Stops all actors, children before parents, and then the workers. Actors that have not stopped
  /// by the deadline are reported; their threads are still joined once their handlers return.
  shutdown_report shutdown(duration deadline);

  /// The same, but for `drain_within` at most the actors first handle what they have accepted; see
  /// ref::stop(). What then is left becomes dead letters, and `deadline` begins.
  shutdown_report shutdown(duration deadline, duration drain_within);

  /// Sends dead letters to this actor from now on, until it stops; see dead_letter.hpp. May be
  /// called on a worker. False when there are dead_letter_subscribers_max already.
  template <class A>
  bool subscribe_dead_letters(const ref<A>& subscriber) {
    static_assert(handles<A, dead_letter>, "a subscriber needs void on(dead_letter)");
    return subscribe(subscriber.cell(),
                     [](const dead_letter& about,
                        std::shared_ptr<detail::letter_sink> from) -> detail::envelope* {
                       return new detail::letter<A>(about, std::move(from));
                     });
  }
  /// How many there were, by reason. May be called on a worker.
  dead_letter_counts dead_letters() const noexcept;

  std::uint32_t worker_count() const noexcept;
  /// One entry per actor type, by name. A snapshot; may be called on a worker.
  std::vector<type_statistics> statistics() const;
  /// One entry per actor type and message type that was sampled. May be called on a worker.
  std::vector<message_statistics> message_times() const;

  detail::system_core& core() noexcept { return *core_; }

 private:
  detail::cell_ptr spawn_root(const detail::actor_type& type, const spawn_options& options,
                              bool temporary, std::unique_ptr<detail::actor_factory> factory);
  bool wait_closed(const detail::cell_ptr& cell, duration deadline);
  bool subscribe(const detail::cell_ptr& subscriber, detail::make_letter make);

  std::unique_ptr<detail::system_core> core_;
};

}  // namespace troupe
