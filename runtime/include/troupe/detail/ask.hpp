// An ask under way: awaited by a coroutine of an actor, or turned into a message (actor::pipe).
#pragma once

#include <coroutine>
#include <memory>
#include <optional>
#include <utility>

#include <troupe/detail/cell.hpp>
#include <troupe/detail/envelopes.hpp>
#include <troupe/detail/trace.hpp>

namespace troupe::detail {

ask_error make_ask_error(ask_errc code, const actor_cell* target, const request_envelope* request,
                         std::string_view message, time_point asked_at, time_point now) noexcept;

/// The answer, or why there is none, in the caller's form.
template <request M>
ask_result<M> to_result(request_of<M>& answer) {
  using reply_type = reply_t<M>;
  if constexpr (std::is_void_v<reply_type>) {
    return {};
  } else if constexpr (std::same_as<ask_result<M>, std::expected<reply_type, ask_error>>) {
    return std::move(*answer.answer);
  } else {
    reply_type& reply = *answer.answer;
    if (!reply) {
      using error = typename reply_type::error_type;
      return std::unexpected(ask_failure<error>::answered(std::move(reply.error())));
    }
    if constexpr (std::is_void_v<typename reply_type::value_type>) {
      return {};
    } else {
      return std::move(*reply);
    }
  }
}

template <request M>
class [[nodiscard("an ask is sent when it is awaited")]] ask_operation : protected wait {
 public:
  using result_type = ask_result<M>;

  ask_operation(cell_ptr target, request_of<M>* request, troupe::duration within) noexcept
      : target_(std::move(target)), request_(request), within_(within) {}
  ask_operation(ask_operation&& other) noexcept
      : target_(std::move(other.target_)),
        request_(std::exchange(other.request_, nullptr)),
        within_(other.within_) {}
  ask_operation& operator=(ask_operation&&) = delete;
  ~ask_operation() {
    if (request_) request_->destroy(request_);
  }

  bool await_ready() {
    actor_cell& from = actor_cell::current();
    if (target_) {
      std::string cycle = from.begin_waiting_for(*target_.get());
      if (!cycle.empty()) {
        asked_at_ = from.now();
        fail(ask_errc::would_deadlock, nullptr, asked_at_, std::move(cycle));
        return true;
      }
    }
    const bool sent = send(from, &resume_awaiter);
    if (!sent) from.end_waiting_for();
    return !sent;
  }
  void await_suspend(std::coroutine_handle<> frame) noexcept { frame_ = frame; }
  result_type await_resume() { return *std::move(result_); }

  /// For actor::pipe and ask_group: false when the result is there at once. The answer goes through
  /// `answers_to`, by default the asker itself.
  bool send(actor_cell& from,
            void (*on_complete)(wait&, actor_cell&, end, request_envelope*) noexcept,
            reply_port* answers_to = nullptr) {
    asked_at_ = from.begin_of_wait(within_);
    if (!target_) return refuse(ask_errc::no_such_actor);
    if (from.cancelling()) return refuse(ask_errc::cancelled);
    wait::complete = on_complete;
    wait::deadline = asked_at_ + within_;
    wait::asked = request_;
    from.begin_wait(*this);
    request_->wait_id = wait::id;
    if (answers_to) {
      answers_to->retain();
      request_->asker = answers_to;
    } else {
      from.retain();
      request_->asker = &from;
    }
    const tell_status status = target_->push(request_);
    if (status == tell_status::accepted || status == tell_status::dropped) {
      request_ = nullptr;  // comes back through the control list
      return true;
    }
    request_->asker->release();
    from.abandon_wait(*this);
    return refuse(status == tell_status::mailbox_full ? ask_errc::mailbox_full : ask_errc::stopped);
  }

  /// On the turn: keeps what the ask came to.
  void settle(actor_cell& asker, end how, request_envelope* answer) {
    if (how == end::answered) {
      auto& typed = static_cast<request_of<M>&>(*answer);
      if (typed.answer) {
        result_.emplace(to_result<M>(typed));
      } else {
        fail(typed.failure, answer, asker.now());
      }
    } else {
      fail(how == end::timed_out ? ask_errc::timeout : ask_errc::cancelled, wait::asked,
           asker.now());
    }
  }

  /// Nothing is sent, or what was sent is given up: the result is this error.
  void decline(actor_cell& from, ask_errc code, std::string cycle = {}) {
    if (asked_at_ == time_point{}) asked_at_ = from.now();
    fail(code, wait::asked, from.now(), std::move(cycle));
  }

  result_type take() { return *std::move(result_); }
  const std::optional<result_type>& result() const noexcept { return result_; }
  const cell_ptr& target() const noexcept { return target_; }
  std::uint64_t wait_id() const noexcept { return wait::id; }
  static ask_operation& of(wait& base) noexcept { return static_cast<ask_operation&>(base); }

 private:
  static void resume_awaiter(wait& base, actor_cell& asker, end how,
                             request_envelope* answer) noexcept {
    ask_operation& self = of(base);
    asker.end_waiting_for();
    self.settle(asker, how, answer);
    if (answer) answer->destroy(answer);
    asker.resume(self.frame_);
  }

  bool refuse(ask_errc code) {
    fail(code, nullptr, asked_at_);
    return false;
  }

  void fail(ask_errc code, const request_envelope* request, time_point now,
            std::string cycle = {}) {
    ask_error error = make_ask_error(code, target_.get(), request, type_name<M>(), asked_at_, now);
    error.cycle = std::move(cycle);
    result_.emplace(std::unexpect, std::move(error));
  }

  cell_ptr target_;
  request_of<M>* request_;
  troupe::duration within_;
  time_point asked_at_{};
  std::coroutine_handle<> frame_ = nullptr;
  std::optional<result_type> result_;
};

/// An ask whose result becomes a message of the asker itself. Frees itself when it has ended.
template <class A, request M, class Map>
class piped_ask final : ask_operation<M> {
  using base_type = ask_operation<M>;

 public:
  using message_type = std::invoke_result_t<Map&, ask_result<M>>;

  static void start(actor_cell& cell, base_type&& ask, Map&& map) {
    auto self = std::unique_ptr<piped_ask>(new piped_ask(std::move(ask), std::move(map)));
    self->discard = [](wait& base) noexcept {
      delete static_cast<piped_ask*>(&base_type::of(base));
    };
    if (self->send(cell, &ended)) {
      self.release();  // NOLINT: owned by the wait until it ends
    } else {
      self->pass_on(cell);
    }
  }

 private:
  piped_ask(base_type&& ask, Map&& map)
      : base_type(std::move(ask)), map_(std::move(map)), context_(current_context()) {}

  static void ended(wait& base, actor_cell& cell, wait::end how,
                    request_envelope* answer) noexcept {
    const std::unique_ptr<piped_ask> self(static_cast<piped_ask*>(&base_type::of(base)));
    self->settle(cell, how, answer);
    if (answer) answer->destroy(answer);
    self->pass_on(cell);
  }

  void pass_on(actor_cell& cell) noexcept {
    const trace_scope scope(context_.correlation ? &context_ : nullptr);
    try {
      cell.push_urgent(new told<A, message_type>(map_(this->take())));
    } catch (...) {
      cell.push_urgent(new thrown<message_type>(std::current_exception()));  // in its turn
    }
  }

  Map map_;
  const trace_context context_;  // that it was asked in
};

/// `co_await sleep_operation`: false when the actor is stopping.
class [[nodiscard("nothing sleeps until it is awaited")]] sleep_operation final : wait {
 public:
  explicit sleep_operation(troupe::duration length) noexcept : length_(length) {}

  bool await_ready() {
    actor_cell& cell = actor_cell::current();
    if (cell.cancelling()) return true;
    wait::deadline = cell.stamp() + length_;
    wait::complete = [](wait& base, actor_cell& owner, end how, request_envelope*) noexcept {
      auto& self = static_cast<sleep_operation&>(base);
      self.slept_ = how == end::timed_out;
      owner.resume(self.frame_);
    };
    cell.begin_wait(*this);
    return false;
  }
  void await_suspend(std::coroutine_handle<> frame) noexcept { frame_ = frame; }
  bool await_resume() const noexcept { return slept_; }

  void decline(actor_cell&, ask_errc) noexcept {}
  std::uint64_t wait_id() const noexcept { return wait::id; }

 private:
  troupe::duration length_;
  std::coroutine_handle<> frame_ = nullptr;
  bool slept_ = false;
};

}  // namespace troupe::detail
