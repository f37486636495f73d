#include "execution.hpp"

#include <algorithm>
#include <cstdlib>
#include <iomanip>
#include <sstream>
#include <string_view>

namespace troupe::model {
namespace {

thread_local execution* current = nullptr;

std::string_view name_of(action what) noexcept {
  switch (what) {
    case action::none:
      return "begin";
    case action::load:
      return "load";
    case action::store:
      return "store";
    case action::update:
      return "update";
    case action::lock:
      return "lock";
    case action::unlock:
      return "unlock";
    case action::put:
      return "put";
    case action::take:
      return "take";
    case action::poll:
      return "poll";
    case action::yield:
      return "yield";
  }
  return "";
}

std::string_view name_of(std::memory_order order) noexcept {
  switch (order) {
    case std::memory_order_relaxed:
      return "relaxed";
    case std::memory_order_consume:
    case std::memory_order_acquire:
      return "acquire";
    case std::memory_order_release:
      return "release";
    case std::memory_order_acq_rel:
      return "acq_rel";
    case std::memory_order_seq_cst:
      return "seq_cst";
  }
  return "";
}

std::string_view file_of(const std::source_location& where) noexcept {
  const std::string_view path = where.file_name();
  return path.substr(path.rfind('/') + 1);
}

}  // namespace

execution& execution::here() noexcept {
  if (!current) std::abort();  // a modelled type outside of an exploration
  return *current;
}

execution::end execution::run(const std::function<std::unique_ptr<scenario>()>& make,
                              search& among) {
  among_ = &among;
  among.begin();
  memory_.clear();
  gates_.clear();
  gate_places_.clear();
  trace_.clear();
  failure_.clear();
  stale_reads_ = 0;
  written_.clear();
  for (round& each : rounds_) {
    each.looks.clear();
    each.stale.clear();
  }
  end_ = end::complete;
  current = this;

  const std::unique_ptr<scenario> made = make();
  case_ = made.get();
  const auto count = static_cast<thread_id>(made->thread_count());
  if (count == 0 || count >= threads_max) std::abort();
  pending_.assign(count + std::size_t{1}, {});
  alive_ = 0;
  for (thread_id thread = 1; thread <= count; ++thread) {
    alive_ |= only(thread);
    memory_.tell(0, thread);
    fibers_.prepare(thread, &enter, this);
  }
  starting_ = true;
  for (thread_id thread = 1; thread <= count && end_ == end::complete; ++thread) {
    fibers_.switch_to(thread);
  }
  starting_ = false;
  if (end_ == end::complete) {
    if (const thread_id first = next()) fibers_.switch_to(first);
  }
  if (end_ == end::complete) {
    for (thread_id thread = 1; thread <= count; ++thread) memory_.tell(thread, 0);
    made->finally();
  }
  return end_;
}

void execution::enter(void* context, thread_id thread) {
  auto& self = *static_cast<execution*>(context);
  self.case_->run(thread - std::size_t{1});
  self.alive_ &= ~only(thread);
  self.fibers_.switch_to(self.starting_ ? thread_id{0} : self.next());
}

// Back to where the execution was started from; it is over.
void execution::leave() {
  fibers_.switch_to(0);
  std::abort();
}

void execution::fail(const char* what) {
  if (end_ != end::failed) failure_ = what;
  end_ = end::failed;
  if (self() != 0) leave();
}

void execution::complain_if_wrong() {
  if (memory_.complaint()) fail(memory_.complaint());
}

std::uint32_t& execution::written(object_id to) {
  if (to >= written_.size()) written_.resize(to + std::size_t{1});
  return written_[to];
}

void execution::note_look(object_id at) {
  auto& looks = rounds_[self()].looks;
  const bool known = std::ranges::any_of(looks, [at](const look& each) { return each.at == at; });
  if (!known) looks.push_back({at, written(at)});
}

void execution::note_write(object_id to) {
  ++written(to);
  for (look& each : rounds_[self()].looks) {
    if (each.at == to) ++each.written;
  }
}

// Something that it has looked at since its last yield is not as it was then.
bool execution::has_news(thread_id thread) {
  const round& since = rounds_[thread];
  return !since.stale.empty() || std::ranges::any_of(since.looks, [this](const look& each) {
    return written(each.at) != each.written;
  });
}

bool execution::can_go_on(thread_id thread) {
  const operation& what = pending_[thread];
  switch (what.what) {
    case action::lock:
      return gate_of(what.on).holder == 0;
    case action::take:
      return gate_of(what.on).taken < gate_of(what.on).items.size();
    case action::yield:
      return has_news(thread);
    default:
      return true;
  }
}

// The thread that goes on; 0 when the execution is over.
thread_id execution::next() {
  if (alive_ == 0) return 0;
  thread_set enabled = 0;
  for (thread_id thread = 1; thread < pending_.size(); ++thread) {
    if (contains(alive_, thread) && can_go_on(thread)) enabled |= only(thread);
  }
  if (enabled == 0) {
    if (case_->is_quiet()) return 0;
    failure_ = "nobody can go on";
    end_ = end::failed;
    return 0;
  }
  if (const auto chosen = among_->pick(alive_, enabled, pending_)) return *chosen;
  end_ = end::cut_short;
  return 0;
}

void execution::before(operation what) {
  const thread_id me = self();
  if (me != 0) {
    pending_[me] = what;
    if (starting_) {
      fibers_.switch_to(0);
    } else if (const thread_id chosen = next(); chosen != me) {
      fibers_.switch_to(chosen);
    }
    trace_.push_back({me, what});
    if (what.on != 0) note_look(what.on);
    if (trace_.size() > within_.steps_max) fail("the execution does not end");
  }
  memory_.tick(me);
}

void execution::after(std::uint64_t value, bool wrote, std::uint32_t nth) {
  const thread_id me = self();
  if (me != 0) {
    trace_.back().value = value;
    trace_.back().nth = nth;
    if (wrote) note_write(trace_.back().what.on);
  }
  complain_if_wrong();
}

// ---- atomics
// -----------------------------------------------------------------------------------

void execution::end_atomic(object_id what) {
  if (end_ != end::complete) return;  // the case goes, in whatever state it is
  memory_.end(self(), what);
  complain_if_wrong();
}

std::uint32_t execution::readable(object_id from, bool sequential) noexcept {
  const std::uint32_t count = memory_.readable(self(), from, sequential);
  const bool newest_only = self() == 0 || stale_reads_ >= within_.stale_reads_max;
  return newest_only ? 1 : count;
}

void execution::note_stale(object_id of) {
  ++stale_reads_;
  rounds_[self()].stale.push_back(of);
}

std::uint64_t execution::load(object_id from, std::memory_order order, place where) {
  before({action::load, from, order, where});
  const std::uint32_t count = readable(from, order == std::memory_order_seq_cst);
  const std::uint32_t nth = count > 1 ? among_->choose(count) : 0;
  if (nth > 0) note_stale(from);
  const std::uint64_t value = memory_.load(self(), from, nth, order);
  after(value, false, nth);
  return value;
}

void execution::store(object_id to, std::uint64_t value, std::memory_order order, place where) {
  before({action::store, to, order, where});
  memory_.store(self(), to, value, order);
  after(value, true);
}

// One that fails is a load: it may read what is not the newest, if that is not
// what it expects.
bool execution::compare_exchange(object_id at, std::uint64_t& expected, std::uint64_t desired,
                                 std::memory_order success, std::memory_order failure,
                                 place where) {
  before({action::update, at, success, where});
  const std::uint32_t count = readable(at, failure == std::memory_order_seq_cst);
  std::uint32_t alternatives[64] = {0};
  std::uint32_t found = 1;
  if (count > std::size(alternatives)) fail("too many stores to choose from");
  for (std::uint32_t nth = 1; nth < count; ++nth) {
    if (memory_.peek(at, nth) != expected) alternatives[found++] = nth;
  }
  const std::uint32_t nth = alternatives[found > 1 ? among_->choose(found) : 0];
  const std::uint64_t value = memory_.peek(at, nth);
  if (nth == 0 && value == expected) {
    memory_.update(self(), at, desired, success);
    after(desired, true);
    return true;
  }
  if (nth > 0) note_stale(at);
  expected = memory_.load(self(), at, nth, failure);
  after(expected, false, nth);
  return false;
}

// ---- fields
// ------------------------------------------------------------------------------------

void execution::end_field(object_id what) {
  if (end_ != end::complete) return;
  memory_.end_plain(self(), what);
  complain_if_wrong();
}

void execution::read_field(object_id what) {
  memory_.read_plain(self(), what);
  complain_if_wrong();
}

void execution::write_field(object_id what) {
  memory_.write_plain(self(), what);
  complain_if_wrong();
}

// ---- what blocks
// -------------------------------------------------------------------------------

object_id execution::create_gate() {
  const object_id made = memory_.create_other();
  gate_places_.resize(made + std::size_t{1});
  gate_places_[made] = static_cast<std::uint32_t>(gates_.size());
  gates_.emplace_back();
  return made;
}

void execution::lock(object_id what, place where) {
  before({action::lock, what, std::memory_order_acquire, where});
  gate& of = gate_of(what);
  if (of.holder != 0 || self() == 0) fail("a lock is taken twice, or outside of the threads");
  of.holder = self();
  memory_.clock(self()).join(of.released);
  after(0, false);
}

void execution::unlock(object_id what, place where) {
  before({action::unlock, what, std::memory_order_release, where});
  gate& of = gate_of(what);
  if (of.holder != self()) fail("a lock is given up that is not held");
  of.holder = 0;
  of.released = memory_.clock(self());
  after(0, true);
}

void execution::put(object_id in, std::uint64_t value, bool once, place where) {
  before({action::put, in, std::memory_order_release, where});
  gate& of = gate_of(in);
  if (once && of.taken < of.items.size()) {
    of.items.back().put.join(memory_.clock(self()));
  } else {
    of.items.push_back({value, memory_.clock(self())});
  }
  after(value, true);
}

std::uint64_t execution::take(object_id from, place where) {
  before({action::take, from, std::memory_order_acquire, where});
  gate& of = gate_of(from);
  const item& next = of.items[of.taken++];
  memory_.clock(self()).join(next.put);
  after(next.value, true);
  return next.value;
}

void execution::poll(object_id from, place where) {
  before({action::poll, from, std::memory_order_acquire, where});
  gate& of = gate_of(from);
  for (; of.taken < of.items.size(); ++of.taken) {
    memory_.clock(self()).join(of.items[of.taken].put);
  }
  after(0, false);
}

void execution::yield(place where) {
  before({action::yield, 0, std::memory_order_relaxed, where});
  round& since = rounds_[self()];
  for (const object_id each : since.stale) memory_.catch_up(self(), each);
  since.stale.clear();
  since.looks.clear();
  after(0, false);
}

// ---- telling
// -----------------------------------------------------------------------------------

std::string execution::failure() const {
  std::ostringstream text;
  text << failure_ << "\n";
  for (const line& each : trace_) {
    text << "  thread " << int{each.by} << "  " << std::left << std::setw(7)
         << name_of(each.what.what);
    if (each.what.on != 0) {
      text << "#" << std::setw(4) << each.what.on << std::setw(8) << name_of(each.what.order)
           << " 0x" << std::hex << each.value << std::dec;
    }
    if (each.nth > 0) text << " (" << each.nth << " older than the newest)";
    text << "  " << file_of(each.what.where) << ":" << each.what.where.line() << "\n";
  }
  for (thread_id thread = 1; thread < pending_.size(); ++thread) {
    if (!contains(alive_, thread) || (!trace_.empty() && thread == trace_.back().by)) continue;
    const operation& what = pending_[thread];
    text << "  thread " << int{thread} << "  is about to " << name_of(what.what) << " #" << what.on
         << "  " << file_of(what.where) << ":" << what.where.line() << "\n";
  }
  return text.str();
}

}  // namespace troupe::model
