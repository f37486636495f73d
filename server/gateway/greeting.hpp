// greeting.hpp — what the operator is told of where the server listens, or why it does not.
#pragma once

#include <string>
#include <string_view>

#include <troupe/io/acceptor.hpp>

#include "core/configuration.hpp"
#include "gateway/server_actor.hpp"

namespace troupe::gateway {

/// "127.0.0.1:8000", "[::1]:8000".
[[nodiscard]] std::string host_and_port(const io::endpoint& address);

/// One line without its end: what could not be listened on, why, and what may help.
[[nodiscard]] std::string explain(const listen_failure& failure);

/// The lines for people when the server has started.
[[nodiscard]] std::string greeting(const listening& where,
                                   const core::configuration::http_server_section& rules,
                                   std::string_view version, bool is_tried_out);

}  // namespace troupe::gateway
