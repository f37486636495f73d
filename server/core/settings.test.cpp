#include "core/settings.hpp"

#include <limits>

#include <gtest/gtest.h>

namespace troupe::core {
namespace {

const setting& child(const setting& parent, std::string_view key) {
  for (const setting_entry& entry : std::get<setting_table>(parent.value)) {
    if (entry.key == key) return entry.value;
  }
  throw std::out_of_range(std::string(key));
}

TEST(settings, a_path_makes_the_sections_on_its_way) {
  setting root{setting_table{}, ""};
  set_path(root, "client.token.hmac_secret_key", "s", "here");
  const setting& leaf = child(child(child(root, "client"), "token"), "hmac_secret_key");
  EXPECT_EQ(std::get<std::string>(leaf.value), "s");
  EXPECT_EQ(leaf.origin, "here");
}

TEST(settings, a_path_replaces_what_was_there_and_keeps_its_neighbours) {
  setting root{setting_table{}, ""};
  set_path(root, "log.level", "info", "a");
  set_path(root, "log.file", "x", "a");
  set_path(root, "log.level", "debug", "b");
  EXPECT_EQ(std::get<std::string>(child(child(root, "log"), "level").value), "debug");
  EXPECT_EQ(std::get<std::string>(child(child(root, "log"), "file").value), "x");
}

TEST(settings, a_path_through_a_value_makes_it_a_section) {
  setting root{setting_table{}, ""};
  set_path(root, "log", "loud", "a");
  set_path(root, "log.level", "info", "b");
  EXPECT_EQ(std::get<std::string>(child(child(root, "log"), "level").value), "info");
}

TEST(settings, values_are_described_as_a_person_would_know_them) {
  EXPECT_EQ(describe({true, ""}), "true");
  EXPECT_EQ(describe({std::int64_t{-3}, ""}), "-3");
  EXPECT_EQ(describe({1.5, ""}), "1.5");
  EXPECT_EQ(describe({2.0, ""}), "2.0");
  EXPECT_EQ(describe({std::numeric_limits<double>::infinity(), ""}), "not a finite number");
  EXPECT_EQ(describe({std::string("a\"\x01"), ""}), "\"a\\\"\\u0001\"");
  EXPECT_EQ(describe({std::string(100, 'x'), ""}), "a text of 100 bytes");
  EXPECT_EQ(describe({setting_list(3), ""}), "a list of 3");
  EXPECT_EQ(describe({setting_table{}, ""}), "a section");
}

}  // namespace
}  // namespace troupe::core
