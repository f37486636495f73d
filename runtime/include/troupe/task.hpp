// task<T>: a lazily started coroutine that yields one T, or throws.
//
// A handler that returns a task may suspend (`co_await`); its actor handles nothing else until it
// has finished. A task is owned by whoever holds the object: destroying it destroys the frame, and
// with it everything the coroutine holds. Starting and finishing a task transfers control
// symmetrically, so a loop over tasks that complete at once does not grow the stack.
//
// Coroutine members of an actor take their parameters by value: a message outlives the caller's
// statement only inside the frame. A `const T&` or `T&&` parameter does not compile.
#pragma once

#include <coroutine>
#include <exception>
#include <optional>
#include <type_traits>
#include <utility>

#include <troupe/detail/allocation.hpp>
#include <troupe/message.hpp>

namespace troupe {

class actor;

namespace detail {

class task_promise_base : public pooled {
 public:
  std::suspend_always initial_suspend() const noexcept { return {}; }

  struct hand_back {
    bool await_ready() const noexcept { return false; }
    template <class Promise>
    std::coroutine_handle<> await_suspend(std::coroutine_handle<Promise> finished) const noexcept {
      return finished.promise().continuation_;
    }
    void await_resume() const noexcept {}
  };
  hand_back final_suspend() const noexcept { return {}; }

  void unhandled_exception() noexcept { error_ = std::current_exception(); }
  void continue_with(std::coroutine_handle<> next) noexcept { continuation_ = next; }
  const std::exception_ptr& error() const noexcept { return error_; }

 protected:
  void rethrow() const {
    if (error_) std::rethrow_exception(error_);
  }

 private:
  std::coroutine_handle<> continuation_ = std::noop_coroutine();
  std::exception_ptr error_;
};

template <class T>
class task_promise final : public task_promise_base {
 public:
  task<T> get_return_object() noexcept;
  template <class U = T>
  void return_value(U&& value) {
    value_.emplace(std::forward<U>(value));
  }
  T take() {
    rethrow();
    return *std::move(value_);
  }

 private:
  std::optional<T> value_;
};

template <>
class task_promise<void> final : public task_promise_base {
 public:
  task<void> get_return_object() noexcept;
  void return_void() const noexcept {}
  void take() const { rethrow(); }
};

}  // namespace detail

template <class T>
class [[nodiscard("a task does nothing until it is awaited")]] task {
 public:
  using promise_type = detail::task_promise<T>;
  using handle_type = std::coroutine_handle<promise_type>;

  task(task&& other) noexcept : frame_(std::exchange(other.frame_, nullptr)) {}
  task& operator=(task&& other) noexcept {
    std::swap(frame_, other.frame_);
    return *this;
  }
  ~task() {
    if (frame_) frame_.destroy();
  }

  auto operator co_await() && noexcept {
    struct awaiter {
      handle_type frame;
      bool await_ready() const noexcept { return false; }
      std::coroutine_handle<> await_suspend(std::coroutine_handle<> caller) const noexcept {
        frame.promise().continue_with(caller);
        return frame;
      }
      T await_resume() const { return frame.promise().take(); }
    };
    return awaiter{frame_};
  }

  /// Gives the frame up to the caller, who then resumes and destroys it. For executors.
  handle_type release() noexcept { return std::exchange(frame_, nullptr); }

 private:
  friend promise_type;
  explicit task(handle_type frame) noexcept : frame_(frame) {}

  handle_type frame_;
};

namespace detail {

template <class T>
task<T> task_promise<T>::get_return_object() noexcept {
  return task<T>(std::coroutine_handle<task_promise>::from_promise(*this));
}

inline task<void> task_promise<void>::get_return_object() noexcept {
  return task<void>(std::coroutine_handle<task_promise>::from_promise(*this));
}

template <class P>
concept outlives_suspension =
    !std::is_rvalue_reference_v<P> &&
    !(std::is_lvalue_reference_v<P> && std::is_const_v<std::remove_reference_t<P>>);

}  // namespace detail
}  // namespace troupe

/// Coroutine members of actors: the parameters are checked (see the top of this file).
template <class T, class A, class... Parameters>
  requires std::derived_from<A, troupe::actor>
struct std::coroutine_traits<troupe::task<T>, A&, Parameters...> {
  static_assert((troupe::detail::outlives_suspension<Parameters> && ...),
                "a coroutine member of an actor takes its parameters by value: a reference would "
                "dangle once the handler has been suspended");
  using promise_type = typename troupe::task<T>::promise_type;
};
