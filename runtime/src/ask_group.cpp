#include <cassert>
#include <utility>

#include <troupe/detail/ask_group.hpp>

namespace troupe::detail {

void branch_port::deliver(control_node& answer, actor_cell& by) noexcept {
  {
    const std::scoped_lock lock(mutex_);
    answered_ = true;
    asker_->answered(by);
  }
  asker_->signal(answer);
  release();
}

std::string branch_port::show(actor_cell& target) {
  const std::scoped_lock lock(mutex_);
  if (answered_) return {};  // on its way: then another will be shown
  return asker_->begin_waiting_for(target);
}

group_branch::~group_branch() {
  if (port) port->release();
}

bool ask_group::start(std::vector<group_branch*> branches) {
  asker_ = &actor_cell::current();
  branches_ = std::move(branches);
  assert((what_ == group_waits_for::all || !branches_.empty()) && "when_any of nothing");
  const bool all_needed = what_ == group_waits_for::all || branches_.size() == 1;
  for (group_branch* each : branches_) {
    each->group = this;
    // The edge goes in before the request leaves, as with a single ask. Where all are needed it
    // replaces that of the branch before it, and one is put back below.
    std::string cycle;
    if (actor_cell* target = each->target()) cycle = asker_->begin_waiting_for(*target);
    if (!all_needed) asker_->end_waiting_for();
    if (!cycle.empty()) {
      each->give_up(*asker_, ask_errc::would_deadlock, std::move(cycle));
      note(*each);
    } else if (each->send(*asker_)) {
      ++outstanding_;
    } else {
      note(*each);
    }
  }
  asker_->end_waiting_for();
  if (!over()) show_one();
  if (!over()) return false;
  asker_->end_waiting_for();
  return true;
}

void ask_group::note(group_branch& branch) noexcept {
  if (has_value_) return;
  has_value_ = branch.has_value();
  for (std::size_t i = 0; i < branches_.size(); ++i) {
    if (branches_[i] == &branch) decided_by_ = i;
  }
}

bool ask_group::over() const noexcept {
  return outstanding_ == 0 || (what_ == group_waits_for::first && has_value_);
}

void ask_group::ended(group_branch& branch) noexcept {
  --outstanding_;
  note(branch);
  if (!over() && !asker_->cancelling() && (!shown_ || shown_ == &branch)) show_one();
  if (!over()) return;
  give_up_the_rest();
  asker_->end_waiting_for();
  asker_->resume(frame_);
}

// A branch that would close a cycle fails, and the next one is tried.
void ask_group::show_one() {
  shown_ = nullptr;
  if (what_ == group_waits_for::first && outstanding_ > 1) return;
  for (group_branch* each : branches_) {
    if (!each->outstanding) continue;
    std::string cycle = each->port->show(*each->target());
    if (cycle.empty()) {
      shown_ = each;
      return;
    }
    each->give_up(*asker_, ask_errc::would_deadlock, std::move(cycle));
    --outstanding_;
    note(*each);
  }
}

void ask_group::give_up_the_rest() noexcept {
  for (group_branch* each : branches_) {
    if (each->outstanding) each->give_up(*asker_, ask_errc::cancelled, {});
  }
  outstanding_ = 0;
}

}  // namespace troupe::detail
