// stream: a request whose answer is a sequence, at the pace of who reads it.
//
//   struct list_orders { using item = order; customer_id of; };
//
//   class orders final : public troupe::actor {
//    public:
//     task<> on(list_orders m, stream_writer<order> out) {          // answers
//       for (const order& each : find(m.of)) {
//         if (!co_await out.write(each)) co_return;                  // nobody reads any more
//       }
//     }
//   };
//
//   auto list = orders.open(list_orders{me}, {.window = 64});       // inside an actor
//   while (auto item = co_await list.next()) show(*item);
//   if (*list.end() != stream_reason::completed) warn(list.end()->describe());
//
// A message with an `item` alias is a stream request: it is opened, not told or asked. Its handler
// is the overload on(M, stream_writer<M::item>): the request stays the plain struct it would be
// anyway, and what comes back stands in the handler's signature, where the compiler checks it.
// Items that can fail one by one are an expected<T, E>.
//
// Flow control. At most `window` items are under way: written and not yet read (or, where items
// become messages, not yet handled). Without credit a write suspends; credit goes back to a writer
// that waits once half the window is free, so that a pair of actors is not woken for each item.
// Nothing is dropped, nothing is buffered beyond the window.
//
// Guarantees. Items arrive in the order written, each once, none lost: an end that the writer's
// side brought about (completed, failed, stopped) is seen after the last item written before it. An
// end by the reader drops what it has not read. Either side is told of the other's end with its
// reason, however it came; both see the same end, and only one. A stream belongs to the instance:
// it does not survive a restart. Both ends must be used, and destroyed, by the actor they were made
// for.
//
// Two ways to read:
//   - co_await list.next(): the handler waits, and its actor handles nothing else meanwhile;
//   - actor::pipe(list, …): items become messages of this actor, the end too.
//
// Two ways to write:
//   - from the handler of the request, with co_await out.write(…). The simplest, and right for
//     what ends soon: as any handler that suspends, it keeps the actor from other messages, further
//     streams included;
//   - the handler stores the writer as a member and returns. The actor then writes what there is
//     credit for, with out.try_write(…), and returns to its mailbox; when there is credit again, or
//     the reader has left, it is sent stream_credit. So one actor serves many streams at once.
// A writer that is still with the handler when it returns completes the stream; a stored one
// completes it by close(). A writer that is just forgotten ends it as cancelled: a list that was
// cut short never looks complete.
//
// Waiting for the other end takes part in deadlock detection as an ask does: a next() or write()
// that would close a cycle of waiting actors ends the stream as would_deadlock, and names the
// cycle. Where items and credit come as messages nobody waits, so there is no cycle to close.
#pragma once

#include <chrono>
#include <concepts>
#include <cstdint>
#include <expected>
#include <optional>
#include <utility>

#include <troupe/clock.hpp>
#include <troupe/detail/stream_state.hpp>
#include <troupe/message.hpp>
#include <troupe/stream_end.hpp>

namespace troupe {

/// Bounds of stream_options::window; what is outside is taken as the nearest bound.
inline constexpr std::uint32_t stream_window_max = 65'536;
/// Streams that one actor can read and write at a time, together.
inline constexpr std::uint32_t streams_per_actor_max = 65'536;

struct stream_options {
  std::uint32_t window = 64;  // items under way, 1..stream_window_max
  /// The longest that next() waits for an item, that write() waits for credit, and that a reader
  /// which gets messages goes without one while it has handled all. duration::max(): no limit.
  duration idle_timeout = std::chrono::seconds(30);
};

/// A message that is answered by a sequence of M::item.
template <class M>
concept stream_request = requires { typename M::item; };

template <stream_request M>
using item_t = typename M::item;

/// Sent to an actor that stored a writer, if it has an on(stream_credit): once after each time it
/// was told that there is no credit, and once when the reader has ended the stream. May come after
/// the writer has gone; then it is to be ignored.
struct stream_credit {
  std::uint64_t stream = 0;  // stream_writer::id()
  std::uint32_t items = 0;   // room for so many; 0: the stream is over, and end() says why
};

enum class [[nodiscard]] stream_write : std::uint8_t {
  accepted,   // on its way to the reader
  no_credit,  // not taken; stream_credit comes when there is room
  ended,      // not taken; end() says why
};

/// The end of a stream where items come out. Movable; empty once moved from.
template <class T>
class stream_reader {
 public:
  stream_reader() noexcept = default;
  stream_reader(stream_reader&& other) noexcept = default;
  stream_reader& operator=(stream_reader&& other) noexcept {
    stream_reader old(std::move(*this));
    state_ = std::move(other.state_);
    return *this;
  }
  /// Forgetting a reader closes it: the writer sees `cancelled`, or `failed` when an exception is
  /// why it goes.
  ~stream_reader() {
    if (state_) state_->drop_reader();
  }

  /// `co_await reader.next()` gives std::optional<T>; nothing: the stream is over, see end().
  typename detail::stream_state<T>::next_operation next() noexcept {
    return typename detail::stream_state<T>::next_operation(state_.get());
  }

  /// Ends the stream early: the writer sees `cancelled`. What was not read is dropped, and no
  /// message of it is handled any more. Harmless when the stream is over.
  void close() noexcept {
    if (state_) state_->close_reader(stream_reason::cancelled);
  }

  /// Why the stream is over; nothing while it is not, or while items are left to read.
  std::optional<stream_end> end() const {
    return state_ ? state_->end_seen_by_reader() : std::nullopt;
  }

  explicit operator bool() const noexcept { return static_cast<bool>(state_); }

  /// For the library.
  using state_ptr = detail::core_ptr<detail::stream_state<T>>;
  explicit stream_reader(state_ptr state) noexcept : state_(std::move(state)) {}
  const state_ptr& state() const noexcept { return state_; }

 private:
  state_ptr state_;
};

/// The end of a stream where items go in. Movable; empty once moved from. An empty writer must not
/// be used.
template <class T>
class stream_writer {
 public:
  stream_writer() noexcept = default;
  stream_writer(stream_writer&& other) noexcept = default;
  stream_writer& operator=(stream_writer&& other) noexcept {
    stream_writer old(std::move(*this));
    state_ = std::move(other.state_);
    return *this;
  }
  ~stream_writer() {
    if (state_) state_->drop_writer();
  }

  /// `co_await out.write(item)` waits for credit and gives std::expected<void, stream_end>. Error:
  /// the stream is over, or this actor is stopping; the item is dropped.
  typename detail::stream_state<T>::write_operation write(T item) {
    return typename detail::stream_state<T>::write_operation(*state_, std::move(item));
  }

  /// Writes without waiting. The item is moved from only when it is accepted.
  stream_write try_write(T&& item) {
    switch (state_->offer(item)) {
      case detail::offer_result::written:
        return stream_write::accepted;
      case detail::offer_result::no_credit:
        return stream_write::no_credit;
      case detail::offer_result::over:
        break;
    }
    return stream_write::ended;
  }
  stream_write try_write(const T& item)
    requires std::copy_constructible<T>
  {
    return try_write(T(item));
  }

  /// Items that can be written now. Being told 0 asks for stream_credit, as a try_write that was
  /// told no_credit does.
  std::uint32_t credit() noexcept { return state_->credit(); }

  /// No more items: the reader sees `completed` after the last one. The writer is empty after it.
  void close() noexcept {
    if (!state_) return;
    state_->end(stream_side::writer, stream_reason::completed);
    state_->drop_writer();
    state_ = {};
  }

  /// Why the stream is over; nothing while it is not.
  std::optional<stream_end> end() const { return state_->end_seen_by_writer(); }

  /// Names the stream in stream_credit: unique among the streams of this instance.
  std::uint64_t id() const noexcept { return state_ ? state_->stream_id() : 0; }

  explicit operator bool() const noexcept { return static_cast<bool>(state_); }

  /// For the library.
  using state_ptr = detail::core_ptr<detail::stream_state<T>>;
  explicit stream_writer(state_ptr state) noexcept : state_(std::move(state)) {}

 private:
  state_ptr state_;
};

/// True when actor A answers M with a stream. Needs the complete A.
template <class A, class M>
concept streams =
    message<M> && stream_request<M> &&
    requires(A& actor, detail::exactly<M> request, detail::exactly<stream_writer<item_t<M>>> out) {
      actor.on(request, out);
    };

}  // namespace troupe
