#include <cstdint>
#include <expected>
#include <limits>
#include <optional>
#include <string>

#include <gtest/gtest.h>

#include <troupe/codec.hpp>

namespace troupe {
namespace {

enum class colour : std::uint8_t { red = 1, blue = 2 };

struct point {
  int x = 0;
  std::string encode() const { return std::to_string(x); }
  static std::optional<point> decode(std::string_view data) {
    return data.empty() ? std::nullopt : std::optional(point{std::stoi(std::string(data))});
  }
};

template <class T>
std::optional<T> through_bytes(const T& value) {
  return codec<T>::decode(codec<T>::encode(value));
}

TEST(codec, gives_back_what_was_encoded) {
  EXPECT_EQ(through_bytes(-5), -5);
  EXPECT_EQ(through_bytes(std::numeric_limits<std::int64_t>::min()),
            std::numeric_limits<std::int64_t>::min());
  EXPECT_EQ(through_bytes(~std::uint64_t{0}), ~std::uint64_t{0});
  EXPECT_EQ(through_bytes(true), true);
  EXPECT_EQ(through_bytes(colour::blue), colour::blue);
  EXPECT_EQ(through_bytes(std::string("a\0b", 3)), std::string("a\0b", 3));
  EXPECT_EQ(through_bytes(point{7})->x, 7);
}

TEST(codec, of_an_expected_tells_a_value_from_an_error) {
  using answer = std::expected<int, colour>;
  EXPECT_EQ(through_bytes(answer(3)), answer(3));
  EXPECT_EQ(through_bytes(answer(std::unexpect, colour::red)), std::unexpected(colour::red));
  using done = std::expected<void, std::string>;
  EXPECT_TRUE(through_bytes(done())->has_value());
  EXPECT_EQ(through_bytes(done(std::unexpect, "no"))->error(), "no");
}

TEST(codec, integers_have_their_least_byte_first) {
  EXPECT_EQ(codec<std::uint32_t>::encode(0x01020304U), "\x04\x03\x02\x01");
}

TEST(codec, refuses_the_bytes_of_something_else) {
  EXPECT_FALSE(codec<int>::decode("123"));
  EXPECT_FALSE(codec<bool>::decode("\x02"));
  EXPECT_FALSE(codec<point>::decode(""));
  EXPECT_FALSE((codec<std::expected<int, colour>>::decode("")));
  EXPECT_FALSE((codec<std::expected<int, colour>>::decode("v12")));
  EXPECT_FALSE((codec<std::expected<int, colour>>::decode("x\1")));
  EXPECT_FALSE((codec<std::expected<void, colour>>::decode("vv")));
}

}  // namespace
}  // namespace troupe
