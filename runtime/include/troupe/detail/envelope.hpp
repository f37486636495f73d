// What travels to a cell: messages in their envelopes, control nodes, requests and their answers.
// Not for users.
#pragma once

#include <atomic>
#include <coroutine>
#include <cstdint>
#include <string_view>

#include <troupe/ask_error.hpp>
#include <troupe/clock.hpp>
#include <troupe/detail/allocation.hpp>

namespace troupe {

/// What became of a tell. Nothing waits; a refusal is counted, so the status may be ignored.
enum class tell_status : std::uint8_t {
  accepted,       // in the mailbox
  mailbox_full,   // refused: at capacity
  dropped,        // accepted and dropped at once: at capacity, by overflow::drop_newest
  stopped,        // a dead letter: the actor has stopped
  no_such_actor,  // the reference is empty
};

namespace detail {

class actor_cell;
struct envelope;

enum class handler_outcome : std::uint8_t {
  finished,
  suspended,
  expired,  // its asker had given up: not handled
  batched   // has joined a batch, which is handled later
};

/// What can be done with a message, by its type and the actor's.
struct envelope_type {
  handler_outcome (*handle)(actor_cell&, envelope*);  // may throw; does not free on throw
  void (*complete)(actor_cell&, envelope*, std::coroutine_handle<>);  // frame done; may throw
  void (*discard)(actor_cell&, envelope*, ask_errc why) noexcept;     // answers an ask, frees
  std::string_view message;
  bool urgent = false;   // goes to the priority lane
  bool batched = false;  // joins a batch, see batch.hpp
};

struct envelope : pooled {
  explicit envelope(const envelope_type& of) noexcept : type(&of) {}

  std::atomic<envelope*> next{nullptr};
  const envelope_type* type;
};

/// An entry of a cell's control list: never refused, its memory belongs to what it is part of.
struct control_node {
  explicit control_node(void (*on_turn)(control_node*, actor_cell&) noexcept) noexcept
      : run(on_turn) {}
  control_node* next = nullptr;
  void (*run)(control_node*, actor_cell&) noexcept;
};

/// Where an answer goes. Reference-counted by hand: an answer may come after the asker has left.
class reply_port {
 public:
  /// On the turn of `by`, or where it refused. The answerer's reference goes with it.
  virtual void deliver(control_node& answer, actor_cell& by) noexcept = 0;
  virtual void retain() noexcept = 0;
  virtual void release() noexcept = 0;

 protected:
  ~reply_port() = default;
};

/// A request on its way out, and the same node on its way back with the answer. It always comes
/// back to the asker, who frees it; so the asker may read the stamps until then.
struct request_envelope : envelope, control_node {
  request_envelope(const envelope_type& of, void (*on_turn)(control_node*, actor_cell&) noexcept,
                   void (*destroy_self)(request_envelope*) noexcept) noexcept
      : envelope(of), control_node(on_turn), destroy(destroy_self) {}

  /// Sends the answer back. After it the node is the asker's.
  void give_back(actor_cell& from) noexcept { asker->deliver(*this, from); }

  void (*destroy)(request_envelope*) noexcept;
  reply_port* asker = nullptr;  // retained
  std::uint64_t wait_id = 0;
  ask_errc failure{};                          // valid when there is no value
  std::atomic<duration::rep> picked_up_at{0};  // 0: still in the mailbox
  std::atomic<bool> cancelled{false};          // set by an asker who gave up
};

}  // namespace detail
}  // namespace troupe
