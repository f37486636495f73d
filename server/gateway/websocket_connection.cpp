#include "gateway/websocket_connection.hpp"

#include <utility>
#include <variant>

#include "core/limits.hpp"
#include "gateway/connection_supervisor.hpp"
#include "gateway/read_buffer.hpp"
#include "transport/websocket/frame_writer.hpp"

namespace troupe::gateway {
namespace {

namespace disconnects = protocol::disconnects;
namespace limits = core::limits;

constexpr std::uint16_t close_unsupported_data = 1003;
// Reads of one turn while input is only discarded.
constexpr int discards_per_turn_max = 16;

template <class... Cases>
struct overloaded : Cases... {
  using Cases::operator()...;
};

}  // namespace

websocket_connection::websocket_connection(const context& shared, ref<hub::hub_supervisor> hub,
                                           ref<connection_supervisor> supervisor, upgrade from)
    : hub::client(shared.hub, std::move(hub), from.worker, from.terms.format),
      shared_(shared),
      supervisor_(std::move(supervisor)),
      socket_(std::move(from.socket)),
      websocket_(std::move(from.websocket)),
      terms_(from.terms),
      stream_(open(std::move(from.stream))),
      parser_(limits::message_bytes_max),
      unread_(std::move(from.input)) {
  out_.push(core::shared_bytes::copy_of(from.response));
}

// ---- in ----------------------------------------------------------------------------------------

void websocket_connection::on(io::readable) {
  if (phase_ != phase::open) return discard_input();
  if (!reads()) return;
  const auto count = stream_->read_some(read_buffer());
  if (count) return take_input(read_buffer().first(*count));
  if (count.error() != io::errc::would_block) stop();
}

void websocket_connection::take_input(std::span<const std::byte> input) {
  while (!input.empty() && reads()) {
    auto next = parser_.next(input);
    if (!next) {
      begin_closing(next.error().code, next.error().reason);
      return disconnect(disconnects::connection_closed);
    }
    if (*next) take(**std::move(next));
  }
  if (phase_ == phase::open) {
    unread_.assign(reinterpret_cast<const char*>(input.data()), input.size());
  }
}

void websocket_connection::take(websocket::event event) {
  const bool speaks_json = terms_.format == hub::wire_format::websocket_json;
  std::visit(overloaded{
                 [&](websocket::text_message& message) {
                   if (speaks_json) return receive(message.text);
                   begin_closing(close_unsupported_data, "a protobuf connection takes binary");
                   disconnect(disconnects::inappropriate_protocol);
                 },
                 [&](websocket::binary_message& message) {
                   if (!speaks_json) return receive(message.bytes);
                   begin_closing(close_unsupported_data, "a JSON connection takes text");
                   disconnect(disconnects::inappropriate_protocol);
                 },
                 [&](websocket::ping& message) {
                   transmit(core::shared_bytes::copy_of(websocket::pong_frame(message.payload)));
                 },
                 [&](websocket::pong&) {
                   if (terms_.native_pings) pong();
                 },
                 [&](websocket::close& message) {
                   begin_closing(message.code, "");
                   disconnect(disconnects::connection_closed);
                 },
             },
             event);
}

bool websocket_connection::reads() const noexcept {
  return phase_ == phase::open && wants_more() && !quiescing_ && !overflowed_;
}

void websocket_connection::line_is_empty() {
  // turn_ended() reads on: this may be called from within receive().
}

void websocket_connection::on(quiesce) {
  quiescing_ = true;
  refuse_further_commands();
}

void websocket_connection::say_quiet_when_idle() {
  if (said_quiet_ || !quiescing_ || (!idle() && !closed())) return;
  said_quiet_ = true;
  supervisor_.tell(quiet{id()});
}

// ---- out ---------------------------------------------------------------------------------------

void websocket_connection::transmit(core::shared_bytes frame) {
  if (phase_ != phase::open || overflowed_) return;
  // The hub is in the middle of something: turn_ended() ends the connection.
  overflowed_ = out_.bytes() + frame.size() > shared_.hub.configuration.client.queue_max_size;
  if (overflowed_) return;
  out_.push(std::move(frame));
}

void websocket_connection::ping() {
  if (!terms_.native_pings) return client::ping();
  transmit(core::shared_bytes::copy_of(websocket::ping_frame("")));
}

void websocket_connection::add_transport(protocol::connect_result& to) const {
  if (!terms_.native_pings) return;
  to.ping_s = 0;  // of the protocol, that is
  to.pong = false;
}

void websocket_connection::on(io::writable) {
  blocked_ = false;  // turn_ended() writes
}

void websocket_connection::turn_ended() {
  say_quiet_when_idle();
  while (!unread_.empty() && reads()) {
    const std::string input = std::exchange(unread_, {});
    take_input(std::as_bytes(std::span(input)));
  }
  if (overflowed_ && !closed()) {
    out_.drop_waiting();
    disconnect(disconnects::slow);
  }
  flush();
  if (reads()) stream_->notify_readable();
}

void websocket_connection::flush() {
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
        stall_timer_ = send_after(limits::write_stall_max, write_stalled{++stall_wait_});
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

void websocket_connection::on(write_stalled message) {
  if (!stall_timer_ || message.wait != stall_wait_) return;
  stall_timer_ = {};
  if (phase_ != phase::open) return stop();
  out_.drop_waiting();
  disconnect(disconnects::write_error);
}

// ---- the end -----------------------------------------------------------------------------------

void websocket_connection::on(end_connection message) {
  disconnect(message.why);
}

void websocket_connection::close_transport(protocol::disconnect_code why) {
  begin_closing(why.code, why.reason);
}

void websocket_connection::begin_closing(std::uint16_t code, std::string_view reason) {
  if (phase_ != phase::open) return;
  phase_ = phase::closing;
  std::string().swap(unread_);
  out_.push(core::shared_bytes::copy_of(websocket::close_frame(code, reason)));
  send_after(closing_max, give_up{});
}

void websocket_connection::discard_input() {
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

void websocket_connection::on(give_up) {
  stop();
}

}  // namespace troupe::gateway
