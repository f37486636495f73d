// scripted_http.hpp — the port http_client without a network: the test says what each request is
// answered, at once or when it lets the answers go.
#pragma once

#include <functional>
#include <utility>
#include <vector>

#include <troupe/completion.hpp>

#include "ports/http_client.hpp"

namespace troupe::sim {

class scripted_http final : public ports::http_client {
 public:
  task<ports::http_result> send(ports::http_request request) override {
    requests.push_back(request);
    if (holds) {
      const auto released = co_await completed<bool>(
          [this](completion<bool> done) { held_.push_back(std::move(done)); });
      if (!released) co_return std::unexpected(ports::http_failure{ports::http_errc::cancelled});
    }
    co_return answer(request);
  }

  /// Lets go what waits; from now on answers come at once.
  void release() {
    holds = false;
    for (completion<bool>& each : std::exchange(held_, {})) each.set(true);
  }

  std::function<ports::http_result(const ports::http_request&)> answer =
      [](const ports::http_request&) -> ports::http_result {
    return std::unexpected(ports::http_failure{ports::http_errc::unreachable});
  };
  std::vector<ports::http_request> requests;
  bool holds = false;

 private:
  std::vector<completion<bool>> held_;
};

}  // namespace troupe::sim
