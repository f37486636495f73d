#include "core/log.hpp"

#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include <gtest/gtest.h>

#include "core/log_line.hpp"
#include "core/memory_log.hpp"

namespace troupe::core {
namespace {

// What a client sends can be a field's value and nothing else.
static_assert(!std::is_constructible_v<log_event, std::string>);
static_assert(!std::is_constructible_v<log_event, std::string_view>);
static_assert(!std::is_constructible_v<log_event, const char*>);
static_assert(!std::is_constructible_v<log_field, std::string, std::string>);
static_assert(std::is_constructible_v<log_field, log_key, std::string>);

std::string line_of(log_event event, log::field_list fields) {
  memory_log log;
  log.info(event, fields);
  const std::vector<std::string> lines = log.lines();
  return lines.size() == 1 ? lines.front() : std::to_string(lines.size()) + " lines";
}

TEST(log, writes_the_event_and_its_fields_in_order) {
  EXPECT_EQ(line_of("listening", {}), "info  listening");
  EXPECT_EQ(line_of("listening", {{"address", "127.0.0.1:8000"}, {"workers", 2}}),
            "info  listening address=127.0.0.1:8000 workers=2");
}

TEST(log, writes_every_kind_of_value) {
  const std::string text = "alice";
  const char* const pointer = "bob";
  EXPECT_EQ(line_of("values", {{"text", text},
                               {"view", std::string_view("a b")},
                               {"pointer", pointer},
                               {"yes", true},
                               {"no", false},
                               {"least", std::numeric_limits<std::int64_t>::min()},
                               {"most", std::numeric_limits<std::uint64_t>::max()},
                               {"small", std::uint16_t{8000}},
                               {"seconds", 0.25}}),
            "info  values text=alice view=\"a b\" pointer=bob yes=true no=false "
            "least=-9223372036854775808 most=18446744073709551615 small=8000 seconds=0.25");
}

TEST(log, says_each_level) {
  memory_log log;
  log.trace("a");
  log.debug("b");
  log.info("c");
  log.warn("d");
  log.error("e");
  log.fatal("f");
  EXPECT_EQ(log.lines(), (std::vector<std::string>{"trace a", "debug b", "info  c", "warn  d",
                                                   "error e", "fatal f"}));
}

TEST(log, leaves_out_what_is_below_its_level) {
  memory_log log(log_level::warn);
  log.info("not written");
  log.warn("written");
  EXPECT_FALSE(log.enabled(log_level::info));
  EXPECT_TRUE(log.enabled(log_level::warn));
  EXPECT_EQ(log.lines(), std::vector<std::string>{"warn  written"});

  memory_log silent(log_level::none);
  silent.fatal("not written");
  EXPECT_TRUE(silent.lines().empty());
}

TEST(log, reads_its_levels_by_name) {
  for (const std::string_view name : {"trace", "debug", "info", "warn", "error", "fatal", "none"}) {
    const auto level = parse_log_level(name);
    ASSERT_TRUE(level) << name;
    EXPECT_EQ(name_of(*level), name);
  }
  EXPECT_LT(*parse_log_level("info"), *parse_log_level("warn"));
  EXPECT_FALSE(parse_log_level("loud"));
  EXPECT_FALSE(parse_log_level(""));
  EXPECT_FALSE(parse_log_level("INFO"));
}

TEST(log, lets_no_value_forge_a_line) {
  EXPECT_EQ(line_of("connected", {{"user", "eve\n2026-01-01T00:00:00.000Z info  connected"}}),
            "info  connected user=\"eve\\n2026-01-01T00:00:00.000Z info  connected\"");
}

TEST(log, lets_no_value_forge_a_field) {
  EXPECT_EQ(line_of("connected", {{"user", "eve admin=true"}}),
            "info  connected user=\"eve admin=true\"");
  EXPECT_EQ(line_of("connected", {{"user", "admin=true"}}), "info  connected user=\"admin=true\"");
  EXPECT_EQ(line_of("connected", {{"user", "\" admin=\"true"}}),
            "info  connected user=\"\\\" admin=\\\"true\"");
  EXPECT_EQ(line_of("connected", {{"user", "\\"}}), "info  connected user=\"\\\\\"");
}

TEST(log, shows_an_empty_value) {
  EXPECT_EQ(line_of("connected", {{"user", ""}}), "info  connected user=\"\"");
}

TEST(log, bounds_a_value) {
  const std::string longest(log_value_bytes_max, 'x');
  EXPECT_EQ(line_of("connected", {{"user", longest}}), "info  connected user=" + longest);
  EXPECT_EQ(line_of("connected", {{"user", longest + "yz"}}),
            "info  connected user=\"" + longest + "… 2 bytes more\"");
}

TEST(log, bounds_the_number_of_fields) {
  memory_log log;
  const std::vector<log_field> fields(log_fields_max + 1, log_field("n", 1));
  log.write(log_level::info, "many", fields);
  std::string expected = "info  many";
  for (std::size_t n = 0; n < log_fields_max; ++n) expected += " n=1";
  EXPECT_EQ(log.lines(), std::vector<std::string>{expected});
}

}  // namespace
}  // namespace troupe::core
