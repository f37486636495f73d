#include "gateway/client_address.hpp"

#include <vector>

#include <gtest/gtest.h>

namespace troupe::gateway {
namespace {

const std::vector<std::string> proxies = {"10.0.0.0/8", "2001:db8::1"};

std::string from(const std::string& peer, std::vector<std::string_view> forwarded) {
  http::header_list headers;
  for (const std::string_view each : forwarded) headers.add("X-Forwarded-For", each);
  return client_address(peer, headers, proxies);
}

TEST(client_address, of_a_stranger_is_that_of_the_connection_whatever_it_says) {
  EXPECT_EQ(from("203.0.113.9", {"192.0.2.1"}), "203.0.113.9");
  EXPECT_EQ(from("203.0.113.9", {}), "203.0.113.9");
  http::header_list headers;
  headers.add("X-Forwarded-For", "192.0.2.1");
  EXPECT_EQ(client_address("10.0.0.1", headers, {}), "10.0.0.1");
}

TEST(client_address, behind_a_trusted_proxy_is_the_one_the_proxy_heard_from) {
  EXPECT_EQ(from("10.0.0.1", {"192.0.2.1"}), "192.0.2.1");
  EXPECT_EQ(from("2001:db8::1", {"192.0.2.1"}), "192.0.2.1");
  EXPECT_EQ(from("10.0.0.1", {}), "10.0.0.1");
}

TEST(client_address, what_a_client_adds_in_front_is_not_believed) {
  EXPECT_EQ(from("10.0.0.1", {"127.0.0.1, 10.0.0.7, 192.0.2.1"}), "192.0.2.1");
  EXPECT_EQ(from("10.0.0.1", {"127.0.0.1", "192.0.2.1"}), "192.0.2.1");
}

TEST(client_address, a_chain_of_trusted_proxies_is_followed) {
  EXPECT_EQ(from("10.0.0.1", {"192.0.2.1, 10.0.0.3, 10.0.0.2"}), "192.0.2.1");
  EXPECT_EQ(from("10.0.0.1", {"10.0.0.3, 10.0.0.2"}), "10.0.0.3");
}

TEST(client_address, a_list_that_cannot_be_read_is_believed_from_its_end) {
  EXPECT_EQ(from("10.0.0.1", {"192.0.2.1, unknown"}), "10.0.0.1");
  EXPECT_EQ(from("10.0.0.1", {"192.0.2.1, unknown, 10.0.0.2"}), "10.0.0.2");
  EXPECT_EQ(from("10.0.0.1", {"not an address"}), "10.0.0.1");
}

TEST(client_address, ports_and_spellings_do_not_matter) {
  EXPECT_EQ(from("10.0.0.1", {"192.0.2.1:4711"}), "192.0.2.1");
  EXPECT_EQ(from("10.0.0.1", {"[2001:DB8::7]:4711"}), "2001:db8::7");
  EXPECT_EQ(from("10.0.0.1", {"2001:db8::7"}), "2001:db8::7");
  EXPECT_EQ(from("::ffff:10.0.0.1", {"192.0.2.1"}), "192.0.2.1");
}

TEST(client_address, where_there_is_none_there_is_none) {
  EXPECT_EQ(from("", {"192.0.2.1"}), "");
}

}  // namespace
}  // namespace troupe::gateway
