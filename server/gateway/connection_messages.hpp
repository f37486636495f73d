// connection_messages.hpp — what connections and their supervisor say to each other.
#pragma once

#include <cstdint>
#include <string>

#include <troupe/io/acceptor.hpp>

#include "gateway/admission.hpp"
#include "gateway/client_admission.hpp"
#include "gateway/routes.hpp"
#include "gateway/stream_terms.hpp"
#include "gateway/websocket_terms.hpp"
#include "protocol/codes.hpp"
#include "services/hub/client_headers.hpp"

namespace troupe::gateway {

/// From a listener: somebody has connected. Not told: the connection is closed.
struct arrival {
  io::pending_stream stream;
  io::endpoint peer;
  exposure offered{};
  std::uint32_t worker = 0;  // where its connection lives
  admission::place socket;
};

/// What an HTTP connection hands over when it becomes the connection of a client of the hub, on the
/// same worker.
struct seat {
  io::pending_stream stream;
  std::uint32_t worker = 0;
  std::string response;  // still to be sent, before everything else
  hub::client_headers headers;
  admission::place socket;
  client_admission::place client;
};

/// From an HTTP connection: it becomes a WebSocket. Not told: it is closed.
struct upgrade {
  seat at;
  websocket_terms terms;
  std::string input;  // bytes that came after the request
};

/// From an HTTP connection: it becomes a stream from the server to the client. Not told: it is
/// closed.
struct begin_stream {
  seat at;
  stream_terms terms;
  std::string session;   // secret: who knows it speaks for this client
  std::string commands;  // the client's first
};

/// To a connection: serve no further command or request; say `quiet` when none is being served.
struct quiesce {};
/// From a connection, once, after `quiesce`: what it served is answered, it serves nothing more.
struct quiet {
  std::uint64_t who = 0;  // its id
};

/// To a connection: say this to the client, after everything that waits for it, and end.
struct end_connection {
  protocol::disconnect_code why;
};

}  // namespace troupe::gateway
