// Blocking work, away from the workers: a file, a slow library, a long computation.
//
//   auto digest = co_await offload([path] { return hash_file(path); });
//
// The function runs on one of a few threads of its own, and the actor goes on with its result; it
// handles nothing else meanwhile. The function must not touch the actor: it takes what it needs by
// value. An exception it throws is thrown to the actor. When the actor is stopped while it waits,
// the function runs to its end all the same and its result is dropped.
#pragma once

#include <coroutine>
#include <cstdint>
#include <exception>
#include <expected>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>
#include <variant>

#include <troupe/detail/cell.hpp>

namespace troupe {

enum class offload_errc : std::uint8_t {
  queue_full,  // system_options::offload_queue_max functions wait already; nothing was run
  cancelled,   // the actor is stopping
};

namespace detail {

/// A function on its way to a thread of the pool, and its result on the way back.
class offload_job : public control_node {
 public:
  explicit offload_job(actor_cell& owner) noexcept : control_node(&come_back), owner_(owner) {}
  virtual ~offload_job() = default;

  /// On a thread of the pool; then sends itself back.
  void execute() noexcept {
    run_function();
    const cell_ptr to = owner_;
    to->signal(*this);
  }

  offload_job* next_job = nullptr;  // the pool's link
  std::uint64_t wait_id = 0;

 protected:
  virtual void run_function() noexcept = 0;
  virtual void hand_over(wait& to) noexcept = 0;

 private:
  static void come_back(control_node* node, actor_cell& owner) noexcept {
    const std::unique_ptr<offload_job> self(static_cast<offload_job*>(node));
    wait* pending = owner.take_wait(self->wait_id);
    if (!pending) return;  // nobody waits for it any more
    self->hand_over(*pending);
    pending->complete(*pending, owner, wait::end::answered, nullptr);
  }

  cell_ptr owner_;
};

/// False when the queue is full; then the job stays the caller's.
bool submit(actor_cell& owner, offload_job& job) noexcept;

template <class F>
class [[nodiscard("nothing is offloaded until it is awaited")]] offload_operation final : wait {
  using value_type = std::invoke_result_t<F&>;
  using stored = std::conditional_t<std::is_void_v<value_type>, std::monostate, value_type>;

  struct job final : offload_job {
    job(actor_cell& owner, F f) : offload_job(owner), function(std::move(f)) {}
    void run_function() noexcept override {
      try {
        if constexpr (std::is_void_v<value_type>) {
          function();
          result.emplace();
        } else {
          result.emplace(function());
        }
      } catch (...) {
        error = std::current_exception();
      }
    }
    void hand_over(wait& to) noexcept override {
      auto& operation = static_cast<offload_operation&>(to);
      operation.result_ = std::move(result);
      operation.thrown_ = error;
    }
    F function;
    std::optional<stored> result;
    std::exception_ptr error;
  };

 public:
  using result_type = std::expected<value_type, offload_errc>;

  explicit offload_operation(F function) : function_(std::move(function)) {}

  bool await_ready() {
    actor_cell& cell = actor_cell::current();
    if (cell.cancelling()) return true;
    auto work = std::make_unique<job>(cell, std::move(function_));
    wait::complete = [](wait& base, actor_cell& owner, end, request_envelope*) noexcept {
      owner.resume(static_cast<offload_operation&>(base).frame_);
    };
    cell.begin_wait(*this);
    work->wait_id = wait::id;
    if (!submit(cell, *work)) {
      cell.abandon_wait(*this);
      refusal_ = offload_errc::queue_full;
      return true;
    }
    work.release();  // NOLINT: comes back through the control list
    return false;
  }
  void await_suspend(std::coroutine_handle<> frame) noexcept { frame_ = frame; }
  result_type await_resume() {
    if (thrown_) std::rethrow_exception(thrown_);
    if (!result_) return std::unexpected(refusal_);
    if constexpr (std::is_void_v<value_type>) {
      return {};
    } else {
      return *std::move(result_);
    }
  }

 private:
  F function_;
  std::coroutine_handle<> frame_ = nullptr;
  std::optional<stored> result_;
  std::exception_ptr thrown_;
  offload_errc refusal_ = offload_errc::cancelled;
};

}  // namespace detail

/// Runs `function` on a thread for blocking work: see the top of this file. Awaited by a handler,
/// it gives std::expected<result, offload_errc>.
template <class F>
detail::offload_operation<F> offload(F function) {
  return detail::offload_operation<F>(std::move(function));
}

}  // namespace troupe
