#include "services/hub/application_caller.hpp"

namespace troupe::hub {

namespace {
constexpr unsigned status_ok = 200;
}

ports::http_request make_request(const core::proxy_options& proxy, std::string body,
                                 http_headers headers) {
  headers.emplace_back("Content-Type", "application/json");
  return {.method = ports::http_request::method_type::post,
          .url = proxy.endpoint,
          .headers = std::move(headers),
          .body = std::move(body),
          .timeout = proxy.timeout};
}

task<ask_application::reply> application_caller::on(ask_application message) {
  auto answer = co_await http_.send(
      make_request(message.proxy, std::move(message.body), std::move(message.headers)));
  if (answer && answer->status == status_ok) co_return std::move(answer->body);
  if (answer) {
    log_.warn("application refused an event",
              {{"endpoint", message.proxy.endpoint}, {"status", answer->status}});
  } else {
    log_.warn("application not reached", {{"endpoint", message.proxy.endpoint},
                                          {"reason", ports::describe(answer.error().code)}});
  }
  co_return std::unexpected(ask_application::no_answer{});
}

}  // namespace troupe::hub
