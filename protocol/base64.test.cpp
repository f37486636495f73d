#include "protocol/base64.hpp"

#include <utility>

#include <gtest/gtest.h>

namespace troupe::protocol {
namespace {

TEST(base64, encodes_and_decodes_the_vectors_of_the_standard) {
  for (auto [bytes, text] : {std::pair{"", ""},
                             {"f", "Zg=="},
                             {"fo", "Zm8="},
                             {"foo", "Zm9v"},
                             {"foob", "Zm9vYg=="},
                             {"fooba", "Zm9vYmE="},
                             {"foobar", "Zm9vYmFy"}}) {
    EXPECT_EQ(encode_base64(bytes), text);
    EXPECT_EQ(decode_base64(text), bytes);
  }
}

TEST(base64, carries_every_byte) {
  std::string bytes;
  for (int i = 0; i < 256; ++i) bytes.push_back(static_cast<char>(i));
  EXPECT_EQ(decode_base64(encode_base64(bytes)), bytes);
}

TEST(base64, refuses_what_is_not_base64) {
  for (std::string_view text : {"Z", "Zg", "Zg=", "Z===", "====", "Zg==Zg==", " Zg==", "Zg==\n",
                                "Zm9v\n\n\n\n", "Zm-_", "Zm9\xFF"}) {
    EXPECT_FALSE(decode_base64(text)) << text;
  }
}

}  // namespace
}  // namespace troupe::protocol
