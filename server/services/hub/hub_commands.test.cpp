// The hub and the rules of the protocol: order, frames, errors, breaches, liveness.
#include <algorithm>
#include <chrono>
#include <string>

#include <gtest/gtest.h>

#include "tests/sim/hub_fixture.hpp"

namespace troupe::hub {
namespace {

using namespace std::chrono_literals;

class hub_commands : public hub {};

INSTANTIATE_TEST_SUITE_P(seeds, hub_commands, testing::Range<std::uint64_t>(1, 21));

TEST_P(hub_commands, commands_are_answered_in_their_order) {
  auto ada = connect("ada", 0);
  const auto all = ask(ada, subscribe_to("chat:a", 2) + "\n" + publish(3, "1") + "\n" +
                                R"({"id":4,"history":{"channel":"chat:a"}})" + "\n" +
                                R"({"id":5,"unsubscribe":{"channel":"chat:a"}})" + "\n" +
                                R"({"id":6,"rpc":{"method":"x"}})");
  std::string order;
  for (const std::string& frame : all) {
    if (frame.starts_with(R"({"id":)")) order += frame[6];
  }
  EXPECT_EQ(order, "23456");
}

TEST_P(hub_commands, replies_of_one_turn_share_frames_of_at_most_sixteen) {
  auto ada = connect("ada", 0);
  const auto before = world.system().ask(ada, count_frames{}, 1s).value();
  std::string commands;
  for (int id = 2; id < 22; ++id) {
    commands += (commands.empty() ? "" : "\n") + std::string(R"({"id":)") + std::to_string(id) +
                R"(,"rpc":{"method":"x"}})";
  }
  EXPECT_EQ(ask(ada, commands).size(), 20U);
  EXPECT_EQ(world.system().ask(ada, count_frames{}, 1s).value() - before, 2U);
}

TEST_P(hub_commands, errors_have_the_numbers_of_the_protocol) {
  auto ada = connect("ada", 0);
  const auto error = [&](const std::string& command) {
    const auto answer = ask(ada, command);
    if (answer.empty()) return std::string("nothing");
    const auto at = answer[0].find(R"("error":{"code":)");
    return at == std::string::npos ? "no error" : answer[0].substr(at + 16, 3);
  };
  EXPECT_EQ(error(subscribe_to("nowhere:x")), "102");
  EXPECT_EQ(error(subscribe_to("without.namespace")), "103");
  EXPECT_EQ(error(subscribe_to("$chat:secret")), "103");
  EXPECT_EQ(error(subscribe_to("chat:x#bob")), "103");
  EXPECT_EQ(error(subscribe_to("chat:x#ada,bob")), "no error");
  EXPECT_EQ(error(subscribe_to("chat:x#ada,bob")), "105");
  EXPECT_EQ(error(subscribe_to(std::string(256, 'x'))), "107");
  EXPECT_EQ(error(R"({"id":2,"subscribe":{"channel":"chat:m","type":1}})"), "108");
  EXPECT_EQ(error(publish(2, "1", "plain:x")), "103") << "only for subscribers";
  EXPECT_EQ(error(subscribe_to("plain:x")), "no error");
  const auto published = ask(ada, publish(2, "1", "plain:x"));
  EXPECT_EQ(std::ranges::count(published, R"({"id":2,"publish":{}})"), 1);
}

TEST_P(hub_commands, breaches_of_the_protocol_disconnect_with_its_codes) {
  const auto after = [&](const std::string& frame) {
    auto one = connect("ada");
    ask(one, frame);
    return code(one);
  };
  EXPECT_EQ(after("{"), 3501);
  EXPECT_EQ(after(""), 3501);
  EXPECT_EQ(after(R"({"id":2})"), 3501);
  EXPECT_EQ(after(R"({"connect":{}})"), 3501);
  EXPECT_EQ(after(R"({"id":2,"connect":{}})"), 3501) << "a second connect";
  EXPECT_EQ(after(R"({"id":2,"subscribe":{}})"), 3501) << "no channel";
  EXPECT_EQ(after("{}"), 3501) << "a pong that nobody asked for";
  EXPECT_EQ(after(R"({"send":{"data":1}})"), 3508);
}

TEST_P(hub_commands, who_does_not_connect_in_time_is_stale) {
  auto one = world.system().spawn<frame_client>(temporary{{.worker = 0}}, std::cref(shared), root,
                                                0U, wire_format::websocket_json);
  world.run_for(9s);
  EXPECT_EQ(code(one), 0);
  world.run_for(1s);
  EXPECT_EQ(code(one), 3502);
}

TEST_P(hub_commands, pings_want_their_pongs) {
  configuration.client.ping_interval = 25s;
  auto good = connect("ada", 0);
  auto silent = connect("bob", 1);
  for (int i = 0; i < 60 && code(silent) == 0; ++i) {
    for (const auto& frame : frames(good)) {
      if (frame == "{}") good.tell(say{"{}"});
    }
    world.run_for(1s);
  }
  EXPECT_EQ(code(silent), 3012);
  EXPECT_EQ(code(good), 0);
}

}  // namespace
}  // namespace troupe::hub
