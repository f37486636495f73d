#include "protocol/client/json_payloads.hpp"

#include <gtest/gtest.h>

namespace troupe::protocol {
namespace {

const std::string bytes = "1,\"forged\":2";

publication published(std::string data) {
  publication made;
  made.data = std::move(data);
  return made;
}

TEST(json_payloads, a_message_without_payloads_can_be_said) {
  EXPECT_TRUE(holds_only_json(reply{}));
  EXPECT_TRUE(holds_only_json(reply{1, publish_result{}}));
  EXPECT_TRUE(holds_only_json(reply{1, error(errors::internal)}));
  EXPECT_TRUE(holds_only_json(push{"c", unsubscribe_push{2500, bytes}}));
}

TEST(json_payloads, json_can_be_said_wherever_it_stands) {
  publication full = published(R"({"n":1})");
  full.info = client_info{"u", "c", "[1]", "\"x\""};
  EXPECT_TRUE(holds_only_json(full));
  EXPECT_TRUE(holds_only_json(reply{1, history_result{{full, published("")}, "e", 2}}));
}

TEST(json_payloads, what_is_no_json_is_found_in_every_place_that_holds_a_payload) {
  EXPECT_FALSE(holds_only_json(published(bytes)));
  publication informed = published("1");
  informed.info = client_info{"u", "c", bytes, ""};
  EXPECT_FALSE(holds_only_json(informed));
  informed.info = client_info{"u", "c", "", bytes};
  EXPECT_FALSE(holds_only_json(informed));

  EXPECT_FALSE(holds_only_json(push{"c", published(bytes)}));
  EXPECT_FALSE(holds_only_json(push{"c", join_push{{"u", "c", bytes, ""}}}));
  EXPECT_FALSE(holds_only_json(push{"c", leave_push{{"u", "c", bytes, ""}}}));
  EXPECT_FALSE(holds_only_json(push{"c", message_push{bytes}}));
  EXPECT_FALSE(holds_only_json(push{"c", subscribe_push{false, "", 0, false, bytes}}));

  EXPECT_FALSE(holds_only_json(reply{1, push{"c", published(bytes)}}));
  EXPECT_FALSE(holds_only_json(reply{1, rpc_result{bytes}}));
  EXPECT_FALSE(
      holds_only_json(reply{1, history_result{{published("1"), published(bytes)}, "", 0}}));
  EXPECT_FALSE(holds_only_json(reply{1, presence_result{{{"c", {"u", "c", "", bytes}}}}}));
  subscribe_result subscribed;
  subscribed.publications = {published(bytes)};
  EXPECT_FALSE(holds_only_json(reply{1, subscribed}));
  connect_result connected;
  connected.subs["news"] = subscribed;
  EXPECT_FALSE(holds_only_json(reply{1, connected}));
  EXPECT_FALSE(holds_only_json(push{"", connect_push{connected}}));
  connected.subs.clear();
  connected.data = bytes;
  EXPECT_FALSE(holds_only_json(reply{1, connected}));
}

}  // namespace
}  // namespace troupe::protocol
