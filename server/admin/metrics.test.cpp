#include "admin/metrics.hpp"

#include <algorithm>
#include <chrono>
#include <functional>
#include <map>
#include <regex>
#include <sstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include <troupe/actor.hpp>

namespace troupe::admin {
namespace {

using namespace std::chrono_literals;

class metrics : public testing::Test {
 protected:
  std::string render() const {
    return render_metrics(
        {actors_, messages_, hub_, counters_, version_, wall_time(1'767'225'600'250ms)});
  }
  /// The samples by name and labels as they are written; every line has to be well formed.
  std::map<std::string, std::string> samples() const {
    const std::regex shape(R"re(([a-z_]+(?:\{(?:[a-z_]+="(?:[^"\\]|\\.)*",?)+\})?) (\S+))re");
    std::map<std::string, std::string> found;
    std::istringstream text(render());
    for (std::string line; std::getline(text, line);) {
      if (line.starts_with("# ")) continue;
      std::smatch parts;
      EXPECT_TRUE(std::regex_match(line, parts, shape)) << line;
      EXPECT_TRUE(found.emplace(parts[1], parts[2]).second) << "twice: " << line;
    }
    return found;
  }
  std::string value(const std::string& sample) const {
    const auto found = samples();
    const auto at = found.find(sample);
    return at == found.end() ? "absent" : at->second;
  }

  std::vector<type_statistics> actors_;
  std::vector<message_statistics> messages_;
  hub_figures hub_;
  core::counters counters_;
  std::string version_ = "0.1.0";
};

TEST_F(metrics, show_how_long_messages_take) {
  type_statistics channel;
  channel.actor_type = "hub::channel";
  actors_ = {channel};
  message_statistics publish;
  publish.actor_type = "hub::channel";
  publish.message = "hub::publish";
  publish.counts = {0, 3, 1};
  publish.total = std::chrono::microseconds(70);
  messages_ = {publish};
  const std::string labels = R"({actor_type="channel",message_type="publish")";
  const std::string name = "troupe_actor_message_duration_seconds";
  EXPECT_EQ(value(name + "_count" + labels + "}"), "4");
  EXPECT_EQ(value(name + "_bucket" + labels + R"(,le="1e-05"})"), "3");
  EXPECT_EQ(value(name + "_bucket" + labels + R"(,le="+Inf"})"), "4");
}

TEST_F(metrics, show_the_life_of_actors_by_type) {
  type_statistics channel;
  channel.actor_type = "hub::channel";
  channel.spawned = 7;
  channel.stopped = 3;
  channel.failed = 2;
  channel.shut_down = 1;
  channel.restarts = 4;
  channel.handled = 100;
  channel.mailbox_full = 5;
  channel.dead_letters = 6;
  channel.queued = 8;
  actors_ = {channel};
  EXPECT_EQ(value(R"(troupe_actor_spawns_total{actor_type="channel"})"), "7");
  EXPECT_EQ(value(R"(troupe_actor_stops_total{actor_type="channel",reason="stopped"})"), "3");
  EXPECT_EQ(value(R"(troupe_actor_stops_total{actor_type="channel",reason="failed"})"), "2");
  EXPECT_EQ(value(R"(troupe_actor_stops_total{actor_type="channel",reason="shut_down"})"), "1");
  EXPECT_EQ(value(R"(troupe_actor_restarts_total{actor_type="channel",reason="failure"})"), "4");
  EXPECT_EQ(value(R"(troupe_actor_messages_handled_total{actor_type="channel"})"), "100");
  EXPECT_EQ(value(R"(troupe_actor_mailbox_full_events_total{actor_type="channel"})"), "5");
  EXPECT_EQ(value(R"(troupe_actor_message_drops_total{actor_type="channel"})"), "6");
  EXPECT_EQ(value(R"(troupe_actor_mailbox_depth{actor_type="channel"})"), "8");
}

TEST_F(metrics, give_whole_names_to_types_that_end_alike) {
  type_statistics each;
  for (const std::string_view name :
       {"hub::supervisor", "live::supervisor", "hub::router", "supervisor", "global"}) {
    each.actor_type = name;
    ++each.spawned;
    actors_.push_back(each);
  }
  EXPECT_EQ(value(R"(troupe_actor_spawns_total{actor_type="hub::supervisor"})"), "1");
  EXPECT_EQ(value(R"(troupe_actor_spawns_total{actor_type="live::supervisor"})"), "2");
  EXPECT_EQ(value(R"(troupe_actor_spawns_total{actor_type="router"})"), "3");
  EXPECT_EQ(value(R"(troupe_actor_spawns_total{actor_type="supervisor"})"), "4");
  EXPECT_EQ(value(R"(troupe_actor_spawns_total{actor_type="global"})"), "5");
}

TEST_F(metrics, name_a_template_by_itself_and_not_by_its_argument) {
  type_statistics pool;
  pool.actor_type = "demo::pool<troupe::hub::channel>";
  pool.spawned = 1;
  actors_ = {pool};
  EXPECT_EQ(value(R"(troupe_actor_spawns_total{actor_type="pool<troupe::hub::channel>"})"), "1");
}

TEST_F(metrics, show_how_many_there_are_in_the_hub) {
  hub_ = {.clients = 5, .users = 3, .channels = 2, .subscriptions = 9};
  EXPECT_EQ(value("centrifugo_node_num_clients"), "5");
  EXPECT_EQ(value("centrifugo_node_num_users"), "3");
  EXPECT_EQ(value("centrifugo_node_num_channels"), "2");
  EXPECT_EQ(value("centrifugo_node_num_subscriptions"), "9");
}

TEST_F(metrics, show_the_traffic) {
  counters_.connections_accepted.of(core::transport::websocket).add(1);
  counters_.connections_refused.add(2);
  counters_.messages_received.of(core::transport::websocket).add(3);
  counters_.messages_sent.of(core::transport::websocket).add(4);
  counters_.messages_sent.of(core::transport::http_stream).add(7);
  counters_.messages_sent.of(core::transport::sse).add(8);
  counters_.publications.add(5);
  counters_.deliveries.add(6);
  EXPECT_EQ(value(R"(centrifugo_transport_connect_count{transport="websocket"})"), "1");
  EXPECT_EQ(value("troupe_connections_refused_total"), "2");
  EXPECT_EQ(value(R"(centrifugo_transport_messages_received{transport="websocket"})"), "3");
  EXPECT_EQ(value(R"(centrifugo_transport_messages_sent{transport="websocket"})"), "4");
  EXPECT_EQ(value(R"(centrifugo_transport_messages_sent{transport="http_stream"})"), "7");
  EXPECT_EQ(value(R"(centrifugo_transport_messages_sent{transport="sse"})"), "8");
  EXPECT_EQ(value(R"(centrifugo_node_messages_sent_count{type="publication"})"), "5");
  EXPECT_EQ(value("troupe_hub_deliveries_total"), "6");
}

TEST_F(metrics, tell_errors_and_disconnects_by_code) {
  counters_.reply_errors.add(103);
  counters_.reply_errors.add(1999);
  counters_.disconnects.add(3501);
  counters_.disconnects.add(3501);
  counters_.disconnects.add(4000);
  EXPECT_EQ(value(R"(centrifugo_client_num_reply_errors{code="103"})"), "1");
  EXPECT_EQ(value(R"(centrifugo_client_num_reply_errors{code="other"})"), "1");
  EXPECT_EQ(value(R"(centrifugo_client_num_server_disconnects{code="3501"})"), "2");
  EXPECT_EQ(value(R"(centrifugo_client_num_server_disconnects{code="3001"})"), "0");
  EXPECT_EQ(value(R"(centrifugo_client_num_server_disconnects{code="other"})"), "1");
}

TEST_F(metrics, tell_api_calls_by_method) {
  counters_.api_commands.add("publish");
  counters_.api_commands.add("../../etc/passwd");
  EXPECT_EQ(value(R"(troupe_api_commands_total{method="publish"})"), "1");
  EXPECT_EQ(value(R"(troupe_api_commands_total{method="other"})"), "1");
}

TEST_F(metrics, say_version_and_start) {
  EXPECT_EQ(value(R"(centrifugo_node_build{version="0.1.0"})"), "1");
  EXPECT_EQ(value("process_start_time_seconds"), "1767225600.25");
}

TEST_F(metrics, escape_a_label) {
  version_ = "a\"b\\c\nd";
  EXPECT_EQ(value(R"(centrifugo_node_build{version="a\"b\\c\nd"})"), "1");
}

TEST_F(metrics, have_the_same_series_whatever_happens) {
  type_statistics channel;
  channel.actor_type = "hub::channel";
  actors_ = {channel};
  const std::size_t before = samples().size();
  actors_[0].spawned = 1000;
  hub_.clients = 1000;
  for (std::uint32_t code = 0; code < 6000; ++code) {
    counters_.reply_errors.add(code);
    counters_.disconnects.add(code);
    counters_.api_commands.add(std::to_string(code));
  }
  EXPECT_EQ(samples().size(), before);
}

TEST_F(metrics, explain_every_family_once) {
  actors_.emplace_back().actor_type = "hub::channel";
  std::map<std::string, int> helps;
  std::map<std::string, int> types;
  std::istringstream text(render());
  for (std::string line; std::getline(text, line);) {
    std::istringstream words(line);
    std::string mark, kind, name, first;
    words >> mark >> kind >> name >> first;
    if (mark != "#") continue;
    EXPECT_FALSE(first.empty()) << line;
    ++(kind == "HELP" ? helps : types)[name];
  }
  EXPECT_EQ(helps, types);
  for (const auto& [name, count] : helps) EXPECT_EQ(count, 1) << name;
  for (const auto& [sample, number] : samples()) {
    EXPECT_TRUE(helps.contains(sample.substr(0, sample.find('{')))) << sample;
  }
}

TEST_F(metrics, keep_large_counts_exact) {
  counters_.deliveries.add(9'007'199'254'740'991);  // 2^53 - 1
  EXPECT_EQ(std::stod(value("troupe_hub_deliveries_total")), 9'007'199'254'740'991.0);
}

struct poke {
  using reply = int;
};
class counted_actor final : public actor {
 public:
  int on(poke) { return 1; }
};

TEST_F(metrics, come_from_a_running_system) {
  troupe::system system(system_options{.workers = 1});
  const auto actor = system.spawn<counted_actor>();
  ASSERT_TRUE(system.ask(actor, poke{}, 10s).has_value());
  system.shutdown(10s);
  actors_ = system.statistics();
  const auto counted = [&](const std::string& name, const std::string& reason) {
    return value(name + R"({actor_type="counted_actor")" + reason + "}");
  };
  EXPECT_EQ(counted("troupe_actor_spawns_total", ""), "1");
  EXPECT_EQ(counted("troupe_actor_messages_handled_total", ""), "1");
  EXPECT_EQ(counted("troupe_actor_stops_total", R"(,reason="shut_down")"), "1");
  EXPECT_EQ(counted("troupe_actor_mailbox_depth", ""), "0");
}

}  // namespace
}  // namespace troupe::admin
