// The queue of a stream, and what is awaited at its two ends. Not for users.
#pragma once

#include <coroutine>
#include <deque>
#include <exception>
#include <expected>
#include <functional>
#include <mutex>
#include <optional>
#include <string_view>
#include <utility>

#include <troupe/detail/envelopes.hpp>
#include <troupe/detail/stream_core.hpp>
#include <troupe/detail/trace.hpp>

namespace troupe::detail {

enum class offer_result : std::uint8_t { written, no_credit, over };

template <class T>
class stream_state final : public stream_core {
 public:
  using to_message = std::move_only_function<envelope*(T&&)>;
  using to_end_message = std::move_only_function<envelope*(stream_end)>;

  stream_state(actor_cell& reader, cell_ptr target, std::uint32_t window, duration idle_timeout,
               std::string_view message) noexcept
      : stream_core(reader, std::move(target), window, idle_timeout, message) {}

  /// `co_await` gives the next item, or nothing: then the stream is over.
  class [[nodiscard("nothing is read until it is awaited")]] next_operation final : wait {
   public:
    explicit next_operation(stream_state* of) noexcept : state_(of) {}
    bool await_ready() {
      if (!state_) return true;
      wait::complete = [](wait& base, actor_cell& owner, end how, request_envelope*) noexcept {
        auto& self = static_cast<next_operation&>(base);
        self.state_->read_ended(how);
        owner.resume(self.frame_);
      };
      std::unique_lock lock(state_->mutex_, std::defer_lock);
      const step first = state_->begin_read(lock, *this);
      if (first == step::ready) item_ = state_->take(lock);
      return first != step::waits;
    }
    void await_suspend(std::coroutine_handle<> frame) noexcept { frame_ = frame; }
    std::optional<T> await_resume() {
      if (frame_) {
        std::unique_lock lock(state_->mutex_);
        if (state_->queued_ > 0) item_ = state_->take(lock);
      }
      return std::move(item_);
    }

   private:
    stream_state* state_;
    std::coroutine_handle<> frame_ = nullptr;  // set: it had to wait
    std::optional<T> item_;
  };

  /// `co_await` writes one item, when there is credit.
  class [[nodiscard("nothing is written until it is awaited")]] write_operation final : wait {
   public:
    write_operation(stream_state& to, T item) : state_(to), item_(std::move(item)) {}
    bool await_ready() {
      wait::complete = [](wait& base, actor_cell& owner, end how, request_envelope*) noexcept {
        auto& self = static_cast<write_operation&>(base);
        self.cancelled_ = how == end::cancelled;
        self.state_.write_ended(how);
        owner.resume(self.frame_);
      };
      std::unique_lock lock(state_.mutex_, std::defer_lock);
      const step first = state_.begin_write(lock, *this);
      if (first == step::ready) put(lock);
      return first != step::waits;
    }
    void await_suspend(std::coroutine_handle<> frame) noexcept { frame_ = frame; }
    std::expected<void, stream_end> await_resume() {
      if (frame_ && !cancelled_) {
        std::unique_lock lock(state_.mutex_);
        if (!state_.ended_ && state_.room() > 0) put(lock);
      }
      if (written_) return {};
      if (auto over = state_.end_seen_by_writer()) return std::unexpected(*std::move(over));
      return std::unexpected(state_.end_of(stream_side::writer, stream_reason::stopped));
    }

   private:
    void put(std::unique_lock<std::mutex>& lock) {
      state_.queue_.push_back(std::move(item_));
      state_.written(lock);
      written_ = true;
    }

    stream_state& state_;
    std::coroutine_handle<> frame_ = nullptr;  // set: it had to wait
    T item_;
    bool cancelled_ = false;
    bool written_ = false;
  };

  /// Takes the item when there is credit; else leaves it as it is.
  offer_result offer(T& item) {
    std::unique_lock lock(mutex_);
    if (ended_) return offer_result::over;
    if (room() == 0) {
      lock.unlock();
      return credit() > 0 ? offer(item) : offer_result::no_credit;
    }
    queue_.push_back(std::move(item));
    written(lock);
    return offer_result::written;
  }

  void deliver_as(to_message items, to_end_message end) {
    context_ = current_context();
    to_message_ = std::move(items);
    to_end_message_ = std::move(end);
    begin_delivery();
  }

 private:
  std::optional<T> take(std::unique_lock<std::mutex>& lock) {
    std::optional<T> item(std::move(queue_.front()));
    queue_.pop_front();
    taken(lock);
    return item;
  }

  void deliver(actor_cell& owner) noexcept override {
    for (;;) {
      std::unique_lock lock(mutex_);
      if (!delivers_) return;
      if (queued_ == 0) {
        if (!ended_) return;
        stream_end end = *ended_;
        lock.unlock();
        end_delivery();
        pass_on(owner, [&] { return to_end_message_(std::move(end)); });
        return;
      }
      T item(std::move(queue_.front()));
      queue_.pop_front();
      --queued_;  // stays under way until it has been handled
      lock.unlock();
      if (!pass_on(owner, [&] { return to_message_(std::move(item)); })) item_handled();
    }
  }

  // What throws fails the actor in its turn, as a message: a handler may be suspended now.
  bool pass_on(actor_cell& owner, auto&& make) const noexcept {
    const trace_scope scope(context_.correlation ? &context_ : nullptr);
    try {
      owner.push_urgent(make());
      return true;
    } catch (...) {
      owner.push_urgent(new thrown<T>(std::current_exception()));
      return false;
    }
  }

  void clear() noexcept override { std::exchange(queue_, {}); }

  std::deque<T> queue_;  // at most the window; under the lock
  to_message to_message_;
  to_end_message to_end_message_;
  trace_context context_;  // that items become messages in
};

/// What has become message M of the reader A: an item, whose credit goes back once it is handled,
/// or the end. Not handled when the reader has closed the stream meanwhile.
template <class A, class T, class M, bool is_item>
struct streamed final : envelope {
  streamed(core_ptr<stream_state<T>> of, M&& m)
      : envelope(operations), core(std::move(of)), message(std::move(m)) {}
  ~streamed() {
    if constexpr (is_item) core->item_handled();
  }

  static streamed* of(envelope* base) noexcept { return static_cast<streamed*>(base); }
  static handler_outcome handle(actor_cell& cell, envelope* base) {
    streamed* self = of(base);
    if (self->core->reader_closed()) {
      delete self;
      return handler_outcome::expired;
    }
    return call_handler<A, M>(cell, std::move(self->message), [self](auto&&...) { delete self; });
  }
  static void complete(actor_cell&, envelope* base, std::coroutine_handle<> frame) {
    using promise = task_promise<reply_t<M>>;
    std::coroutine_handle<promise>::from_address(frame.address()).promise().take();
    delete of(base);
  }
  static void discard(actor_cell&, envelope* base, ask_errc) noexcept { delete of(base); }
  static constexpr envelope_type operations{&handle, &complete, &discard, type_name<M>()};

  const core_ptr<stream_state<T>> core;
  M message;
};

}  // namespace troupe::detail
