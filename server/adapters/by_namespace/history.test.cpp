#include "adapters/by_namespace/history.hpp"

#include <chrono>
#include <memory>

#include <gtest/gtest.h>

#include <troupe/sim.hpp>
#include <troupe/troupe.hpp>

#include "adapters/memory/history.hpp"
#include "tests/conformance/ports/history_caller.hpp"
#include "tests/conformance/ports/history_suite.hpp"

namespace troupe::conformance {

struct two_histories {
  static core::configuration::channel_section rules() {
    core::configuration::channel_section made;
    made.namespaces.push_back({"a", {}});
    made.namespaces.back().options.persistent = true;
    return made;
  }
  core::configuration::channel_section section = rules();
  memory::history in_memory{1};
  memory::history durable{2};
  by_namespace::history whole{in_memory, durable, section};
};

const history_adapter both_adapter{.name = "by_namespace", .make = [](system&) {
                                     const auto parts = std::make_shared<two_histories>();
                                     return std::shared_ptr<ports::history>(parts, &parts->whole);
                                   }};
INSTANTIATE_TEST_SUITE_P(adapters, history_suite, testing::Values(both_adapter), adapter_name);

}  // namespace troupe::conformance

namespace troupe::by_namespace {
namespace {

using namespace std::chrono_literals;

constexpr ports::history_limits limits{.size = 10, .ttl = 1min, .meta_ttl = 1h};

core::configuration::channel_section rules_of(bool without_namespace) {
  core::configuration::channel_section rules;
  rules.without_namespace.persistent = without_namespace;
  rules.namespaces.push_back({"kept", {}});
  rules.namespaces.back().options.persistent = true;
  rules.namespaces.push_back({"loose", {}});
  return rules;
}

struct parts {
  explicit parts(bool without_namespace) : rules(rules_of(without_namespace)) {}

  void append(const std::string& channel) {
    protocol::publication publication;
    publication.data = "x";
    ASSERT_TRUE(world.system().ask(
        caller,
        conformance::append_history{core::channel_name(channel), publication, limits, {}, {}}, 1s));
  }

  core::configuration::channel_section rules;
  sim::simulation world{1};
  memory::history in_memory{1};
  memory::history durable{2};
  history whole{in_memory, durable, rules};
  ref<conformance::history_caller> caller =
      world.system().spawn<conformance::history_caller>(std::ref<ports::history>(whole));
};

TEST(history_by_namespace, keeps_a_channel_where_its_namespace_says) {
  parts made(false);
  for (const char* channel : {"kept:1", "$kept:2", "kept:#user", "kept:3#user"}) {
    made.append(channel);
  }
  EXPECT_EQ(made.durable.usage().streams, 4U);
  for (const char* channel : {"loose:1", "plain", "unkept:1", "keptx", "loose:kept:2"}) {
    made.append(channel);
  }
  EXPECT_EQ(made.durable.usage().streams, 4U);
  EXPECT_EQ(made.in_memory.usage().streams, 5U);
}

TEST(history_by_namespace, knows_channels_without_a_namespace) {
  parts made(true);
  made.append("plain");
  EXPECT_EQ(made.durable.usage().streams, 1U);
  made.append("loose:1");
  EXPECT_EQ(made.in_memory.usage().streams, 1U);
}

TEST(history_by_namespace, sweeps_both) {
  parts made(false);
  made.append("kept:1");
  made.append("loose:1");
  made.whole.sweep(time_point(2h));
  EXPECT_EQ(made.durable.usage().streams, 0U);
  EXPECT_EQ(made.in_memory.usage().streams, 0U);
}

TEST(history_by_namespace, needs_no_durable_one_where_nothing_is_persistent) {
  core::configuration::channel_section rules;
  rules.namespaces.push_back({"loose", {}});
  EXPECT_FALSE(any_persistent(rules));
  EXPECT_TRUE(any_persistent(rules_of(false)));
  rules.without_namespace.persistent = true;
  EXPECT_TRUE(any_persistent(rules));
}

}  // namespace
}  // namespace troupe::by_namespace
