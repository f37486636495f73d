#include "gateway/websocket_connection.hpp"

#include <utility>
#include <variant>

#include "core/limits.hpp"
#include "gateway/connection_supervisor.hpp"
#include "transport/websocket/frame_writer.hpp"

namespace troupe::gateway {
namespace {

namespace disconnects = protocol::disconnects;

constexpr std::uint16_t close_unsupported_data = 1003;

template <class... Cases>
struct overloaded : Cases... {
  using Cases::operator()...;
};

}  // namespace

websocket_connection::websocket_connection(const context& shared, ref<hub::hub_supervisor> hub,
                                           ref<connection_supervisor> supervisor, upgrade from)
    : client_connection(shared, std::move(hub), std::move(supervisor), std::move(from.at),
                        from.terms.format),
      terms_(from.terms),
      parser_(shared.hub.configuration().websocket.message_size_limit, terms_.deflate),
      unread_(std::move(from.input)) {}

void websocket_connection::take_input(std::span<const std::byte> input) {
  while (!input.empty() && reads()) {
    auto next = parser_.next(input);
    if (!next) {
      return close(next.error().code, next.error().reason, disconnects::connection_closed);
    }
    if (*next) take(**std::move(next));
  }
  if (is_open()) unread_.assign(reinterpret_cast<const char*>(input.data()), input.size());
}

void websocket_connection::take_waiting() {
  while (!unread_.empty() && reads()) {
    const std::string input = std::exchange(unread_, {});
    take_input(std::as_bytes(std::span(input)));
  }
}

void websocket_connection::drop_waiting() {
  std::string().swap(unread_);
}

void websocket_connection::take(websocket::event event) {
  const bool speaks_json = hub::encoding_of(terms_.format) == protocol::encoding::json;
  std::visit(overloaded{
                 [&](websocket::text_message& message) {
                   if (speaks_json) return receive(message.text);
                   refuse_kind("a protobuf connection takes binary messages");
                 },
                 [&](websocket::binary_message& message) {
                   if (!speaks_json) return receive(message.bytes);
                   refuse_kind("a JSON connection takes text");
                 },
                 [&](websocket::ping& message) {
                   transmit(core::shared_bytes::copy_of(websocket::pong_frame(message.payload)));
                 },
                 [&](websocket::pong&) {
                   if (terms_.native_pings) pong();
                 },
                 [&](websocket::close& message) {
                   close(message.code, "", disconnects::connection_closed);
                 },
             },
             event);
}

void websocket_connection::ping() {
  if (!terms_.native_pings) return hub::client::ping();
  transmit(core::shared_bytes::copy_of(websocket::ping_frame("")));
}

void websocket_connection::add_transport(protocol::connect_result& to) const {
  if (!terms_.native_pings) return;
  to.ping_s = 0;  // of the protocol, that is
  to.pong = false;
}

core::shared_bytes websocket_connection::farewell(protocol::disconnect_code why) const {
  return core::shared_bytes::copy_of(websocket::close_frame(why.code, why.reason));
}

void websocket_connection::refuse_kind(std::string_view why) {
  close(close_unsupported_data, why, disconnects::inappropriate_protocol);
}

// With a code of the WebSocket's own; `why` is what the hub counts.
void websocket_connection::close(std::uint16_t code, std::string_view reason,
                                 protocol::disconnect_code why) {
  begin_closing(core::shared_bytes::copy_of(websocket::close_frame(code, reason)));
  disconnect(why);
}

}  // namespace troupe::gateway
