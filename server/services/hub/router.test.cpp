// The router and the orders it hands to connections, on the simulator.
#include "services/hub/router.hpp"

#include <gtest/gtest.h>

#include <troupe/sim.hpp>

#include "adapters/memory/history.hpp"
#include "core/memory_log.hpp"
#include "services/hub/client.hpp"
#include "services/hub/hub_supervisor.hpp"

namespace troupe::hub {
namespace {

using namespace std::chrono_literals;

/// Handles nothing more for a second.
struct nap {};
struct how_it_ended {
  using reply = std::uint16_t;  // 0: it has not
};

class napping_client final : public client {
 public:
  napping_client(const context& shared, ref<hub_supervisor> hub)
      : client(shared, std::move(hub), 0, wire_format::websocket_json) {}

  using client::on;
  task<> on(nap) { co_await sleep(1s); }
  std::uint16_t on(how_it_ended) { return code_; }

 private:
  void transmit(core::shared_bytes) override {}
  void close_transport(protocol::disconnect_code why) override { code_ = why.code; }
  void line_is_empty() override {}

  std::uint16_t code_ = 0;
};

class a_router : public testing::Test {
 protected:
  a_router() {
    world.settle();
    routing = world.system().ask(root, find_directory{}, 1s).value().routing;
  }
  ref<napping_client> enter_as(const std::string& user, const std::string& id,
                               std::uint32_t mailbox_capacity) {
    auto made = world.system().spawn<napping_client>(
        temporary{{.mailbox_capacity = mailbox_capacity, .worker = 0}}, std::cref(shared), root);
    EXPECT_TRUE(world.system()
                    .ask(routing, enter{{made, core::client_id(id), core::user_id(user), ""}}, 1s)
                    .has_value());
    world.run_for(10ms);
    return made;
  }
  routing_decision disconnect(const std::string& user, std::uint16_t code) {
    return world.system()
        .ask(routing, route{{.user = user}, {}, end_client{code, "because"}}, 1s)
        .value();
  }
  std::uint16_t code(const ref<napping_client>& of) {
    return world.system().ask(of, how_it_ended{}, 5s).value();
  }

  core::configuration configuration;
  core::live_configuration live{configuration};
  memory::history history{1};
  crypto::hmac_key keys{""};
  core::counters counters;
  core::memory_log log;
  context shared{live,  history,
                 keys,  counters,
                 log,   [](wire_format, std::string_view) { return core::shared_bytes{}; },
                 "test"};
  sim::simulation world{1};
  ref<hub_supervisor> root = world.system().spawn<hub_supervisor>(std::cref(shared), 1U);
  ref<router> routing;
};

using ids = std::vector<core::client_id>;

TEST_F(a_router, says_to_whom_an_order_was_handed) {
  const auto laptop = enter_as("ada", "a1", 100);
  const auto phone = enter_as("ada", "a2", 100);
  const auto bob = enter_as("bob", "b1", 100);
  const routing_decision decision = disconnect("ada", 4000);
  EXPECT_EQ(decision.delivered_to, (ids{core::client_id("a1"), core::client_id("a2")}));
  EXPECT_TRUE(decision.queued.empty());
  EXPECT_TRUE(disconnect("carol", 4000).delivered_to.empty());
  EXPECT_EQ(code(laptop), 4000);
  EXPECT_EQ(code(phone), 4000);
  EXPECT_EQ(code(bob), 0);
}

TEST_F(a_router, tells_who_is_connected) {
  const auto laptop = enter_as("ada", "a1", 100);
  enter_as("bob", "b1", 100);
  const auto found = world.system().ask(routing, find_connections{{.user = "ada"}}, 1s).value();
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].id, core::client_id("a1"));
  EXPECT_EQ(found[0].user, core::user_id("ada"));
  EXPECT_EQ(found[0].who.id(), laptop.id());
}

TEST_F(a_router, keeps_an_order_until_there_is_room_for_it) {
  const auto ada = enter_as("ada", "a1", 2);
  ada.tell(nap{});
  world.run_for(1ms);  // it naps, and its mailbox fills
  ASSERT_EQ(ada.tell(nap{}), tell_status::accepted);
  while (ada.tell(nap{}) == tell_status::accepted) {
  }
  const routing_decision first = disconnect("ada", 4001);
  EXPECT_TRUE(first.delivered_to.empty());
  EXPECT_EQ(first.queued, ids{core::client_id("a1")});
  EXPECT_EQ(disconnect("ada", 4002).queued, ids{core::client_id("a1")})
      << "it stands behind the first";
  world.run_for(5s);
  EXPECT_EQ(code(ada), 4001) << "the first order is the one that came first";
}

TEST_F(a_router, stops_a_connection_that_lets_too_many_orders_wait) {
  const auto ada = enter_as("ada", "a1", 1);
  ada.tell(nap{});
  world.run_for(1ms);
  while (ada.tell(nap{}) == tell_status::accepted) {
  }
  for (std::size_t i = 0; i < router::orders_kept_max; ++i) {
    ASSERT_EQ(disconnect("ada", 4001).queued.size(), 1U);
  }
  EXPECT_TRUE(disconnect("ada", 4001).queued.empty());
  world.run_for(1s);
  EXPECT_FALSE(world.system().ask(ada, how_it_ended{}, 1s).has_value()) << "it is gone";
  EXPECT_EQ(world.system().ask(routing, count_clients{}, 1s).value().clients, 0U);
}

TEST_F(a_router, forgets_a_connection_that_is_gone) {
  const auto ada = enter_as("ada", "a1", 100);
  ada.stop();
  world.run_for(10ms);
  EXPECT_TRUE(disconnect("ada", 4000).delivered_to.empty());
  EXPECT_EQ(world.system().ask(routing, count_clients{}, 1s).value().users, 0U);
}

}  // namespace
}  // namespace troupe::hub
