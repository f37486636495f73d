// websocket_connection.hpp — one client on a WebSocket: its frames to the hub's client, which
// speaks through client_connection.
//
// It is read only while the hub takes commands, into a buffer that all connections of the worker
// share.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "gateway/client_connection.hpp"
#include "gateway/websocket_terms.hpp"
#include "transport/websocket/frame_parser.hpp"

namespace troupe::gateway {

class websocket_connection final : public client_connection {
 public:
  websocket_connection(const context& shared, ref<hub::hub_supervisor> hub,
                       ref<connection_supervisor> supervisor, upgrade from);

 private:
  bool reads() const noexcept override { return takes_commands(); }
  void take_input(std::span<const std::byte> input) override;
  void take_waiting() override;
  void drop_waiting() override;
  core::shared_bytes farewell(protocol::disconnect_code why) const override;
  void ping() override;
  void add_transport(protocol::connect_result& to) const override;

  void take(websocket::event event);
  void refuse_kind(std::string_view why);
  void close(std::uint16_t code, std::string_view reason, protocol::disconnect_code why);

  const websocket_terms terms_;
  websocket::frame_parser parser_;
  std::string unread_;  // bytes that came while the hub took no more commands
};

}  // namespace troupe::gateway
