#include "protocol/client/emulation.hpp"

#include <gtest/gtest.h>

#include "protocol/client/protobuf_fields.hpp"

namespace troupe::protocol {
namespace {

using namespace protobuf_fields;
using enum encoding;

TEST(emulation, reads_json_with_the_commands_as_a_text) {
  const auto read = decode_emulation(
      json, R"({"session":"s","node":"n","data":"{\"id\":2,\"ping\":{}}\n{}","later":[1]})");
  ASSERT_TRUE(read);
  EXPECT_EQ(*read, (emulation_request{"s", "n", "{\"id\":2,\"ping\":{}}\n{}"}));
}

TEST(emulation, reads_protobuf_with_the_numbers_that_clients_use) {
  const auto read =
      decode_emulation(protobuf, joined({bytes(1, "n"), bytes(2, "s"), bytes(3, "\xFF")}));
  ASSERT_TRUE(read);
  EXPECT_EQ(*read, (emulation_request{"s", "n", "\xFF"}));
}

TEST(emulation, refuses_what_is_no_request) {
  EXPECT_EQ(decode_emulation(json, "").error(), errc::empty);
  EXPECT_EQ(decode_emulation(json, "{").error(), errc::malformed);
  EXPECT_EQ(decode_emulation(json, "[]").error(), errc::wrong_type);
  EXPECT_EQ(decode_emulation(json, R"({"session":1})").error(), errc::wrong_type);
  EXPECT_EQ(decode_emulation(json, R"({"data":{"id":2}})").error(), errc::wrong_type);
  EXPECT_EQ(decode_emulation(protobuf, "").error(), errc::empty);
  EXPECT_EQ(decode_emulation(protobuf, "{}").error(), errc::malformed);
}

}  // namespace
}  // namespace troupe::protocol
