#include "crypto/random.hpp"

#include <array>

#include <gtest/gtest.h>

namespace troupe::crypto {
namespace {

TEST(system_random, two_fills_differ) {
  system_random source;
  std::array<std::byte, 32> first{};
  std::array<std::byte, 32> second{};
  ASSERT_TRUE(source.fill(first).has_value());
  ASSERT_TRUE(source.fill(second).has_value());
  EXPECT_NE(first, second);
  EXPECT_TRUE(source.fill({}).has_value());
}

TEST(system_random, makes_hex_of_the_length_asked) {
  system_random source;
  const auto text = core::random_hex(source, 32);
  ASSERT_TRUE(text.has_value());
  EXPECT_EQ(text->size(), 64U);
  EXPECT_EQ(text->find_first_not_of("0123456789abcdef"), std::string::npos);
}

class exhausted final : public core::random_source {
 public:
  std::expected<void, core::random_errc> fill(std::span<std::byte>) override {
    return std::unexpected(core::random_errc::unavailable);
  }
};

TEST(system_random, a_source_that_fails_makes_no_hex) {
  exhausted source;
  EXPECT_EQ(core::random_hex(source, 32).error(), core::random_errc::unavailable);
}

}  // namespace
}  // namespace troupe::crypto
