// application_caller.hpp — asks the application one question at a time, over HTTP.
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <utility>
#include <vector>

#include <troupe/actor.hpp>

#include "core/configuration.hpp"
#include "core/log.hpp"
#include "ports/http_client.hpp"

namespace troupe::hub {

using http_headers = std::vector<std::pair<std::string, std::string>>;

/// A POST of an event to where `proxy` says. Reply: the body of an answer with the status 200.
/// Error: there was none within proxy.timeout; the log has the reason. The application may have
/// seen the event all the same.
struct ask_application {
  struct no_answer {};
  using reply = std::expected<std::string, no_answer>;

  const core::proxy_options& proxy;  // of the configuration
  std::string body;
  http_headers headers;  // of the client, passed on
};

/// The request that a proxy stands for.
ports::http_request make_request(const core::proxy_options& proxy, std::string body,
                                 http_headers headers);

class application_caller final : public actor {
 public:
  static constexpr std::uint32_t mailbox_capacity = 32;

  application_caller(ports::http_client& http, core::log& log) : http_(http), log_(log) {}

  task<ask_application::reply> on(ask_application message);

 private:
  ports::http_client& http_;
  core::log& log_;
};

}  // namespace troupe::hub
