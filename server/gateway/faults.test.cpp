// What one failure does to the rest: nothing. On the simulator, with faults put in by hand.

#include <stdexcept>

#include <gtest/gtest.h>

#include "tests/sim/simulated_server.hpp"

namespace troupe::gateway {
namespace {

using namespace std::chrono_literals;
using sim::simulated_server;
using sim::text_frame;
using sim::upgrade_request;

/// A stream whose reads throw once `broken` is set, also after it has been handed over.
class faulty_stream final : public io::byte_stream {
 public:
  faulty_stream(std::unique_ptr<io::byte_stream> inner, const bool& broken)
      : inner_(std::move(inner)), broken_(broken) {}

  static io::pending_stream around(io::pending_stream inner, const bool& broken) {
    class faulty_source final : public io::pending_stream::source {
     public:
      faulty_source(io::pending_stream inner, const bool& broken)
          : inner_(std::move(inner)), broken_(broken) {}
      std::unique_ptr<io::byte_stream> open(const io::notice_target& owner) override {
        return std::make_unique<faulty_stream>(std::move(inner_).open(owner), broken_);
      }

     private:
      io::pending_stream inner_;
      const bool& broken_;
    };
    return io::pending_stream(std::make_unique<faulty_source>(std::move(inner), broken));
  }

  std::expected<std::size_t, io::error> read_some(io::read_buffer into) override {
    if (broken_) throw std::runtime_error("a fault in a stream");
    return inner_->read_some(into);
  }
  std::expected<std::size_t, io::error> write_some(
      std::span<const io::write_buffer> from) override {
    return inner_->write_some(from);
  }
  void notify_readable() override { inner_->notify_readable(); }
  void notify_writable() override { inner_->notify_writable(); }
  void close_write() override { inner_->close_write(); }
  const io::endpoint& peer() const noexcept override { return inner_->peer(); }
  io::pending_stream release() override { return around(inner_->release(), broken_); }

 private:
  std::unique_ptr<io::byte_stream> inner_;
  const bool& broken_;
};

TEST(faults, one_connection_that_fails_disturbs_no_other) {
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    simulated_server server(seed);
    std::vector<simulated_server::client> others;
    for (int i = 0; i < 5; ++i) others.push_back(server.connect_to_hub("chat:room"));

    bool broken = false;
    auto [outside, inside] = server.world().make_stream_pair();
    server.parts.connections.tell(
        arrival{.stream = faulty_stream::around(std::move(inside), broken),
                .peer = {},
                .offered = exposure::everything,
                .worker = 0,
                .socket = *server.sockets.try_enter()});
    const auto victim = server.client_on(
        std::move(outside), upgrade_request() + text_frame(R"({"id":1,"connect":{}})"));
    simulated_server::subscribe(victim, "chat:room");
    server.world().run_for(1s);
    ASSERT_TRUE(victim.heard->heard(R"("subscribe":{)")) << "seed " << seed;

    broken = true;
    victim.command(R"({"id":3,"publish":{"channel":"chat:room","data":"never"}})");
    server.world().run_for(1s);
    EXPECT_TRUE(victim.heard->ended) << "seed " << seed;
    const auto connections = server.statistics_of("gateway::websocket_connection");
    EXPECT_EQ(connections.failed, 1U);
    EXPECT_EQ(connections.alive(), 5U);
    EXPECT_EQ(connections.restarts, 0U);
    EXPECT_EQ(server.clients.taken(), 5U) << "its place is free again";

    others[0].command(R"({"id":3,"publish":{"channel":"chat:room","data":"after"}})");
    server.world().run_for(1s);
    for (const auto& each : others) {
      EXPECT_EQ(each.heard->count(R"("data":"after")"), 1U) << "seed " << seed;
      EXPECT_EQ(each.heard->count(R"("leave":{)"), 1U) << "presence has noticed";
      EXPECT_FALSE(each.heard->close_code);
    }
    for (const std::string_view type : {"gateway::connection_supervisor", "hub::router",
                                        "hub::fanout", "hub::channel", "gateway::server_actor"}) {
      EXPECT_EQ(server.statistics_of(type).failed + server.statistics_of(type).restarts, 0U)
          << type;
    }
  }
}

TEST(faults, an_http_connection_that_fails_is_gone_and_nothing_else) {
  simulated_server server(1);
  bool broken = true;
  auto [outside, inside] = server.world().make_stream_pair();
  server.parts.connections.tell(arrival{.stream = faulty_stream::around(std::move(inside), broken),
                                        .peer = {},
                                        .offered = exposure::everything,
                                        .worker = 0,
                                        .socket = *server.sockets.try_enter()});
  const auto victim = server.client_on(std::move(outside), upgrade_request());
  const auto other = server.connect(upgrade_request());
  server.world().run_for(1s);
  EXPECT_TRUE(victim.heard->ended);
  EXPECT_TRUE(other.heard->is_websocket());
  EXPECT_EQ(server.statistics_of("gateway::http_connection").failed, 1U);
  EXPECT_EQ(server.sockets.taken(), 1U);
}

/// Throws in append while `broken` is set.
class faulty_history final : public ports::history {
 public:
  faulty_history(ports::history& inner, const bool& broken) : inner_(inner), broken_(broken) {}
  task<std::expected<ports::append_result, ports::history_errc>> append(
      core::channel_name channel, protocol::publication publication, ports::history_limits limits,
      ports::append_conditions conditions, time_point now) override {
    if (broken_) throw std::runtime_error("a fault in a store");
    return inner_.append(std::move(channel), std::move(publication), limits, std::move(conditions),
                         now);
  }
  task<std::expected<ports::history_page, ports::history_errc>> read(core::channel_name channel,
                                                                     ports::history_filter filter,
                                                                     ports::history_limits limits,
                                                                     time_point now) override {
    return inner_.read(std::move(channel), filter, limits, now);
  }
  task<std::expected<void, ports::history_errc>> remove(core::channel_name channel,
                                                        time_point now) override {
    return inner_.remove(std::move(channel), now);
  }
  void sweep(time_point now) override { inner_.sweep(now); }

 private:
  ports::history& inner_;
  const bool& broken_;
};

TEST(faults, a_channel_that_fails_is_restarted_as_often_as_its_limit_says_and_then_ended) {
  bool broken = false;
  simulated_server::options with;
  with.history = [&broken](ports::history& inner) {
    return std::make_unique<faulty_history>(inner, broken);
  };
  simulated_server server(1, std::move(with));
  const auto ada = server.connect_to_hub("chat:room");
  const auto bob = server.connect_to_hub("chat:other");
  server.world().run_for(1s);

  const auto publish = [&](int id) {
    ada.command(R"({"id":)" + std::to_string(id) +
                R"(,"publish":{"channel":"chat:room","data":1}})");
    server.world().run_for(2s);
    return ada.heard->heard(R"({"id":)" + std::to_string(id) + R"(,"error":{"code":100,)");
  };
  broken = true;
  for (int attempt = 0; attempt < static_cast<int>(hub::router::channel_restarts_max); ++attempt) {
    EXPECT_TRUE(publish(10 + attempt)) << attempt;
    EXPECT_EQ(server.statistics_of("hub::channel").restarts,
              static_cast<std::uint64_t>(attempt) + 1);
    EXPECT_FALSE(ada.heard->heard(R"("unsubscribe":)")) << "a restart is not noticed";
  }
  publish(50);
  EXPECT_EQ(server.statistics_of("hub::channel").restarts, hub::router::channel_restarts_max);
  EXPECT_EQ(server.statistics_of("hub::channel").failed, 1U);
  EXPECT_TRUE(ada.heard->heard(R"("unsubscribe":{"code":2500,)"));
  EXPECT_FALSE(ada.heard->close_code);
  EXPECT_FALSE(bob.heard->heard(R"("unsubscribe":)")) << "another channel is another actor";

  broken = false;
  simulated_server::subscribe(ada, "chat:room");
  ada.command(R"({"id":60,"publish":{"channel":"chat:room","data":"again"}})");
  server.world().run_for(1s);
  EXPECT_TRUE(ada.heard->heard(R"("data":"again")"));
}

}  // namespace
}  // namespace troupe::gateway
