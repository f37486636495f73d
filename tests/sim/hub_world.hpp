// hub_world.hpp — the simulated server as applications and their users know it: connections with
// tokens, and calls of the server API.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "crypto/jwt.hpp"
#include "tests/sim/simulated_server.hpp"

namespace troupe::sim {

/// Tokens are wanted; `chat` keeps a history and presence, `plain` does neither.
inline core::configuration configuration_with_tokens() {
  core::configuration all = open_configuration();
  all.client.insecure = false;
  all.client.token.hmac_secret_key = "0123456789abcdef0123456789abcdef";
  core::channel_options& chat = all.channel.namespaces.front().options;
  chat.history_size = 10;
  chat.allow_subscribe_for_client = chat.allow_publish_for_client = true;
  core::channel_namespace plain{.name = "plain", .options = {}};
  plain.options.allow_subscribe_for_client = plain.options.allow_publish_for_client = true;
  all.channel.namespaces.push_back(std::move(plain));
  return all;
}

class hub_world {
 public:
  using client = simulated_server::client;

  explicit hub_world(std::uint64_t seed,
                     core::configuration configuration = configuration_with_tokens())
      : key_(configuration.client.token.hmac_secret_key),
        api_key_(configuration.http_api.key),
        server(seed, {.configuration = std::move(configuration)}) {}

  /// A connection whose first command is to connect. `claims` are further ones of its token, with a
  /// comma before each; `more` is what the command has besides the token, likewise.
  client connect(std::string_view user, std::string_view claims = "", std::string_view more = "") {
    const client made =
        server.connect(upgrade_request() + text_frame(connect_command(user, claims, more)));
    run();
    return made;
  }
  std::string connect_command(std::string_view user, std::string_view claims = "",
                              std::string_view more = "") const {
    const std::string token = crypto::sign_token(
        R"({"sub":")" + std::string(user) + "\"" + std::string(claims) + "}", key_);
    return R"({"id":1,"connect":{"token":")" + token + "\"" + std::string(more) + "}}";
  }

  /// The body of the response.
  std::string api(std::string_view method, std::string_view body) {
    const client caller = server.connect(
        "POST /api/" + std::string(method) + " HTTP/1.1\r\nHost: sim\r\nX-API-Key: " + api_key_ +
        "\r\nConnection: close\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" +
        std::string(body));
    run();
    const std::string& all = caller.heard->http;
    const auto head = all.find("\r\n\r\n");
    return head == std::string::npos ? all : all.substr(head + 4);
  }

  void run(duration length = std::chrono::milliseconds(100)) { server.world().run_for(length); }

  std::int64_t unix_now() {
    class clock final : public actor {
     public:
      std::int64_t on(tell_time) {
        return std::chrono::duration_cast<std::chrono::seconds>(wall_now().time_since_epoch())
            .count();
      }
    };
    return server.ask(server.world().system().spawn<clock>(), tell_time{});
  }

  /// The id that the answer to its connect gave it.
  static std::string id_of(const client& who) {
    return text_after(who.heard->texts.at(0), "client");
  }
  /// The text between `"key":"` and the next quote.
  static std::string text_after(const std::string& json, const std::string& key) {
    const auto at = json.find("\"" + key + "\":\"");
    if (at == std::string::npos) return "";
    const auto begin = at + key.size() + 4;
    return json.substr(begin, json.find('"', begin) - begin);
  }
  /// What publications carried, in the order heard: the digits behind "data":.
  static std::vector<std::uint64_t> numbers_heard(const client& who, std::size_t from = 1) {
    std::vector<std::uint64_t> found;
    for (std::size_t i = from; i < who.heard->texts.size(); ++i) {
      const std::string& text = who.heard->texts[i];
      const auto at = text.find(R"("pub":{"data":)");
      if (at != std::string::npos) found.push_back(std::stoull(text.substr(at + 14)));
    }
    return found;
  }

 private:
  struct tell_time {
    using reply = std::int64_t;
  };

  const crypto::hmac_key key_;
  const std::string api_key_;

 public:
  simulated_server server;
};

}  // namespace troupe::sim
