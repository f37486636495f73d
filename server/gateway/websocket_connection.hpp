// websocket_connection.hpp — one client on a WebSocket: frames in to the hub's client, frames out
// to the stream. Pinned to the worker of its stream; never restarted.
//
// Out: what is transmitted waits in a queue and leaves with one gathered write at the end of the
// turn. More than client.queue_max_size waiting: disconnect 3008, and a write that gets nowhere for
// write_stall_max: 3009; in both cases what waits is dropped.
// In: read only while the hub takes commands, into a buffer that all connections of the worker
// share. Closing: everything that waits, the close frame, end of sending; then what the client
// still sends is read and dropped until it ends too. Closing at once instead would make the kernel
// answer unread bytes with a reset, and the client would never see the code.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include <troupe/io/byte_stream.hpp>

#include "core/shared_bytes.hpp"
#include "gateway/connection_messages.hpp"
#include "gateway/context.hpp"
#include "gateway/outbound_queue.hpp"
#include "services/hub/client.hpp"
#include "transport/websocket/frame_parser.hpp"

namespace troupe::gateway {

class connection_supervisor;

class websocket_connection final : public hub::client {
 public:
  static constexpr std::chrono::seconds linger_max{1};   // for the client to end after we did
  static constexpr std::chrono::seconds closing_max{5};  // to get what waits and the code out

  websocket_connection(const context& shared, ref<hub::hub_supervisor> hub,
                       ref<connection_supervisor> supervisor, upgrade from);

  using hub::client::on;
  void on(io::readable message);
  void on(io::writable message);
  void on(quiesce);
  void on(end_connection message);

  // Its own timers.
  struct write_stalled {
    std::uint32_t wait;
  };
  struct give_up {};
  void on(write_stalled message);
  void on(give_up);

  void turn_ended();

 private:
  void transmit(core::shared_bytes frame) override;
  void ping() override;
  void add_transport(protocol::connect_result& to) const override;
  void close_transport(protocol::disconnect_code why) override;
  void line_is_empty() override;

  bool reads() const noexcept;
  void take_input(std::span<const std::byte> input);
  void take(websocket::event event);
  void say_quiet_when_idle();
  void begin_closing(std::uint16_t code, std::string_view reason);
  void flush();
  void discard_input();

  const context& shared_;
  ref<connection_supervisor> supervisor_;
  admission::place socket_;
  admission::place websocket_;
  const websocket_terms terms_;
  std::unique_ptr<io::byte_stream> stream_;
  websocket::frame_parser parser_;
  outbound_queue out_;
  std::string unread_;      // bytes that came while the hub took no more commands
  timer_id stall_timer_{};  // set while there is no room to write
  std::uint32_t stall_wait_ = 0;

  enum class phase : std::uint8_t {
    open,
    closing,   // the close frame is in the queue
    lingering  // all is sent, until the client ends
  };
  phase phase_ = phase::open;
  bool quiescing_ = false;
  bool said_quiet_ = false;
  bool blocked_ = false;     // until io::writable
  bool overflowed_ = false;  // more waited than may
};

}  // namespace troupe::gateway
