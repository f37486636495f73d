// completion: an actor suspends until somebody elsewhere, on any thread, says that a thing is done.
//
//   auto rows = co_await completed<row_set>([&](completion<row_set> done) {
//     queue.push(query{text, std::move(done)});   // later, anywhere: done.set(std::move(rows));
//   });
//
// This is how a library with threads or callbacks of its own answers actors. The awaited value is
// std::optional<T>: empty when the actor is stopping, or when the completion was destroyed unset.
// The function is called at once, on the actor's turn. A completion must be set or destroyed before
// the actor's system is; setting one whose actor has gone does nothing.
#pragma once

#include <coroutine>
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>

#include <troupe/detail/cell.hpp>

namespace troupe {

template <class T>
class completion;

namespace detail {

template <class T>
struct completion_wait : wait {
  std::optional<T> result;
  std::coroutine_handle<> frame = nullptr;
};

/// The value on its way to the actor.
template <class T>
struct completion_node final : control_node {
  explicit completion_node(actor_cell& of) noexcept : control_node(&arrive), owner(of) {}

  static void arrive(control_node* base, actor_cell& cell) noexcept {
    const std::unique_ptr<completion_node> self(static_cast<completion_node*>(base));
    wait* pending = cell.take_wait(self->wait_id);
    if (!pending) return;  // nobody waits for it any more
    static_cast<completion_wait<T>&>(*pending).result = std::move(self->value);
    pending->complete(*pending, cell, wait::end::answered, nullptr);
  }
  void send() noexcept {
    const cell_ptr to = owner;  // the node is the actor's once it is signalled
    to->signal(*this);
  }

  cell_ptr owner;
  std::uint64_t wait_id = 0;
  std::optional<T> value;
};

template <class T, class Start>
class [[nodiscard("nothing is started until it is awaited")]] completion_operation final
    : completion_wait<T> {
 public:
  explicit completion_operation(Start start) : start_(std::move(start)) {}

  bool await_ready() {
    actor_cell& cell = actor_cell::current();
    if (cell.cancelling()) return true;
    auto node = std::make_unique<completion_node<T>>(cell);
    this->complete = [](wait& base, actor_cell& owner, wait::end, request_envelope*) noexcept {
      owner.resume(static_cast<completion_wait<T>&>(base).frame);
    };
    cell.begin_wait(*this);
    node->wait_id = this->id;
    try {
      start_(completion<T>(node.release()));
    } catch (...) {
      cell.abandon_wait(*this);
      throw;
    }
    return false;
  }
  void await_suspend(std::coroutine_handle<> awaiting) noexcept { this->frame = awaiting; }
  std::optional<T> await_resume() { return std::move(this->result); }

 private:
  Start start_;
};

}  // namespace detail

/// The duty to say that something is done. Movable; set at most once, on any thread.
template <class T>
class completion {
 public:
  completion(completion&& other) noexcept : node_(std::exchange(other.node_, nullptr)) {}
  completion& operator=(completion&& other) noexcept {
    std::swap(node_, other.node_);
    return *this;
  }
  ~completion() {
    if (node_) node_->send();  // unset: the actor goes on with an empty value
  }

  /// The actor goes on with this value.
  void set(T value) noexcept {
    node_->value.emplace(std::move(value));
    std::exchange(node_, nullptr)->send();
  }

  /// For the library.
  explicit completion(detail::completion_node<T>* node) noexcept : node_(node) {}

 private:
  detail::completion_node<T>* node_;
};

/// Calls `start` with a completion<T> and suspends until it is set: see the top of this file.
template <class T, class Start>
detail::completion_operation<T, Start> completed(Start start) {
  return detail::completion_operation<T, Start>(std::move(start));
}

}  // namespace troupe
