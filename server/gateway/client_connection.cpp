#include "gateway/client_connection.hpp"

#include <utility>

#include "core/limits.hpp"
#include "gateway/connection_supervisor.hpp"
#include "gateway/read_buffer.hpp"

namespace troupe::gateway {
namespace {

namespace disconnects = protocol::disconnects;

// Reads of one turn while input is only discarded.
constexpr int discards_per_turn_max = 16;

}  // namespace

client_connection::client_connection(const context& shared, ref<hub::hub_supervisor> hub,
                                     ref<connection_supervisor> supervisor, seat at,
                                     hub::wire_format format)
    : hub::client(shared.hub, std::move(hub), at.worker, format),
      shared_(shared),
      supervisor_(std::move(supervisor)),
      socket_(std::move(at.socket)),
      client_(std::move(at.client)),
      stream_(actor::open(std::move(at.stream))) {
  out_.push(core::shared_bytes::copy_of(at.response));
  keep_headers(std::move(at.headers));
}

// ---- in ----------------------------------------------------------------------------------------

void client_connection::on(io::readable) {
  if (!is_open()) return discard_input();
  if (!reads()) return;
  const auto count = stream_->read_some(read_buffer());
  if (count) return take_input(read_buffer().first(*count));
  if (count.error() != io::errc::would_block) stop();
}

bool client_connection::takes_commands() const noexcept {
  return is_open() && wants_more() && !quiescing_ && !overflowed_;
}

void client_connection::line_is_empty() {
  // turn_ended() goes on: this may be called from within receive().
}

void client_connection::on(quiesce) {
  quiescing_ = true;
  refuse_further_commands();
}

void client_connection::say_quiet_when_idle() {
  if (said_quiet_ || !quiescing_ || (!idle() && !closed())) return;
  said_quiet_ = true;
  supervisor_.tell(quiet{id()});
}

// ---- out ---------------------------------------------------------------------------------------

void client_connection::transmit(core::shared_bytes frame) {
  if (!is_open() || overflowed_) return;
  // The hub is in the middle of something: turn_ended() ends the connection.
  overflowed_ = out_.bytes() + frame.size() > shared_.hub.configuration().client.queue_max_size;
  if (overflowed_) return;
  out_.push(std::move(frame));
}

void client_connection::on(io::writable) {
  blocked_ = false;  // turn_ended() writes
}

void client_connection::turn_ended() {
  say_quiet_when_idle();
  take_waiting();
  flush_replies();
  if (overflowed_ && !closed()) {
    out_.drop_waiting();
    disconnect(disconnects::slow);
  }
  flush();
  if (is_open() && reads()) stream_->notify_readable();
}

void client_connection::flush() {
  if (blocked_ || phase_ == phase::lingering) return;
  const auto wrote = out_.write_to(*stream_);
  if (stall_timer_ && (wrote.bytes > 0 || out_.empty())) cancel(std::exchange(stall_timer_, {}));
  switch (wrote.how) {
    case outbound_queue::outcome::lost:
      return stop();
    case outbound_queue::outcome::blocked:
      blocked_ = true;
      stream_->notify_writable();
      if (!stall_timer_) {
        stall_timer_ = send_after(core::limits::write_stall_max, write_stalled{++stall_wait_});
      }
      return;
    case outbound_queue::outcome::drained:
      break;
  }
  if (phase_ != phase::closing) return;
  phase_ = phase::lingering;
  stream_->close_write();
  send_after(linger_max, give_up{});
  discard_input();
}

void client_connection::on(write_stalled message) {
  if (!stall_timer_ || message.wait != stall_wait_) return;
  stall_timer_ = {};
  if (!is_open()) return stop();
  out_.drop_waiting();
  disconnect(disconnects::write_error);
}

// ---- the end -----------------------------------------------------------------------------------

void client_connection::on(end_connection message) {
  disconnect(message.why);
}

void client_connection::close_transport(protocol::disconnect_code why) {
  if (is_open()) begin_closing(farewell(why));
}

void client_connection::begin_closing(core::shared_bytes farewell) {
  if (!is_open()) return;
  flush_replies();
  phase_ = phase::closing;
  drop_waiting();
  out_.push(std::move(farewell));
  send_after(closing_max, give_up{});
}

void client_connection::discard_input() {
  for (int round = 0; round < discards_per_turn_max; ++round) {
    const auto count = stream_->read_some(read_buffer());
    if (count) continue;
    if (count.error() == io::errc::would_block) break;
    // The end counts only when ours has been said; until then it may still be read.
    if (phase_ == phase::lingering || count.error() != io::errc::end_of_stream) stop();
    return;
  }
  stream_->notify_readable();
}

void client_connection::on(give_up) {
  stop();
}

}  // namespace troupe::gateway
