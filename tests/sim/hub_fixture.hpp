// hub_fixture.hpp — for tests: the hub as its clients see it, on the simulator, with the embedded
// history. What clients say and hear is JSON; the transport is a list of frames.
#pragma once

#include <algorithm>
#include <chrono>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include <troupe/sim.hpp>

#include "adapters/memory/history.hpp"
#include "core/memory_log.hpp"
#include "crypto/jwt.hpp"
#include "services/hub/client.hpp"
#include "services/hub/hub_supervisor.hpp"
#include "services/hub/server_api.hpp"

namespace troupe::hub {

inline const std::string secret = "0123456789abcdef0123456789abcdef";

struct say {
  std::string frame;
};
struct heard {
  using reply = std::vector<std::string>;  // since the last time it was asked
};
struct closed_with {
  using reply = std::uint16_t;  // 0: not closed
};
struct count_frames {
  using reply = std::size_t;  // since the beginning
};
struct fail_now {};

class frame_client final : public client {
 public:
  frame_client(const context& shared, ref<hub_supervisor> hub, std::uint32_t worker,
               wire_format format)
      : client(shared, std::move(hub), worker, format) {}

  using client::on;
  void on(say m) { receive(m.frame); }
  std::vector<std::string> on(heard) { return std::exchange(frames_, {}); }
  std::uint16_t on(closed_with) { return code_; }
  std::size_t on(count_frames) { return transmitted_; }
  void on(fail_now) { throw std::runtime_error("on purpose"); }
  void turn_ended() { flush_replies(); }

 private:
  void transmit(core::shared_bytes frame) override {
    ++transmitted_;
    std::string_view rest = frame.view();
    while (!rest.empty()) {
      const std::string_view line = rest.substr(0, rest.find('\n'));
      frames_.emplace_back(line);
      rest.remove_prefix(std::min(line.size() + 1, rest.size()));
    }
  }
  void close_transport(protocol::disconnect_code why) override { code_ = why.code; }
  void line_is_empty() override {}

  std::vector<std::string> frames_;  // the messages in them
  std::size_t transmitted_ = 0;
  std::uint16_t code_ = 0;
};

/// A history that fails on demand, through the port that production uses.
class failing_history final : public ports::history {
 public:
  explicit failing_history(ports::history& real) : real_(real) {}
  task<std::expected<ports::append_result, ports::history_errc>> append(
      core::channel_name channel, protocol::publication publication, ports::history_limits limits,
      ports::append_conditions conditions, time_point now) override {
    if (throws) throw std::runtime_error("the store is broken");
    if (unavailable) co_return std::unexpected(ports::history_errc::unavailable);
    co_return co_await real_.append(std::move(channel), std::move(publication), limits,
                                    std::move(conditions), now);
  }
  task<std::expected<ports::history_page, ports::history_errc>> read(core::channel_name channel,
                                                                     ports::history_filter filter,
                                                                     ports::history_limits limits,
                                                                     time_point now) override {
    return real_.read(std::move(channel), filter, limits, now);
  }
  task<std::expected<void, ports::history_errc>> remove(core::channel_name channel,
                                                        time_point now) override {
    return real_.remove(std::move(channel), now);
  }
  void sweep(time_point now) override { real_.sweep(now); }

  bool throws = false;
  bool unavailable = false;

 private:
  ports::history& real_;
};

/// Bare on a WebSocket, else behind a mark that tells the format.
inline core::shared_bytes frame(wire_format format, std::string_view messages) {
  using enum wire_format;
  const std::string_view mark = format == websocket_json     ? ""
                                : format == http_stream_json ? "http_stream "
                                                             : "sse ";
  return core::shared_bytes::joined({mark, messages});
}

struct call_api {
  using reply = std::string;
  std::string method;
  std::string body;
};
class api_caller final : public actor {
 public:
  api_caller(const context& shared, ref<hub_supervisor> hub)
      : api_(shared, hub, {.name = "test", .uptime = std::chrono::seconds(5)}) {}
  task<std::string> on(call_api m) {
    co_return (co_await api_.call(std::move(m.method), std::move(m.body))).json;
  }

 private:
  server_api api_;
};

class hub : public testing::TestWithParam<std::uint64_t> {
 protected:
  hub() {
    core::channel_options chat;
    chat.presence = true;
    chat.join_leave = true;
    chat.force_push_join_leave = true;
    chat.history_size = 5;
    chat.history_ttl = std::chrono::hours(1);
    chat.history_meta_ttl = std::chrono::hours(24);
    chat.force_recovery = true;
    chat.allow_subscribe_for_client = true;
    chat.allow_user_limited_channels = true;
    chat.allow_publish_for_client = true;
    chat.allow_history_for_client = true;
    chat.allow_presence_for_client = true;
    configuration.channel.namespaces.push_back({"chat", chat});
    core::channel_options plain;
    plain.allow_subscribe_for_client = true;
    plain.allow_publish_for_subscriber = true;
    configuration.channel.namespaces.push_back({"plain", plain});
    configuration.client.channel_limit = 3;
    configuration.client.ping_interval = std::chrono::milliseconds(0);
  }

  ref<frame_client> connect(const std::string& user, std::uint32_t worker = 0,
                            wire_format format = wire_format::websocket_json) {
    auto one = world.system().spawn<frame_client>(temporary{{.worker = worker}}, std::cref(shared),
                                                  root, worker, format);
    crypto::connection_claims claims;
    claims.subject = user;
    const auto token = crypto::sign_token(crypto::write_claims(claims), keys);
    one.tell(say{R"({"id":1,"connect":{"token":")" + token + R"("}})"});
    const auto answer = frames(one);
    EXPECT_EQ(answer.size(), 1U);
    EXPECT_NE(
        answer.empty() ? std::string::npos : answer[0].find(R"({"id":1,"connect":{"client":)"),
        std::string::npos);
    return one;
  }
  std::vector<std::string> frames(const ref<frame_client>& of) {
    world.run_for(std::chrono::milliseconds(100));
    return world.system().ask(of, heard{}, std::chrono::seconds(1)).value();
  }
  std::vector<std::string> ask(const ref<frame_client>& one, const std::string& command) {
    one.tell(say{command});
    return frames(one);
  }
  std::uint16_t code(const ref<frame_client>& of) {
    world.run_for(std::chrono::milliseconds(100));
    return world.system().ask(of, closed_with{}, std::chrono::seconds(1)).value();
  }
  std::string api(const std::string& method, const std::string& body) {
    return world.system().ask(caller, call_api{method, body}, std::chrono::seconds(10)).value();
  }
  static std::string publish(int id, const std::string& data, const std::string& to = "chat:a") {
    return R"({"id":)" + std::to_string(id) + R"(,"publish":{"channel":")" + to + R"(","data":)" +
           data + "}}";
  }
  static std::string subscribe_to(const std::string& channel, int id = 2) {
    return R"({"id":)" + std::to_string(id) + R"(,"subscribe":{"channel":")" + channel + R"("}})";
  }
  /// The text between `key":"` and the next quote.
  static std::string text_after(const std::string& json, const std::string& key) {
    const auto begin = json.find(key + "\":\"") + key.size() + 3;
    return json.substr(begin, json.find('"', begin) - begin);
  }
  /// How often each payload {"n":…} was heard, in order.
  static std::vector<std::string> payloads(const std::vector<std::string>& frames) {
    std::vector<std::string> found;
    for (const std::string& frame : frames) {
      if (const auto at = frame.find(R"("data":)"); at != std::string::npos) {
        found.push_back(frame.substr(at + 7, frame.find_first_of(",}", at) - at - 7));
      }
    }
    return found;
  }
  type_statistics figures_of(std::string_view type) {
    for (const auto& each : world.system().statistics()) {
      if (each.actor_type == type) return each;
    }
    return {};
  }

  core::configuration configuration;
  core::live_configuration live{configuration};
  memory::history store{GetParam()};
  failing_history history{store};
  crypto::hmac_key keys{secret};
  core::counters counters;
  core::memory_log log;
  context shared{live, history, keys, counters, log, &frame, "test"};
  sim::simulation world{GetParam()};
  ref<hub_supervisor> root = world.system().spawn<hub_supervisor>(std::cref(shared), 2U);
  ref<api_caller> caller = world.system().spawn<api_caller>(std::cref(shared), root);
};

}  // namespace troupe::hub
