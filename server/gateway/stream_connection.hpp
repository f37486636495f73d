// stream_connection.hpp — one client whose connection leads only from the server to it: the body of
// an HTTP response that does not end, as lines, as length-prefixed protobuf, or as server-sent
// events. What the client says comes by requests of its own (/emulation), which name its session.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <expected>
#include <span>
#include <string>

#include "gateway/client_connection.hpp"
#include "gateway/stream_terms.hpp"

namespace troupe::gateway {

enum class take_errc : std::uint8_t {
  too_many_waiting,  // more than message_bytes_max, or frames_waiting_max; these are dropped
};

/// A frame of commands of the client of this session. Reply: taken, to be served in the order in
/// which frames came.
struct take_commands {
  using reply = std::expected<void, take_errc>;
  std::string frame;
};

class stream_connection final : public client_connection {
 public:
  stream_connection(const context& shared, ref<hub::hub_supervisor> hub,
                    ref<connection_supervisor> supervisor, begin_stream from);

  static constexpr std::size_t frames_waiting_max = 64;

  using client_connection::on;
  take_commands::reply on(take_commands message);

 private:
  bool reads() const noexcept override { return true; }    // to see the client go
  void take_input(std::span<const std::byte>) override {}  // it has nothing to say here
  void take_waiting() override;
  void drop_waiting() override;
  void transmit(core::shared_bytes frame) override;
  core::shared_bytes farewell(protocol::disconnect_code why) const override;
  void add_transport(protocol::connect_result& to) const override;

  const stream_terms terms_;
  const std::string session_;
  std::deque<std::string> waiting_;  // while the hub takes no more commands
  std::size_t waiting_bytes_ = 0;
};

}  // namespace troupe::gateway
