// TCP streams and acceptors on a worker's reactor.
#pragma once

#include <expected>
#include <functional>
#include <memory>

#include <troupe/io/acceptor.hpp>

#include "reactor.hpp"

namespace troupe::detail {

/// The reactor of the worker that an actor is pinned to; throws std::logic_error when it is not.
using find_reactor = std::function<reactor&(const actor_cell&)>;

std::expected<std::unique_ptr<io::acceptor>, io::error> listen_tcp(const io::endpoint& address,
                                                                   const io::accept_target& owner,
                                                                   find_reactor reactor_of);

}  // namespace troupe::detail
