#include "core/configuration_text.hpp"

#include <fstream>
#include <iterator>
#include <set>

#include <gtest/gtest.h>

#include "core/option_table.hpp"

namespace troupe::core {
namespace {

TEST(configuration_text, the_committed_reference_page_is_the_printed_one) {
  std::ifstream file(TROUPE_REFERENCE_PAGE);
  const std::string committed{std::istreambuf_iterator<char>(file), {}};
  EXPECT_EQ(committed, configuration_reference())
      << "run: troupe genconfig --format markdown > docs/reference/configuration.md";
}

TEST(configuration_text, toml_lines_keep_to_the_width) {
  const std::string toml = starting_toml({.token = "t", .api_key = "k"});
  std::size_t begin = 0;
  while (begin < toml.size()) {
    const std::size_t end = toml.find('\n', begin);
    EXPECT_LE(end - begin, 104U) << toml.substr(begin, end - begin);
    begin = end + 1;
  }
}

TEST(option_table, every_path_and_environment_name_is_there_once) {
  std::set<std::string> paths;
  std::set<std::string> names;
  for (const std::string& path : known_paths()) {
    EXPECT_TRUE(paths.insert(path).second) << path;
    EXPECT_TRUE(names.insert(environment_name(path)).second) << path;
  }
}

TEST(option_table, no_two_options_share_a_slot) {
  configuration values;
  std::set<option_slot> slots;
  for (const server_option& row : server_options()) {
    EXPECT_TRUE(slots.insert(row.slot(values)).second) << row.path;
  }
  channel_options channel_values;
  for (const channel_option& row : channel_option_table()) {
    EXPECT_TRUE(slots.insert(row.slot(channel_values)).second) << row.path;
  }
}

TEST(option_table, environment_names_are_the_path_in_capitals) {
  EXPECT_EQ(environment_name("http_server.port"), "TROUPE_HTTP_SERVER_PORT");
  EXPECT_EQ(environment_name("client.token.hmac_secret_key"),
            "TROUPE_CLIENT_TOKEN_HMAC_SECRET_KEY");
}

}  // namespace
}  // namespace troupe::core
