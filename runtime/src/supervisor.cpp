// A supervisor's own strategy: the failed child waits, with its phase `failed`, while the question
// and the verdict travel between the two as a control node.
#include <algorithm>
#include <memory>
#include <new>
#include <system_error>
#include <vector>

#include <troupe/actor.hpp>
#include <troupe/detail/cell.hpp>

#include "cold_state.hpp"
#include "executor.hpp"
#include "system_core.hpp"

namespace troupe {

failure_kind kind_of(const std::exception_ptr& error) noexcept {
  try {
    std::rethrow_exception(error);
  } catch (const timeout_error&) {
    return failure_kind::timeout;
  } catch (const protocol_error&) {
    return failure_kind::protocol;
  } catch (const fatal_error&) {
    return failure_kind::fatal;
  } catch (const std::bad_alloc&) {
    return failure_kind::fatal;
  } catch (const std::system_error& known) {
    return known.code() == std::errc::timed_out ? failure_kind::timeout : failure_kind::other;
  } catch (...) {
    return failure_kind::other;
  }
}

namespace detail {

/// To the supervisor with the failure, and back with what it decided.
struct judgement final : control_node {
  judgement(actor_cell& of, failure why, std::vector<time_point> earlier)
      : control_node(&ask), child(of), cause(std::move(why)), history(std::move(earlier)) {}

  static void ask(control_node* node, actor_cell& supervisor) noexcept {
    auto* self = static_cast<judgement*>(node);
    const cell_ptr child = self->child;
    self->what = supervisor.judge(*child.get(), self->cause, self->history);
    self->run = &answer;
    child->signal(*self);
  }
  static void answer(control_node* node, actor_cell& failed) noexcept {
    const std::unique_ptr<judgement> self(static_cast<judgement*>(node));
    failed.sentence(self->what, std::move(self->cause));
  }

  cell_ptr child;
  failure cause;
  std::vector<time_point> history;
  directive what = directive::stop;
};

void actor_cell::supervise_children(std::unique_ptr<supervision_strategy> how) {
  cold().strategy = std::move(how);
  has_strategy_.store(cold().strategy != nullptr, std::memory_order_release);
}

void actor_cell::ask_supervisor(failure cause) noexcept {
  auto& failures = cold().failures;
  failures.push_back(now());
  if (failures.size() > child_failure::history_max) failures.pop_front();
  failed_in_ = phase_;
  phase_ = phase::failed;
  parent_->signal(*new judgement(*this, std::move(cause), {failures.begin(), failures.end()}));
}

directive actor_cell::judge(actor_cell& failed, const failure& cause,
                            std::span<const time_point> history) noexcept {
  if (phase_ > phase::running || !cold().strategy) return directive::stop;  // being dealt with
  try {
    std::vector<child_failure::child> children;
    for (const actor_cell* child = first_child_; child; child = child->next_sibling_) {
      children.push_back({child->id(), child->type().name});
    }
    std::ranges::sort(children, {}, &child_failure::child::id);
    const verdict decided = cold().strategy->decide({cause, history, children});
    for (actor_cell* child = first_child_; child; child = child->next_sibling_) {
      if (child == &failed) continue;
      const auto named = [child](const std::vector<std::uint64_t>& ids) {
        return std::ranges::find(ids, child->id()) != ids.end();
      };
      if (named(decided.restart_too)) child->request_restart();
      if (named(decided.stop_too)) child->request_stop(stop_reason::shut_down);
    }
    return decided.what;
  } catch (...) {
    return directive::escalate;
  }
}

void actor_cell::sentence(directive decision, failure cause) noexcept {
  if (phase_ != phase::failed) return;  // stopped in the meantime
  phase_ = failed_in_;
  carry_out(decision, std::move(cause));
}

}  // namespace detail
}  // namespace troupe
