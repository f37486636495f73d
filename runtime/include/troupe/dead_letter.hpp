// Dead letters: messages that no handler will see, told to whoever subscribes.
//
//   class undertaker final : public troupe::actor {
//    public:
//     void on(troupe::dead_letter m) { … }
//   };
//   system.subscribe_dead_letters(system.spawn<undertaker>());
//
// They are always counted, by reason (system::dead_letters()) and by actor type (statistics()). A
// subscriber hears of each at most once, and of all that it can keep up with one by one: while
// dead_letters_in_flight_max are on their way, equal ones (same actor, same message, same reason)
// become one letter with a count; beyond dead_letter_kinds_max different ones, one letter without
// an address has the count of all others. What becomes of the letters themselves is only counted.
// A mailbox that is full and refuses tells its sender; that is no dead letter.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <utility>

#include <troupe/detail/envelopes.hpp>

namespace troupe {

inline constexpr std::size_t dead_letters_in_flight_max = 64;
inline constexpr std::size_t dead_letter_kinds_max = 256;
inline constexpr std::size_t dead_letter_subscribers_max = 8;

enum class dead_letter_reason : std::uint8_t {
  refused,    // came to an actor that had stopped, or drains
  discarded,  // waited for an actor that stopped, or was its own when it stopped or restarted
  dropped,    // found the mailbox full, or made room, by overflow::drop_newest or drop_oldest
};

/// "refused", "discarded", "dropped"
std::string_view to_string(dead_letter_reason reason) noexcept;

/// Delivered to `on(dead_letter)` of a subscriber.
struct dead_letter {
  std::uint64_t to = 0;         // ref::id(); 0 for letters of many kinds
  std::string_view actor_type;  // of the addressee; static storage
  std::string_view message;     // type of the message; static storage
  dead_letter_reason why{};
  std::uint64_t from = 0;   // ref::id() of the sender, where it is known: refused by its own tell
  std::uint64_t count = 1;  // how many such letters this one stands for
};

/// Since the system began.
struct dead_letter_counts {
  std::uint64_t refused = 0;
  std::uint64_t discarded = 0;
  std::uint64_t dropped = 0;
};

namespace detail {

/// Hears that a letter has been handled, or has gone.
class letter_sink {
 public:
  virtual void letter_done() noexcept = 0;

 protected:
  ~letter_sink() = default;
};

/// A dead letter on its way to subscriber A.
template <class A>
struct letter final : envelope {
  letter(const dead_letter& about, std::shared_ptr<letter_sink> from)
      : envelope(operations), message(about), sink(std::move(from)) {}
  ~letter() { sink->letter_done(); }

  static handler_outcome handle(actor_cell& cell, envelope* base) {
    auto* self = static_cast<letter*>(base);
    return call_handler<A, dead_letter>(cell, std::move(self->message),
                                        [self](auto&&...) { delete self; });
  }
  static void complete(actor_cell&, envelope* base, std::coroutine_handle<> frame) {
    std::coroutine_handle<task_promise<void>>::from_address(frame.address()).promise().take();
    delete static_cast<letter*>(base);
  }
  static void discard(actor_cell&, envelope* base, ask_errc) noexcept {
    delete static_cast<letter*>(base);
  }
  static constexpr envelope_type operations{&handle, &complete, &discard, type_name<dead_letter>()};

  dead_letter message;
  std::shared_ptr<letter_sink> sink;
};

using make_letter = envelope* (*)(const dead_letter&, std::shared_ptr<letter_sink>);

}  // namespace detail
}  // namespace troupe
