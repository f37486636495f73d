// http_connection.hpp — one connection that speaks HTTP/1: requests are answered one after the
// other, in their order, until the client goes, or the connection becomes a WebSocket and is handed
// over. Pinned to the worker of its stream; never restarted.
//
// It reads only when it has answered what it read before, and when not too much of that waits to be
// written. Every state it can be in has a time limit.
#pragma once

#include <chrono>
#include <cstdint>
#include <expected>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include <troupe/actor.hpp>
#include <troupe/io/byte_stream.hpp>

#include "gateway/connection_messages.hpp"
#include "gateway/context.hpp"
#include "gateway/outbound_queue.hpp"
#include "services/hub/hub_supervisor.hpp"
#include "transport/http/request_parser.hpp"
#include "transport/http/response.hpp"

namespace troupe::gateway {

class connection_supervisor;

class http_connection final : public actor {
 public:
  static constexpr std::chrono::seconds headers_within{10};  // from the connection or first byte
  static constexpr std::chrono::seconds body_within{30};
  static constexpr std::chrono::seconds idle_max{60};         // between requests
  static constexpr std::chrono::seconds write_stall_max{10};  // without a byte getting out
  static constexpr std::chrono::seconds linger_max{1};        // for the client to end after we did
  static constexpr std::size_t waiting_output_max = 64 * 1024;  // bytes; over it nothing is read

  http_connection(const context& shared, ref<hub::hub_supervisor> hub,
                  ref<connection_supervisor> supervisor, arrival from);

  void on(io::readable message);
  void on(io::writable message);
  void on(quiesce);
  /// An HTTP client is told nothing; what it was answered it still gets.
  void on(end_connection);

  // From itself: what takes other actors to answer.
  struct call_api {
    std::string method;
    std::string body;
    bool errors_as_status = false;
    http::write_options how;
  };
  struct report {
    route::kind what;
    http::write_options how;
  };
  struct emulate {
    std::string session;
    std::string frame;
    http::header_list headers;  // of the answer
    http::write_options how;
  };
  struct timed_out {
    std::uint32_t wait;
  };
  task<> on(call_api message);
  task<> on(report message);
  task<> on(emulate message);
  void on(timed_out message);

  void turn_ended();

 private:
  // What it waits for.
  enum class phase : std::uint8_t { none, request, headers, body, answer, writing, lingering };

  bool reads() const noexcept;
  void take_input(std::span<const std::byte> input);
  void serve(http::request request, std::span<const std::byte> rest);
  void serve_api(const route& to, http::request request, http::write_options how);
  void open_websocket(const http::request& request, http::write_options how,
                      std::span<const std::byte> rest);
  void open_stream(stream_transport transport, const http::request& request,
                   http::write_options how);
  void serve_emulation(const http::request& request, http::write_options how);
  /// Whether the request is answered already: a page that may not ask, or a browser that asks
  /// whether its page may.
  bool answer_across_origins(const http::request& request, http::write_options how);
  /// A place for one more client, or why there is none.
  std::expected<client_admission::place, http::response> admit_client(const http::request& request);
  /// What this connection hands over; afterwards it has nothing left but to stop.
  seat give_seat(core::transport to, const http::request& request, std::string response,
                 client_admission::place client);
  void refuse_client(const http::response& why, http::write_options how);
  void answer(const http::response& response, http::write_options how);
  void refuse(unsigned status, std::string_view why, http::write_options how);
  void answered();
  void say_quiet_when_idle();
  void flush();
  void discard_input();
  phase current_phase() const noexcept;
  void watch(bool progressed);

  const context& shared_;
  ref<hub::hub_supervisor> hub_;
  ref<connection_supervisor> supervisor_;
  const io::endpoint peer_;
  const exposure offered_;
  const std::uint32_t worker_;
  admission::place socket_;
  std::unique_ptr<io::byte_stream> stream_;  // null once it has been handed over
  http::request_parser parser_;
  outbound_queue out_;
  std::string unread_;  // bytes that came behind a request that is not answered yet
  timer_id timer_{};
  std::uint32_t timer_wait_ = 0;
  phase watched_ = phase::none;
  bool first_request_ = true;
  bool busy_ = false;    // with a request that takes other actors to answer
  bool ending_ = false;  // no further request; close when all is written
  bool lingering_ = false;
  bool blocked_ = false;  // until io::writable
  bool quiescing_ = false;
  bool said_quiet_ = false;
};

}  // namespace troupe::gateway
