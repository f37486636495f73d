#include <cassert>
#include <exception>
#include <memory>
#include <utility>

#include <troupe/stream.hpp>

#include "stream_table.hpp"

namespace troupe::detail {

namespace {

/// Why a side gives its stream up without having said so.
stream_reason reason_of_drop(const actor_cell& owner) noexcept {
  if (std::uncaught_exceptions() > 0) return stream_reason::failed;
  return owner.cancelling() ? stream_reason::stopped : stream_reason::cancelled;
}

}  // namespace

stream_core::stream_core(actor_cell& reader, cell_ptr target, std::uint32_t window,
                         duration idle_timeout, std::string_view message) noexcept
    : reader_(reader),
      writer_(std::move(target)),
      window_(std::clamp(window, 1U, stream_window_max)),
      idle_timeout_(idle_timeout),
      message_(message) {}

stream_core::~stream_core() {
  assert(!reader_link_.table && !writer_link_.table && !idle_.runs);
}

// ---- either side -------------------------------------------------------------------------------

bool stream_core::ended() const noexcept {
  const std::scoped_lock lock(mutex_);
  return ended_.has_value();
}

bool stream_core::ended_by_reader() const noexcept {
  const std::scoped_lock lock(mutex_);
  return ended_ && ended_->by == stream_side::reader;
}

stream_end stream_core::end_of(stream_side by, stream_reason reason) const {
  const actor_cell* who = (by == stream_side::reader ? reader_ : writer_).get();
  return {.reason = reason,
          .by = by,
          .actor = who ? who->id() : 0,
          .actor_type = who ? who->type().name : std::string_view(),
          .message = message_,
          .items = written_,
          .cycle = {}};
}

void stream_core::end(stream_side by, stream_reason reason, std::string cycle) noexcept {
  std::unique_lock lock(mutex_);
  if (ended_) return;
  ended_.emplace(end_of(by, reason)).cycle = std::move(cycle);
  if (by == stream_side::writer) {
    notify_reader(lock);
    return;
  }
  under_way_ -= std::exchange(queued_, 0);
  end_unannounced_ = announces_;
  notify_writer(lock);
  clear();
}

void stream_core::owner_gone(stream_side side, stream_reason why) noexcept {
  if (side == stream_side::reader) {
    close_reader(why);
  } else {
    end(stream_side::writer, why);
  }
}

time_point stream_core::idle_deadline(time_point since) const noexcept {
  return idle_timeout_ < time_point::max() - since ? since + idle_timeout_ : time_point::max();
}

// ---- the reader --------------------------------------------------------------------------------

void stream_core::attach_reader() {
  if (stream_table* table = stream_table::of(*reader_.get())) {
    table->add(reader_link_);
  } else {
    end(stream_side::reader, stream_reason::too_many_streams);
  }
}

void stream_core::drop_reader() noexcept {
  stream_table::remove(reader_link_);
  if (!reader_closed_) close_reader(reason_of_drop(*reader_.get()));
}

void stream_core::close_reader(stream_reason why) noexcept {
  reader_closed_ = true;
  end_delivery();
  end(stream_side::reader, why);
  {
    const std::scoped_lock lock(mutex_);
    if (queued_ > 0) cut_short_.emplace(end_of(stream_side::reader, why));  // after the end
    under_way_ -= std::exchange(queued_, 0);
  }
  clear();
}

std::optional<stream_end> stream_core::end_seen_by_reader() const {
  if (cut_short_) return cut_short_;
  const std::scoped_lock lock(mutex_);
  return queued_ == 0 ? ended_ : std::nullopt;
}

stream_core::step stream_core::begin_read(std::unique_lock<std::mutex>& lock, wait& pending) {
  actor_cell& cell = *reader_.get();
  assert(&cell == &actor_cell::current() && "a stream is read by the actor that opened it");
  if (cell.cancelling()) {
    close_reader(stream_reason::stopped);
    return step::over;
  }
  lock.lock();
  if (queued_ > 0) return step::ready;
  if (!ended_) {
    std::string cycle = cell.begin_waiting_for(*writer_.get());
    if (cycle.empty()) {
      pending.deadline = idle_deadline(cell.now());
      cell.begin_wait(pending);
      reader_wait_ = pending.id;
      lock.unlock();
      return step::waits;
    }
    lock.unlock();
    end(stream_side::reader, stream_reason::would_deadlock, std::move(cycle));
    return step::over;
  }
  lock.unlock();
  return step::over;
}

void stream_core::read_ended(wait::end how) noexcept {
  reader_->end_waiting_for();
  bool nothing_came = false;
  {
    const std::scoped_lock lock(mutex_);
    reader_wait_ = 0;
    nothing_came = queued_ == 0;
  }
  if (how == wait::end::timed_out && nothing_came) {
    end(stream_side::reader, stream_reason::idle_timeout);
  }
  if (how == wait::end::cancelled) close_reader(stream_reason::stopped);
}

void stream_core::taken(std::unique_lock<std::mutex>& lock) noexcept {
  --queued_;
  --under_way_;
  credit_given(lock);
}

void stream_core::item_handled() noexcept {
  last_item_ = reader_->now();
  std::unique_lock lock(mutex_);
  --under_way_;
  credit_given(lock);
}

void stream_core::credit_given(std::unique_lock<std::mutex>& lock) noexcept {
  if (enough_credit()) {
    notify_writer(lock);
  } else {
    lock.unlock();
  }
}

void stream_core::notify_reader(std::unique_lock<std::mutex>& lock) noexcept {
  if (reader_wait_) reader_->answered(*writer_.get());
  const bool needed = (reader_wait_ || delivers_) && !reader_noticed_;
  if (needed) {
    reader_noticed_ = true;
    retain();
  }
  lock.unlock();
  if (needed) reader_->signal(reader_notice_);
}

void stream_core::reader_turn(control_node* node, actor_cell& owner) noexcept {
  stream_core& core = static_cast<notice*>(node)->core;
  std::uint64_t wait_id = 0;
  bool delivers = false;
  {
    const std::scoped_lock lock(core.mutex_);
    core.reader_noticed_ = false;
    if (core.queued_ > 0 || core.ended_) wait_id = std::exchange(core.reader_wait_, 0);
    delivers = core.delivers_;
  }
  if (wait* pending = wait_id ? owner.take_wait(wait_id) : nullptr) {
    pending->complete(*pending, owner, wait::end::answered, nullptr);
  }
  if (delivers) core.deliver(owner);
  core.release();
}

void stream_core::begin_delivery() {
  last_item_ = reader_->now();
  run_idle_clock(last_item_);
  std::unique_lock lock(mutex_);
  delivers_ = true;
  notify_reader(lock);  // of what came before
}

void stream_core::end_delivery() noexcept {
  {
    const std::scoped_lock lock(mutex_);
    delivers_ = false;
  }
  if (!idle_.runs) return;
  idle_.runs = false;
  reader_->abandon_wait(idle_);
  release();
}

// Runs on its own, and looks how long nothing came when it rings: an item costs it nothing.
void stream_core::run_idle_clock(time_point since) {
  idle_.deadline = idle_deadline(since);
  if (idle_.deadline == time_point::max()) return;
  idle_.complete = [](wait& base, actor_cell& owner, wait::end, request_envelope*) noexcept {
    const core_ptr<stream_core> core(static_cast<idle_clock&>(base).core);
    core->idle_.runs = false;
    core->release();
    core->idle_clock_rang(owner);
  };
  idle_.discard = [](wait& base) noexcept {
    stream_core& core = static_cast<idle_clock&>(base).core;
    core.idle_.runs = false;
    core.release();
  };
  reader_->begin_wait(idle_);
  idle_.runs = true;
  retain();
}

void stream_core::idle_clock_rang(actor_cell& owner) noexcept {
  {
    const std::scoped_lock lock(mutex_);
    if (ended_ || !delivers_) return;
    if (under_way_ > 0) last_item_ = owner.now();  // it is the reader that takes its time
  }
  if (idle_deadline(last_item_) > owner.now()) {
    run_idle_clock(last_item_);
    return;
  }
  end(stream_side::reader, stream_reason::idle_timeout);
  deliver(owner);
}

// ---- the writer --------------------------------------------------------------------------------

bool stream_core::attach_writer(credit_message make_credit) {
  stream_table* table = stream_table::of(*writer_.get());
  if (!table) return false;
  table->add(writer_link_);
  stream_id_ = ++table->last_id;
  in_handler_ = true;
  make_credit_ = make_credit;
  const std::scoped_lock lock(mutex_);
  announces_ = make_credit != nullptr;
  end_unannounced_ = announces_ && ended_;
  return true;
}

void stream_core::drop_writer() noexcept {
  if (in_handler_) {
    dropped_in_handler_ = true;
    return;
  }
  stream_table::remove(writer_link_);
  end(stream_side::writer, reason_of_drop(*writer_.get()));
}

void stream_core::handler_finished() noexcept {
  in_handler_ = false;
  if (dropped_in_handler_) {
    stream_table::remove(writer_link_);
    end(stream_side::writer,
        writer_->cancelling() ? stream_reason::stopped : stream_reason::completed);
    return;
  }
  std::unique_lock lock(mutex_);
  if (end_unannounced_) notify_writer(lock);  // it was kept back
}

void stream_core::handler_aborted(stream_reason why) noexcept {
  in_handler_ = false;
  if (!dropped_in_handler_) return;  // it was stored
  stream_table::remove(writer_link_);
  end(stream_side::writer, why);
}

stream_core::step stream_core::begin_write(std::unique_lock<std::mutex>& lock, wait& pending) {
  actor_cell& cell = *writer_.get();
  assert(&cell == &actor_cell::current() && "a stream is written by the actor it was opened at");
  if (cell.cancelling()) return step::over;
  lock.lock();
  if (!ended_ && room() > 0) return step::ready;
  if (!ended_) {
    std::string cycle = cell.begin_waiting_for(*reader_.get());
    if (cycle.empty()) {
      pending.deadline = idle_deadline(cell.now());
      cell.begin_wait(pending);
      writer_wait_ = pending.id;
      lock.unlock();
      return step::waits;
    }
    lock.unlock();
    end(stream_side::writer, stream_reason::would_deadlock, std::move(cycle));
    return step::over;
  }
  lock.unlock();
  return step::over;
}

void stream_core::write_ended(wait::end how) noexcept {
  writer_->end_waiting_for();
  bool no_credit = false;
  {
    const std::scoped_lock lock(mutex_);
    writer_wait_ = 0;
    no_credit = room() == 0;
  }
  if (how == wait::end::timed_out && no_credit) {
    end(stream_side::writer, stream_reason::idle_timeout);
  }
}

void stream_core::written(std::unique_lock<std::mutex>& lock) noexcept {
  ++queued_;
  ++under_way_;
  ++written_;
  notify_reader(lock);
}

std::uint32_t stream_core::credit() noexcept {
  const std::scoped_lock lock(mutex_);
  if (ended_) return 0;
  credit_wanted_ = announces_ && room() == 0;
  return room();
}

std::optional<stream_end> stream_core::end_seen_by_writer() const {
  const std::scoped_lock lock(mutex_);
  return ended_;
}

void stream_core::notify_writer(std::unique_lock<std::mutex>& lock) noexcept {
  if (writer_wait_) writer_->answered(*reader_.get());
  const bool needed = (writer_wait_ || credit_wanted_ || end_unannounced_) && !writer_noticed_;
  if (needed) {
    writer_noticed_ = true;
    retain();
  }
  lock.unlock();
  if (needed) writer_->signal(writer_notice_);
}

void stream_core::writer_turn(control_node* node, actor_cell& owner) noexcept {
  stream_core& core = static_cast<notice*>(node)->core;
  std::uint64_t wait_id = 0;
  bool announces = false;
  std::uint32_t items = 0;
  {
    const std::scoped_lock lock(core.mutex_);
    core.writer_noticed_ = false;
    items = core.ended_ ? 0 : core.room();
    if (core.ended_ || core.enough_credit()) {
      wait_id = std::exchange(core.writer_wait_, 0);
      announces = !core.ended_ && std::exchange(core.credit_wanted_, false);
    }
    // A handler that still has the stream hears of the end when it writes.
    if (core.end_unannounced_ && !core.in_handler_) {
      core.end_unannounced_ = false;
      announces = true;
    }
  }
  if (wait* pending = wait_id ? owner.take_wait(wait_id) : nullptr) {
    pending->complete(*pending, owner, wait::end::answered, nullptr);
  }
  if (announces && core.writer_link_.table) {
    owner.push_urgent(core.make_credit_(core.stream_id_, items));
  }
  core.release();
}

}  // namespace troupe::detail
