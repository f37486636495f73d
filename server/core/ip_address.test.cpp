#include "core/ip_address.hpp"

#include <gtest/gtest.h>

namespace troupe::core {
namespace {

std::string normal(std::string_view text) {
  const auto parsed = ip_address::parse(text);
  return parsed ? parsed->text() : "none";
}

TEST(ip_address, has_one_way_to_be_written) {
  EXPECT_EQ(normal("192.0.2.1"), "192.0.2.1");
  EXPECT_EQ(normal("::ffff:192.0.2.1"), "192.0.2.1");
  EXPECT_EQ(normal("2001:DB8:0:0::1"), "2001:db8::1");
  for (const std::string_view none : {"", "192.0.2", "192.0.2.256", "192.0.2.1 ", "localhost",
                                      "fe80::1%eth0", "[::1]", "1.2.3.4:80"}) {
    EXPECT_EQ(normal(none), "none") << none;
  }
}

TEST(ip_address, a_prefix_keeps_the_first_bits) {
  EXPECT_EQ(ip_address::parse("192.0.2.255")->prefix(25).text(), "192.0.2.128");
  EXPECT_EQ(ip_address::parse("192.0.2.255")->prefix(0).text(), "0.0.0.0");
  EXPECT_EQ(ip_address::parse("2001:db8:1:2:3:4:5:6")->prefix(64).text(), "2001:db8:1:2::");
  EXPECT_EQ(ip_address::parse("2001:db8::1")->prefix(128).text(), "2001:db8::1");
}

bool holds(std::string_view network, std::string_view address) {
  return ip_network::parse(network)->contains(*ip_address::parse(address));
}

TEST(ip_network, contains_what_begins_like_it) {
  EXPECT_TRUE(holds("10.0.0.0/8", "10.255.0.1"));
  EXPECT_TRUE(holds("10.1.2.3/8", "10.255.0.1"));  // its last bits do not matter
  EXPECT_FALSE(holds("10.0.0.0/8", "11.0.0.1"));
  EXPECT_TRUE(holds("192.0.2.7", "192.0.2.7"));
  EXPECT_FALSE(holds("192.0.2.7", "192.0.2.8"));
  EXPECT_TRUE(holds("2001:db8::/33", "2001:db8:7fff::1"));
  EXPECT_FALSE(holds("2001:db8::/33", "2001:db8:8000::1"));
  EXPECT_TRUE(holds("0.0.0.0/0", "203.0.113.9"));
  EXPECT_TRUE(holds("127.0.0.0/8", "::ffff:127.0.0.1"));
}

TEST(ip_network, all_of_one_version_holds_none_of_the_other) {
  EXPECT_FALSE(holds("0.0.0.0/0", "2001:db8::1"));
  EXPECT_FALSE(holds("::/0", "192.0.2.1"));
}

TEST(ip_network, refuses_what_is_none) {
  for (const std::string_view none : {"", "/8", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/-1",
                                      "10.0.0.0/8x", "::/129", "example.com", "10.0.0.0/8/8"}) {
    EXPECT_FALSE(ip_network::parse(none)) << none;
  }
}

}  // namespace
}  // namespace troupe::core
