#include "protocol/fossil/delta.hpp"

#include <array>
#include <cstddef>
#include <optional>
#include <random>
#include <string>

#include <gtest/gtest.h>

namespace troupe::protocol::fossil {
namespace {

// A reader of the format that shares nothing with the writer: strict, and by the format's words.
class applier {
 public:
  applier(std::string_view original, std::string_view delta) : original_(original), rest_(delta) {}

  std::optional<std::string> apply() {
    const auto length = number_before("\n");
    if (!length) return std::nullopt;
    std::string target;
    while (true) {
      const auto count = number();
      if (!count || rest_.empty()) return std::nullopt;
      const char kind = rest_.front();
      rest_.remove_prefix(1);
      if (kind == ';') {
        const bool right = rest_.empty() && target.size() == *length && *count == sum_of(target);
        return right ? std::optional(target) : std::nullopt;
      }
      if (kind == ':') {
        if (*count == 0 || *count > rest_.size()) return std::nullopt;
        target += rest_.substr(0, *count);
        rest_.remove_prefix(*count);
      } else if (kind == '@') {
        const auto from = number_before(",");
        if (!from || *from + *count > original_.size()) return std::nullopt;
        target += original_.substr(*from, *count);
      } else {
        return std::nullopt;
      }
    }
  }

 private:
  static std::uint32_t sum_of(std::string text) {
    while (text.size() % 4 != 0) text.push_back('\0');
    std::uint32_t sum = 0;
    for (std::size_t i = 0; i < text.size(); i += 4) {
      std::uint32_t word = 0;
      for (std::size_t j = 0; j < 4; ++j)
        word = word * 256 + static_cast<unsigned char>(text[i + j]);
      sum += word;
    }
    return sum;
  }
  static int digit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'A' && c <= 'Z') return c - 'A' + 10;
    if (c == '_') return 36;
    if (c >= 'a' && c <= 'z') return c - 'a' + 37;
    return c == '~' ? 63 : -1;
  }
  std::optional<std::uint64_t> number() {
    std::uint64_t value = 0;
    std::size_t digits = 0;
    for (; !rest_.empty() && digit(rest_.front()) >= 0; ++digits) {
      value = value * 64 + static_cast<std::uint64_t>(digit(rest_.front()));
      rest_.remove_prefix(1);
    }
    return digits == 0 ? std::nullopt : std::optional(value);
  }
  std::optional<std::uint64_t> number_before(std::string_view mark) {
    const auto value = number();
    if (!rest_.starts_with(mark)) return std::nullopt;
    rest_.remove_prefix(mark.size());
    return value;
  }

  std::string_view original_;
  std::string_view rest_;
};

std::optional<std::string> applied(std::string_view original, std::string_view delta) {
  return applier(original, delta).apply();
}

bool is_utf8(std::string_view text) {
  for (std::size_t i = 0; i < text.size();) {
    const auto lead = static_cast<unsigned char>(text[i]);
    const std::size_t length = lead < 0x80   ? 1
                               : lead < 0xc0 ? 0
                               : lead < 0xe0 ? 2
                               : lead < 0xf0 ? 3
                                             : 4;
    if (length == 0 || i + length > text.size()) return false;
    for (std::size_t j = 1; j < length; ++j) {
      if ((static_cast<unsigned char>(text[i + j]) & 0xc0U) != 0x80U) return false;
    }
    i += length;
  }
  return true;
}

constexpr std::string_view quick = "The quick brown fox jumps over the lazy dog.";

TEST(fossil_delta, of_the_same_text_is_one_copy) {
  EXPECT_EQ(create_delta(quick, quick), "h\nh@0,1tF1L9;");
}

TEST(fossil_delta, of_texts_that_have_nothing_in_common_is_one_insert) {
  EXPECT_EQ(create_delta("", "abcd"), "4\n4:abcd1XObD_;");
  EXPECT_EQ(create_delta(quick, "abcd"), "4\n4:abcd1XObD_;");
}

TEST(fossil_delta, to_nothing_has_no_segments) {
  EXPECT_EQ(create_delta(quick, ""), "0\n0;");
  EXPECT_EQ(create_delta("", ""), "0\n0;");
}

TEST(fossil_delta, of_a_small_change_copies_what_surrounds_it) {
  const std::string original =
      R"({"match":"Ajax - Feyenoord","minute":17,"score":[0,0],"cards":[]})";
  const std::string target = R"({"match":"Ajax - Feyenoord","minute":18,"score":[0,0],"cards":[]})";
  const std::string delta = create_delta(original, target);
  EXPECT_EQ(applied(original, delta), target);
  EXPECT_LT(delta.size(), target.size() / 2) << delta;
  EXPECT_TRUE(delta.contains("1:8")) << delta;
}

TEST(fossil_delta, finds_pieces_that_were_moved) {
  const std::string first(100, 'a');
  const std::string second = "0123456789abcdefghijklmnopqrstuvwxyz";
  const std::string delta = create_delta(first + second, second + first);
  EXPECT_EQ(applied(first + second, delta), second + first);
  EXPECT_LT(delta.size(), 40U);
}

TEST(fossil_delta, is_hardly_longer_than_the_target_in_any_case) {
  std::mt19937 random(1);
  for (int i = 0; i < 300; ++i) {
    std::string original(random() % 400, '\0');
    std::string target(random() % 400, '\0');
    for (char& c : original) c = static_cast<char>(random());
    for (char& c : target) c = static_cast<char>(random());
    EXPECT_LE(create_delta(original, target).size(), target.size() + 24);
  }
}

// Words, so that there are matches; edits of all kinds, so that there are differences.
std::string random_text(std::mt19937& random, const std::array<std::string, 6>& words) {
  std::string text;
  const std::size_t count = random() % 120;
  for (std::size_t i = 0; i < count; ++i) text += words[random() % words.size()];
  return text;
}

std::string edited(std::string text, std::mt19937& random,
                   const std::array<std::string, 6>& words) {
  for (std::size_t edits = random() % 8; edits > 0; --edits) {
    const std::string& word = words[random() % words.size()];
    const std::size_t at = text.empty() ? 0 : random() % text.size();
    switch (random() % 4) {
      case 0:
        text.insert(at, word);
        break;
      case 1:
        text.erase(at, random() % 40);
        break;
      case 2:
        text = text.substr(at) + text.substr(0, at);
        break;
      default:
        if (!text.empty()) text[at] = static_cast<char>(random());
        break;
    }
  }
  return text;
}

TEST(fossil_delta, applied_to_the_original_gives_the_target_for_random_inputs) {
  const std::array<std::string, 6> words = {
      "x", "score", std::string(40, 'a'), "\xff\x80\0", R"({"k":1,"list":[1,2,3]})", "ababababab"};
  for (std::uint32_t seed = 1; seed <= 3000; ++seed) {
    std::mt19937 random(seed);
    const std::string original = random_text(random, words);
    const std::string target =
        random() % 4 == 0 ? random_text(random, words) : edited(original, random, words);
    ASSERT_EQ(applied(original, create_delta(original, target)), target) << "seed " << seed;
  }
}

TEST(fossil_delta, between_texts_in_utf8_is_utf8) {
  const std::array<std::string, 6> words = {"é", "日本語", "😀", "plain", "ж", "ñandú y über"};
  for (std::uint32_t seed = 1; seed <= 2000; ++seed) {
    std::mt19937 random(seed);
    const std::string original = random_text(random, words);
    std::string target;
    for (const std::string* word : {&words[random() % 6], &original, &words[random() % 6]}) {
      target += *word;
    }
    // Characters that share their first bytes: a match ends, or begins, within them.
    if (const auto at = target.find("é"); at != std::string::npos) target.replace(at, 2, "è");
    if (const auto at = target.find("😀"); at != std::string::npos) target.replace(at, 4, "😄");
    if (const auto at = target.find("ж"); at != std::string::npos) target.replace(at, 2, "ѐ");
    const std::string delta = create_delta(original, target);
    ASSERT_TRUE(is_utf8(delta)) << "seed " << seed;
    ASSERT_EQ(applied(original, delta), target) << "seed " << seed;
  }
}

TEST(fossil_delta, takes_no_longer_for_inputs_made_to_be_slow) {
  // One byte again and again: every block has the same hash, and every candidate matches. Then
  // blocks that collide without matching. Quadratic time would be minutes.
  constexpr std::size_t size = 1 << 20;
  const std::string zeros(size, '\0');
  EXPECT_EQ(applied(zeros, create_delta(zeros, zeros)), zeros);

  std::string colliding_original;
  std::string colliding_target;
  while (colliding_original.size() < size) {
    colliding_original += std::string("\1\0\0\1\0\0\0\0\0\0\0\0\0\0\0\0", 16);
    colliding_target += std::string("\0\1\1\0\0\0\0\0\0\0\0\0\0\0\0\0", 16);
  }
  EXPECT_EQ(applied(colliding_original, create_delta(colliding_original, colliding_target)),
            colliding_target);

  std::string periodic;
  while (periodic.size() < size) periodic += "abcabcabcabcabd";
  const std::string shifted = periodic.substr(1) + "abcabcx";
  EXPECT_EQ(applied(periodic, create_delta(periodic, shifted)), shifted);
}

}  // namespace
}  // namespace troupe::protocol::fossil
