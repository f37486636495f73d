// What a channel does for its subscribers: deltas, tags, versions, recovery, positions.
#include <chrono>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "protocol/fossil/delta.hpp"
#include "protocol/json_text.hpp"
#include "tests/conformance/ports/history_caller.hpp"
#include "tests/sim/hub_fixture.hpp"

namespace troupe::hub {
namespace {

using namespace std::chrono_literals;

class channels : public hub {
 protected:
  channels() {
    core::channel_options base;
    base.history_size = 100;
    base.history_ttl = 1h;
    base.history_meta_ttl = 24h;
    base.force_recovery = true;
    base.allow_subscribe_for_client = true;
    base.allow_publish_for_client = true;
    core::channel_options delta = base;
    delta.allowed_delta_types = {"fossil"};
    configuration.channel.namespaces.push_back({"flagged", delta});
    delta.delta_publish = true;
    configuration.channel.namespaces.push_back({"delta", delta});
    core::channel_options tagged = base;
    tagged.allow_tags_filter = true;
    tagged.allowed_delta_types = {"fossil"};
    configuration.channel.namespaces.push_back({"tagged", tagged});
    core::channel_options cache = base;
    cache.force_recovery_mode = "cache";
    configuration.channel.namespaces.push_back({"cache", cache});
    configuration.channel.namespaces.push_back({"kept", base});
  }

  static std::string subscribe(const std::string& channel, const std::string& more) {
    return R"({"id":2,"subscribe":{"channel":")" + channel + R"(",)" + more + "}}";
  }
  static std::string subscribe_with_deltas(const std::string& channel,
                                           const std::string& more = "") {
    return subscribe(channel, R"("delta":"fossil")" + more);
  }
  std::string recover_from(const std::string& epoch, int offset, const std::string& more = "") {
    return R"("recover":true,"epoch":")" + epoch + R"(","offset":)" + std::to_string(offset) + more;
  }
  /// A publication in the stream that no subscriber is told of.
  void put_behind_the_channel(const std::string& channel) {
    const auto writer =
        world.system().spawn<conformance::history_caller>(std::ref<ports::history>(store));
    protocol::publication lost;
    lost.data = "0";
    ASSERT_TRUE(world.system().ask(
        writer,
        conformance::append_history{
            core::channel_name(channel), lost, {.size = 100, .ttl = 1h, .meta_ttl = 24h}, {}, {}},
        1s));
  }
  /// A payload of which little changes.
  static std::string score(int minute) {
    return R"({"match":"Ajax - Feyenoord","score":[0,0],"cards":["yellow","red"],"minute":)" +
           std::to_string(minute) + "}";
  }
  std::string publish_score(const std::string& channel, int minute, const std::string& more = "") {
    return api("publish",
               R"({"channel":")" + channel + R"(","data":)" + score(minute) + more + "}");
  }
  static std::string json_string(const std::string& text) {
    std::string json;
    protocol::append_json_string(json, text);
    return json;
  }
  static std::string whole(int minute) { return R"({"data":)" + json_string(score(minute)) + ","; }
  static std::string patch(int before, int minute) {
    return R"({"data":)" +
           json_string(protocol::fossil::create_delta(score(before), score(minute))) + ",";
  }
  static bool is_whole(const std::string& frame, int minute) {
    return frame.contains(whole(minute)) && !frame.contains(R"("delta":true)");
  }
  static bool is_patch(const std::string& frame, int before, int minute) {
    return frame.contains(patch(before, minute)) && frame.contains(R"("delta":true)");
  }
};

INSTANTIATE_TEST_SUITE_P(seeds, channels, testing::Range<std::uint64_t>(1, 6));

// ---- deltas ------------------------------------------------------------------------------------

TEST_P(channels, a_subscriber_with_deltas_gets_the_first_whole_and_then_patches) {
  auto ada = connect("ada", 0);
  auto bob = connect("bob", 1);
  EXPECT_TRUE(ask(ada, subscribe_with_deltas("delta:x"))[0].contains(R"("delta":true)"));
  EXPECT_FALSE(ask(bob, subscribe_to("delta:x"))[0].contains("delta"));
  for (int minute = 1; minute <= 3; ++minute) publish_score("delta:x", minute);
  const auto to_ada = frames(ada);
  ASSERT_EQ(to_ada.size(), 3U);
  EXPECT_TRUE(is_whole(to_ada[0], 1)) << to_ada[0];
  EXPECT_TRUE(is_patch(to_ada[1], 1, 2)) << to_ada[1];
  EXPECT_TRUE(is_patch(to_ada[2], 2, 3)) << to_ada[2];
  const auto to_bob = frames(bob);
  ASSERT_EQ(to_bob.size(), 3U);
  EXPECT_TRUE(to_bob[2].contains(R"("data":)" + score(3))) << "as it is, without deltas";
}

TEST_P(channels, who_comes_later_gets_the_first_whole_while_others_get_patches) {
  auto ada = connect("ada", 0);
  auto bob = connect("bob", 0);
  ask(ada, subscribe_with_deltas("delta:x"));
  publish_score("delta:x", 1);
  ask(bob, subscribe_with_deltas("delta:x"));
  publish_score("delta:x", 2);
  publish_score("delta:x", 3);
  const auto to_ada = frames(ada);
  ASSERT_EQ(to_ada.size(), 3U);
  EXPECT_TRUE(is_patch(to_ada[1], 1, 2)) << to_ada[1];
  const auto to_bob = frames(bob);
  ASSERT_EQ(to_bob.size(), 2U);
  EXPECT_TRUE(is_whole(to_bob[0], 2)) << to_bob[0];
  EXPECT_TRUE(is_patch(to_bob[1], 2, 3)) << to_bob[1];
}

TEST_P(channels, a_patch_that_is_not_shorter_is_not_used) {
  auto ada = connect("ada");
  ask(ada, subscribe_with_deltas("delta:x"));
  for (int n = 1; n <= 2; ++n) {
    api("publish", R"({"channel":"delta:x","data":{"n":)" + std::to_string(n) + "}}");
  }
  const auto heard_all = frames(ada);
  ASSERT_EQ(heard_all.size(), 2U);
  EXPECT_TRUE(heard_all[1].contains(R"({"data":"{\"n\":2}",)")) << heard_all[1];
  EXPECT_FALSE(heard_all[1].contains(R"("delta":true)"));
}

TEST_P(channels, only_publications_that_ask_for_it_go_out_as_patches) {
  auto ada = connect("ada");
  ask(ada, subscribe_with_deltas("flagged:x"));
  publish_score("flagged:x", 1);
  publish_score("flagged:x", 2);
  publish_score("flagged:x", 3, R"(,"delta":true)");
  const auto heard_all = frames(ada);
  ASSERT_EQ(heard_all.size(), 3U);
  EXPECT_TRUE(is_whole(heard_all[1], 2)) << heard_all[1];
  EXPECT_TRUE(is_patch(heard_all[2], 2, 3)) << heard_all[2];
}

TEST_P(channels, what_has_no_place_in_the_stream_is_whole_and_what_follows_is_a_patch_against_it) {
  auto ada = connect("ada");
  ask(ada, subscribe_with_deltas("delta:x"));
  publish_score("delta:x", 1);
  publish_score("delta:x", 2, R"(,"skip_history":true)");
  publish_score("delta:x", 3);
  const auto heard_all = frames(ada);
  ASSERT_EQ(heard_all.size(), 3U);
  EXPECT_TRUE(is_whole(heard_all[1], 2)) << heard_all[1];
  EXPECT_TRUE(is_patch(heard_all[2], 2, 3)) << "that is what the client saw last: " << heard_all[2];
}

TEST_P(channels, deltas_need_a_namespace_that_allows_them) {
  auto ada = connect("ada");
  EXPECT_FALSE(ask(ada, subscribe_with_deltas("kept:x"))[0].contains(R"("delta")"));
  publish_score("kept:x", 1);
  EXPECT_TRUE(frames(ada)[0].contains(R"("data":)" + score(1)));
}

TEST_P(channels, recovered_publications_are_a_whole_one_and_patches_and_the_next_is_a_patch) {
  auto ada = connect("ada", 0);
  auto stays = connect("bob", 1);
  const auto answer = ask(ada, subscribe_with_deltas("delta:x"));
  const std::string epoch = text_after(answer[0], "epoch");
  ask(stays, subscribe_to("delta:x"));
  publish_score("delta:x", 1);
  frames(ada);
  ask(ada, R"({"id":3,"unsubscribe":{"channel":"delta:x"}})");
  publish_score("delta:x", 2);
  publish_score("delta:x", 3);
  const auto again = ask(ada, subscribe_with_deltas("delta:x", "," + recover_from(epoch, 1)))[0];
  EXPECT_TRUE(again.contains(R"("recovered":true)")) << again;
  EXPECT_TRUE(again.contains(whole(2))) << again;
  EXPECT_TRUE(again.contains(patch(2, 3))) << again;
  publish_score("delta:x", 4);
  const auto live = frames(ada);
  ASSERT_EQ(live.size(), 1U);
  EXPECT_TRUE(is_patch(live[0], 3, 4)) << live[0];
}

TEST_P(channels, who_recovers_nothing_gets_the_next_one_whole) {
  // It may have brought a position alone, and nothing that a patch could be applied to.
  auto stays = connect("bob", 1);
  const std::string epoch = text_after(ask(stays, subscribe_to("delta:x"))[0], "epoch");
  publish_score("delta:x", 1);
  auto ada = connect("ada", 0);
  const auto answer = ask(ada, subscribe_with_deltas("delta:x", "," + recover_from(epoch, 1)))[0];
  EXPECT_TRUE(answer.contains(R"("recovered":true)")) << answer;
  publish_score("delta:x", 2);
  const auto live = frames(ada);
  ASSERT_EQ(live.size(), 1U);
  EXPECT_TRUE(is_whole(live[0], 2)) << live[0];
}

TEST_P(channels, a_channel_that_was_restarted_goes_on_with_a_whole_one) {
  auto ada = connect("ada");
  ask(ada, subscribe_with_deltas("delta:x"));
  publish_score("delta:x", 1);
  history.throws = true;
  publish_score("delta:x", 2);
  history.throws = false;
  world.run_for(10s);
  publish_score("delta:x", 3);
  publish_score("delta:x", 4);
  const auto heard_all = frames(ada);
  ASSERT_EQ(heard_all.size(), 3U);
  EXPECT_TRUE(is_whole(heard_all[1], 3)) << heard_all[1];
  EXPECT_TRUE(is_patch(heard_all[2], 3, 4)) << heard_all[2];
}

// ---- tags --------------------------------------------------------------------------------------

const std::string only_red = R"("tf":{"key":"team","cmp":"eq","val":"red"})";

TEST_P(channels, a_subscriber_with_a_filter_gets_what_matches_and_loses_no_position) {
  auto ada = connect("ada", 0);
  auto bob = connect("bob", 1);
  const std::string epoch = text_after(ask(ada, subscribe("tagged:x", only_red))[0], "epoch");
  ask(bob, subscribe_to("tagged:x"));
  for (int n = 1; n <= 6; ++n) {
    const std::string team = n % 3 == 0 ? "red" : "blue";
    api("publish", R"({"channel":"tagged:x","data":)" + std::to_string(n) + R"(,"tags":{"team":")" +
                       team + R"("}})");
  }
  api("publish", R"({"channel":"tagged:x","data":7})");
  EXPECT_EQ(payloads(frames(ada)), (std::vector<std::string>{"3", "6"}));
  EXPECT_EQ(payloads(frames(bob)).size(), 7U);

  ask(ada, R"({"id":3,"unsubscribe":{"channel":"tagged:x"}})");
  const auto again = ask(ada, subscribe("tagged:x", only_red + "," + recover_from(epoch, 3)))[0];
  EXPECT_TRUE(again.contains(R"("recovered":true)")) << again;
  EXPECT_TRUE(again.contains(R"("publications":[{"data":6,"offset":6)")) << again;
  EXPECT_FALSE(again.contains(R"("data":7)")) << again;
  api("publish", R"({"channel":"tagged:x","data":8,"tags":{"team":"red"}})");
  EXPECT_EQ(payloads(frames(ada)), std::vector<std::string>{"8"}) << "it was at 7, not at 6";
}

TEST_P(channels, a_filter_is_refused_where_it_is_not_allowed_or_makes_no_sense) {
  auto ada = connect("ada");
  for (const auto& command :
       {subscribe("kept:x", only_red), subscribe("tagged:x", R"("tf":{"key":"team","cmp":"is"})"),
        subscribe("tagged:x", R"("delta":"fossil",)" + only_red)}) {
    EXPECT_TRUE(ask(ada, command)[0].contains(R"("error":{"code":107)")) << command;
  }
}

// ---- what is not published again ---------------------------------------------------------------

TEST_P(channels, a_version_that_is_not_newer_is_not_published) {
  auto ada = connect("ada");
  ask(ada, subscribe_to("kept:x"));
  const auto publish_version = [this](int data, int version) {
    return api("publish", R"({"channel":"kept:x","data":)" + std::to_string(data) +
                              R"(,"version":)" + std::to_string(version) +
                              R"(,"version_epoch":"e"})");
  };
  const std::string first = publish_version(1, 5);
  EXPECT_EQ(publish_version(2, 4), first) << "the answer is the channel's position";
  EXPECT_EQ(publish_version(3, 5), first);
  EXPECT_NE(publish_version(4, 6), first);
  EXPECT_EQ(payloads(frames(ada)), (std::vector<std::string>{"1", "4"}));
}

TEST_P(channels, an_idempotency_key_holds_without_history_too) {
  auto ada = connect("ada");
  ask(ada, subscribe_to("kept:x"));
  for (const char* history : {"", R"(,"skip_history":true)"}) {
    for (int n = 1; n <= 2; ++n) {
      api("publish", R"({"channel":"kept:x","data":)" + std::to_string(n) +
                         R"(,"idempotency_key":"k")" + history + "}");
    }
  }
  EXPECT_EQ(payloads(frames(ada)), (std::vector<std::string>{"1", "1"}));
}

// ---- recovery ----------------------------------------------------------------------------------

TEST_P(channels, a_recovery_in_cache_mode_brings_only_the_newest) {
  auto ada = connect("ada");
  const std::string epoch = text_after(ask(ada, subscribe_to("cache:x"))[0], "epoch");
  for (int n = 1; n <= 3; ++n)
    api("publish", R"({"channel":"cache:x","data":)" + std::to_string(n) + "}");
  frames(ada);
  const auto resubscribe = [&](const std::string& at_epoch, int offset) {
    ask(ada, R"({"id":3,"unsubscribe":{"channel":"cache:x"}})");
    return ask(ada, subscribe("cache:x", recover_from(at_epoch, offset)))[0];
  };
  for (const auto& answer : {resubscribe(epoch, 1), resubscribe("_", 0), resubscribe("", 0)}) {
    EXPECT_TRUE(answer.contains(R"("publications":[{"data":3,"offset":3)")) << answer;
    EXPECT_TRUE(answer.contains(R"("recovered":true)")) << answer;
  }
  const auto up_to_date = resubscribe(epoch, 3);
  EXPECT_TRUE(up_to_date.contains(R"("recovered":true)")) << up_to_date;
  EXPECT_FALSE(up_to_date.contains("publications")) << up_to_date;
  api("publish", R"({"channel":"cache:x","data":4})");
  EXPECT_EQ(payloads(frames(ada)), std::vector<std::string>{"4"});
}

TEST_P(channels, the_position_that_nobody_has_is_not_recovered) {
  auto ada = connect("ada");
  const auto answer = ask(ada, subscribe("kept:x", recover_from("_", 0)))[0];
  EXPECT_TRUE(answer.contains(R"("was_recovering":true)")) << answer;
  EXPECT_FALSE(answer.contains(R"("recovered")")) << answer;
  const auto refused = ask(ada, subscribe("kept:y", recover_from("_", 0, R"(,"flag":2)")))[0];
  EXPECT_TRUE(refused.contains(R"("error":{"code":112)")) << refused;
}

TEST_P(channels, a_recovery_of_more_than_the_limit_is_none) {
  configuration.client.recovery_max_publication_limit = 3;
  auto ada = connect("ada");
  const std::string epoch = text_after(ask(ada, subscribe_to("kept:x"))[0], "epoch");
  for (int n = 1; n <= 4; ++n)
    api("publish", R"({"channel":"kept:x","data":)" + std::to_string(n) + "}");
  const auto recover = [&](int offset) {
    ask(ada, R"({"id":3,"unsubscribe":{"channel":"kept:x"}})");
    return ask(ada, subscribe("kept:x", recover_from(epoch, offset)))[0];
  };
  EXPECT_FALSE(recover(0).contains(R"("recovered")"));
  EXPECT_TRUE(recover(1).contains(R"("recovered":true)"));
}

// ---- positions ---------------------------------------------------------------------------------

TEST_P(channels, who_has_missed_something_hears_of_it_by_the_check_of_positions) {
  auto ada = connect("ada", 0);
  auto other = connect("bob", 1);
  ask(ada, subscribe_to("kept:x"));
  ask(other, subscribe_to("kept:y"));
  ask(other, publish(3, "1", "kept:y"));
  world.run_for(2 * configuration.client.channel_position_check_delay);
  EXPECT_TRUE(frames(ada).empty()) << "nothing was missed";
  EXPECT_TRUE(frames(other).empty());

  put_behind_the_channel("kept:x");
  world.run_for(configuration.client.channel_position_check_delay + 1s);
  const auto told = frames(ada);
  ASSERT_EQ(told.size(), 1U);
  EXPECT_TRUE(told[0].contains(R"({"push":{"channel":"kept:x","unsubscribe":{"code":2500)"))
      << told[0];
  EXPECT_TRUE(frames(other).empty());
}

TEST_P(channels, a_stream_that_begins_anew_is_a_loss_too) {
  auto ada = connect("ada");
  ask(ada, subscribe_to("kept:x"));
  api("publish", R"({"channel":"kept:x","data":1})");
  api("publish", R"({"channel":"kept:x","data":2})");
  EXPECT_EQ(frames(ada).size(), 2U);
  store.sweep(time_point::max());
  store.sweep(time_point::max());
  api("publish", R"({"channel":"kept:x","data":3})");  // offset 1 again, of another epoch
  const auto told = frames(ada);
  ASSERT_EQ(told.size(), 1U);
  EXPECT_TRUE(told[0].contains(R"("unsubscribe":{"code":2500)")) << told[0];
}

TEST_P(channels, a_client_may_ask_for_recovery_where_it_may_not_read_history) {
  core::channel_options asked = configuration.channel.namespaces.back().options;
  asked.force_recovery = false;
  configuration.channel.namespaces.push_back({"none", asked});
  asked.allow_recovery = true;
  configuration.channel.namespaces.push_back({"recovery", asked});
  asked.allow_recovery = false;
  asked.allow_positioning = true;
  configuration.channel.namespaces.push_back({"position", asked});
  auto ada = connect("ada");
  const std::string both = R"("positioned":true,"recoverable":true)";
  EXPECT_FALSE(ask(ada, subscribe("none:x", both))[0].contains("positioned"));
  const auto recoverable = ask(ada, subscribe("recovery:x", both))[0];
  EXPECT_TRUE(recoverable.contains(R"("recoverable":true)")) << recoverable;
  const auto positioned = ask(ada, subscribe("position:x", both))[0];
  EXPECT_TRUE(positioned.contains(R"("positioned":true)")) << positioned;
  EXPECT_FALSE(positioned.contains("recoverable")) << positioned;
}

}  // namespace
}  // namespace troupe::hub
