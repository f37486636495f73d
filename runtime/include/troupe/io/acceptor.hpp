// acceptor: listens on an address and hands connections to its owning actor, one message each.
//
// The owner is a pinned actor; it gets io::accepted for each connection and passes the pending
// stream on to whoever is to own it. The next batch of connections is accepted only after the
// owner's turn, so a busy owner leaves them in the system's backlog. When the process is out of
// descriptors, accepting pauses for `pause_when_exhausted` and goes on by itself.
#pragma once

#include <chrono>
#include <expected>
#include <memory>

#include <troupe/io/byte_stream.hpp>
#include <troupe/io/error.hpp>

namespace troupe::io {

class acceptor {
 public:
  static constexpr int backlog = 1024;
  static constexpr int batch_max = 64;
  static constexpr std::chrono::milliseconds pause_when_exhausted{100};

  /// Stops listening; connections that were not accepted are refused by the system.
  virtual ~acceptor() = default;

  /// Where it listens; the port is the real one when 0 was asked for.
  virtual const endpoint& address() const noexcept = 0;
};

/// A connection has come in. Delivered to the acceptor's owner.
struct accepted {
  pending_stream stream;
  endpoint peer;
};

/// What the implementations of acceptors see of the owner.
struct accept_target {
  detail::actor_cell* owner = nullptr;
  detail::envelope* (*make_accepted)(pending_stream, endpoint) = nullptr;
};

/// For actor::listen. Errors: address_in_use, bad_address, permission_denied, no_resources, other.
std::expected<std::unique_ptr<acceptor>, error> listen_on(const endpoint& address,
                                                          const accept_target& owner);

}  // namespace troupe::io

namespace troupe {

template <class Self>
std::expected<std::unique_ptr<io::acceptor>, io::error> actor::listen(this Self& self,
                                                                      const io::endpoint& address) {
  static_assert(handles<Self, io::accepted>,
                "the owner of an acceptor needs void on(io::accepted)");
  io::accept_target owner;
  owner.owner = &self.actor::cell_;
  owner.make_accepted = [](io::pending_stream stream, io::endpoint peer) -> detail::envelope* {
    return new detail::told<Self, io::accepted>(io::accepted{std::move(stream), std::move(peer)});
  };
  return io::listen_on(address, owner);
}

}  // namespace troupe
