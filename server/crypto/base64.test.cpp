#include "crypto/base64.hpp"

#include <gtest/gtest.h>

namespace troupe::crypto {
namespace {

TEST(base64, url_form_encodes_without_padding) {
  EXPECT_EQ(base64url_encode(""), "");
  EXPECT_EQ(base64url_encode("f"), "Zg");
  EXPECT_EQ(base64url_encode("fo"), "Zm8");
  EXPECT_EQ(base64url_encode("foobar"), "Zm9vYmFy");
  EXPECT_EQ(base64url_encode("\xfb\xff\xfe"), "-__-");
}

TEST(base64, decodes_what_it_encodes) {
  std::string bytes;
  for (int i = 0; i < 256; ++i) {
    bytes += static_cast<char>(i);
    EXPECT_EQ(base64url_decode(base64url_encode(bytes)), bytes);
    EXPECT_EQ(base64_decode(base64_encode(bytes)), bytes);
  }
}

TEST(base64, url_form_refuses_padding_whitespace_and_the_other_alphabet) {
  for (const char* text : {"Zg==", "Zm8=", "Zm 8", "Zm8\n", "-_+/", "Z", "Zm9vY", "Zm9v!"}) {
    EXPECT_FALSE(base64url_decode(text).has_value()) << text;
  }
}

TEST(base64, refuses_stray_bits_after_the_last_byte) {
  EXPECT_FALSE(base64url_decode("Zh").has_value());
  EXPECT_FALSE(base64url_decode("Zm9").has_value());
  EXPECT_FALSE(base64_decode("Zh==").has_value());
}

TEST(base64, standard_form_wants_its_padding) {
  EXPECT_EQ(base64_encode("f"), "Zg==");
  EXPECT_EQ(base64_encode("fo"), "Zm8=");
  EXPECT_EQ(base64_decode("Zg=="), "f");
  for (const char* text : {"Zg", "Zg=", "Zg===", "====", "Zg==Zg==", "-___"}) {
    EXPECT_FALSE(base64_decode(text).has_value()) << text;
  }
}

}  // namespace
}  // namespace troupe::crypto
