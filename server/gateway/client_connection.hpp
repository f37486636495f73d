// client_connection.hpp — what the connections of the hub's clients share, whatever the transport:
// frames of the hub's client out to the stream, and the end in good order. Pinned to the worker of
// its stream; never restarted.
//
// Out: what is transmitted waits in a queue and leaves with one gathered write at the end of the
// turn. More than client.queue_max_size waiting: disconnect 3008, and a write that gets nowhere for
// write_stall_max: 3009; in both cases what waits is dropped.
// Closing: everything that waits, the farewell, end of sending; then what the client still sends is
// read and dropped until it ends too. Closing at once instead would make the kernel answer unread
// bytes with a reset, and the client would never see the code.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <span>

#include <troupe/io/byte_stream.hpp>

#include "core/shared_bytes.hpp"
#include "gateway/connection_messages.hpp"
#include "gateway/context.hpp"
#include "gateway/outbound_queue.hpp"
#include "services/hub/client.hpp"

namespace troupe::gateway {

class connection_supervisor;

class client_connection : public hub::client {
 public:
  static constexpr std::chrono::seconds linger_max{1};   // for the client to end after we did
  static constexpr std::chrono::seconds closing_max{5};  // to get what waits and the code out

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

 protected:
  client_connection(const context& shared, ref<hub::hub_supervisor> hub,
                    ref<connection_supervisor> supervisor, seat at, hub::wire_format format);

  const context& shared() const noexcept { return shared_; }
  bool is_open() const noexcept { return phase_ == phase::open; }
  /// Whether commands of the client are taken now.
  bool takes_commands() const noexcept;

  void transmit(core::shared_bytes frame) override;
  /// After everything that waits: this, and the end. Only the first call counts.
  void begin_closing(core::shared_bytes farewell);

 private:
  /// Whether the stream is to be read now.
  virtual bool reads() const noexcept = 0;
  /// What has been read. While it is open.
  virtual void take_input(std::span<const std::byte> input) = 0;
  /// At the end of each turn: what came in while no commands were taken.
  virtual void take_waiting() = 0;
  /// It will not be asked for what waits any more.
  virtual void drop_waiting() = 0;
  /// The last that the client hears.
  virtual core::shared_bytes farewell(protocol::disconnect_code why) const = 0;

  void close_transport(protocol::disconnect_code why) final;
  void line_is_empty() final;

  void say_quiet_when_idle();
  void flush();
  void discard_input();

  const context& shared_;
  ref<connection_supervisor> supervisor_;
  admission::place socket_;
  client_admission::place client_;
  std::unique_ptr<io::byte_stream> stream_;
  outbound_queue out_;
  timer_id stall_timer_{};  // set while there is no room to write
  std::uint32_t stall_wait_ = 0;

  enum class phase : std::uint8_t {
    open,
    closing,   // the farewell is in the queue
    lingering  // all is sent, until the client ends
  };
  phase phase_ = phase::open;
  bool quiescing_ = false;
  bool said_quiet_ = false;
  bool blocked_ = false;     // until io::writable
  bool overflowed_ = false;  // more waited than may
};

}  // namespace troupe::gateway
