// server_actor.hpp — where the server listens. One listener for everything on a loopback address;
// elsewhere a second one for what is for the operator alone (health detail, metrics).
#pragma once

#include <expected>
#include <optional>
#include <string>
#include <vector>

#include <troupe/actor.hpp>
#include <troupe/io/acceptor.hpp>

#include "gateway/context.hpp"
#include "gateway/routes.hpp"

namespace troupe::gateway {

class connection_supervisor;

struct listen_failure {
  io::endpoint address;  // as asked for
  io::error why;
};

/// Where it listens; the port is the real one when 0 was asked for.
struct listening {
  io::endpoint address;
  std::optional<io::endpoint> internal;
};

struct find_addresses {
  using reply = std::expected<listening, listen_failure>;
};

/// No new connections on the public address. The internal one stays: it says that the server
/// drains.
struct stop_listening {};

/// Accepts connections on one address and hands them to the connection supervisor, to each worker
/// in turn. One too many is closed at once. Pinned.
class listener final : public actor {
 public:
  listener(const context& shared, ref<connection_supervisor> connections, io::endpoint address,
           exposure offered);

  struct find_address {
    using reply = std::expected<io::endpoint, io::error>;
  };
  std::expected<io::endpoint, io::error> on(find_address) const;
  void on(io::accepted message);

 private:
  const context& shared_;
  ref<connection_supervisor> connections_;
  const exposure offered_;
  const bool speaks_tls_;
  const std::expected<std::unique_ptr<io::acceptor>, io::error> acceptor_;
  std::uint32_t next_worker_ = 0;
};

class server_actor final : public actor {
 public:
  server_actor(const context& shared, ref<connection_supervisor> connections);

  task<find_addresses::reply> on(find_addresses);
  void on(stop_listening);

 private:
  struct place {
    io::endpoint address;
    ref<listener> who;
  };
  place listen_on(const std::string& address, std::uint16_t port, exposure offered);
  static task<find_addresses::reply> ask(place where);

  const context& shared_;
  ref<connection_supervisor> connections_;
  std::optional<place> internal_;  // first: a client's listener is nothing without it
  place main_;
};

}  // namespace troupe::gateway
