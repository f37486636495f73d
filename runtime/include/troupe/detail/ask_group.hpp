// Several asks under way for one awaiting handler. Not for users.
//
// In the wait graph an actor has one edge, to the actor it waits for; a group shows one of its
// branches at a time (shown_). Where all branches are needed that is enough to find every deadlock:
// when the shown branch is answered another is shown, and showing one looks for a cycle. So of
// actors that wait for each other for good, each in the end shows a branch that stays, those edges
// form a cycle, and who closed it last is told. Where one answer is enough a branch may only be
// shown when it is the last: an edge says that its actor can do nothing until it is answered.
//
// An answer withdraws the edge before it leaves (actor_cell::answered). A branch that is shown
// later than it was sent might have been answered in between; so deliver() and showing exclude
// each other, by the lock of the branch's port.
#pragma once

#include <atomic>
#include <coroutine>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include <troupe/detail/ask.hpp>

namespace troupe::detail {

/// Where the answer of one branch goes: to the asker, by way of a note that it has been given.
class branch_port final : public reply_port {
 public:
  explicit branch_port(actor_cell& asker) noexcept : asker_(asker) {}

  void deliver(control_node& answer, actor_cell& by) noexcept override;
  void retain() noexcept override { references_.fetch_add(1, std::memory_order_relaxed); }
  void release() noexcept override {
    if (references_.fetch_sub(1, std::memory_order_acq_rel) == 1) delete this;
  }

  /// Asker's turn. Puts the edge to `target` into the wait graph, unless it has answered. Gives the
  /// cycle that this would close; then, and when it has answered, there is no edge.
  std::string show(actor_cell& target);

 private:
  const cell_ptr asker_;
  std::atomic<std::uint32_t> references_{1};
  std::mutex mutex_;
  bool answered_ = false;
};

/// A branch without its type. `outstanding` while an answer is waited for.
struct group_branch {
  virtual ~group_branch();
  group_branch() = default;
  group_branch(const group_branch&) = delete;
  group_branch& operator=(const group_branch&) = delete;

  virtual actor_cell* target() const noexcept = 0;
  /// True when it has been sent; else the result is there.
  virtual bool send(actor_cell& asker) = 0;
  /// Ends it with `code`; what was sent is removed if it is still queued.
  virtual void give_up(actor_cell& asker, ask_errc code, std::string cycle) = 0;
  virtual bool has_value() const noexcept = 0;

  class ask_group* group = nullptr;
  branch_port* port = nullptr;
  bool outstanding = false;
};

enum class group_waits_for : std::uint8_t { all, first };

class ask_group {
 public:
  explicit ask_group(group_waits_for what) noexcept : what_(what) {}
  ask_group(const ask_group&) = delete;
  ask_group& operator=(const ask_group&) = delete;

  /// Sends the branches. False when there is something to wait for.
  bool start(std::vector<group_branch*> branches);
  void suspended(std::coroutine_handle<> frame) noexcept { frame_ = frame; }
  /// On the turn: the branch has its result, and is not outstanding any more.
  void ended(group_branch& branch) noexcept;
  /// The branch that decided: for `first`, the one with a value, or the last to fail.
  std::size_t decided_by() const noexcept { return decided_by_; }

 protected:
  ~ask_group() = default;

 private:
  void note(group_branch& branch) noexcept;
  bool over() const noexcept;
  void show_one();
  void give_up_the_rest() noexcept;

  const group_waits_for what_;
  actor_cell* asker_ = nullptr;
  std::coroutine_handle<> frame_ = nullptr;
  std::vector<group_branch*> branches_;
  group_branch* shown_ = nullptr;
  std::size_t outstanding_ = 0;
  std::size_t decided_by_ = 0;
  bool has_value_ = false;
};

template <request M>
class ask_branch final : public group_branch, ask_operation<M> {
  using base_type = ask_operation<M>;

 public:
  explicit ask_branch(base_type&& ask) : base_type(std::move(ask)) {}
  ask_branch(ask_branch&& other) noexcept : base_type(std::move(other)) {}  // before it is sent

  actor_cell* target() const noexcept override { return base_type::target().get(); }
  bool send(actor_cell& asker) override {
    port = new branch_port(asker);
    outstanding = base_type::send(asker, &ask_branch::completed, port);
    return outstanding;
  }
  void give_up(actor_cell& asker, ask_errc code, std::string cycle) override {
    if (std::exchange(outstanding, false)) {
      asker.abandon_wait(*this);
      this->asked->cancelled.store(true, std::memory_order_relaxed);
    }
    this->decline(asker, code, std::move(cycle));
  }
  bool has_value() const noexcept override { return this->result() && this->result()->has_value(); }
  using base_type::take;

 private:
  static void completed(wait& base, actor_cell& asker, wait::end how,
                        request_envelope* answer) noexcept {
    auto& self = static_cast<ask_branch&>(base_type::of(base));
    self.settle(asker, how, answer);
    if (answer) answer->destroy(answer);
    self.outstanding = false;
    self.group->ended(self);
  }
};

template <group_waits_for what, request... Ms>
class [[nodiscard("nothing is asked until it is awaited")]] asks_in_parallel final : ask_group {
 public:
  explicit asks_in_parallel(ask_operation<Ms>&&... asks)
      : ask_group(what), branches_(std::move(asks)...) {}

  bool await_ready() {
    return std::apply([this](auto&... each) { return start({&each...}); }, branches_);
  }
  void await_suspend(std::coroutine_handle<> frame) noexcept { suspended(frame); }
  auto await_resume() {
    if constexpr (what == group_waits_for::all) {
      return std::apply([](auto&... each) { return std::tuple(each.take()...); }, branches_);
    } else {
      return take_decisive(std::index_sequence_for<Ms...>());
    }
  }

 private:
  template <std::size_t... Indices>
  auto take_decisive(std::index_sequence<Indices...>) {
    std::optional<std::variant<ask_result<Ms>...>> result;
    ((decided_by() == Indices
          ? (void)result.emplace(std::in_place_index<Indices>, std::get<Indices>(branches_).take())
          : (void)0),
     ...);
    return *std::move(result);
  }

  std::tuple<ask_branch<Ms>...> branches_;
};

template <group_waits_for what, request M>
class [[nodiscard("nothing is asked until it is awaited")]] asks_of_one_kind final : ask_group {
 public:
  explicit asks_of_one_kind(std::vector<ask_operation<M>> asks) : ask_group(what) {
    branches_.reserve(asks.size());
    for (auto& each : asks) branches_.emplace_back(std::move(each));
  }

  bool await_ready() {
    std::vector<group_branch*> all;
    all.reserve(branches_.size());
    for (auto& each : branches_) all.push_back(&each);
    return start(std::move(all));
  }
  void await_suspend(std::coroutine_handle<> frame) noexcept { suspended(frame); }
  auto await_resume() {
    if constexpr (what == group_waits_for::all) {
      std::vector<ask_result<M>> results;
      results.reserve(branches_.size());
      for (auto& each : branches_) results.push_back(each.take());
      return results;
    } else {
      return std::pair(decided_by(), branches_[decided_by()].take());
    }
  }

 private:
  std::vector<ask_branch<M>> branches_;
};

}  // namespace troupe::detail
