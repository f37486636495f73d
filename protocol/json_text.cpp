#include "protocol/json_text.hpp"

#include <array>
#include <cstdint>

#include <simdjson.h>

namespace troupe::protocol {

namespace {

// What a byte means inside a string.
enum class kind : std::uint8_t { plain, special, high };

constexpr std::array<kind, 256> string_bytes = [] {
  std::array<kind, 256> table{};
  for (std::size_t i = 0; i < 0x20; ++i) table[i] = kind::special;
  table['"'] = kind::special;
  table['\\'] = kind::special;
  for (std::size_t i = 0x80; i < 256; ++i) table[i] = kind::high;
  return table;
}();

kind kind_of(char c) {
  return string_bytes[static_cast<std::uint8_t>(c)];
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_hex(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

// Walks the grammar without recursion: `objects_` has a bit for each open bracket, innermost
// lowest, set for an object.
class checker {
 public:
  explicit checker(std::string_view text) : at_(text.data()), end_(text.data() + text.size()) {}

  std::expected<void, errc> check() {
    skip_space();
    if (at_ == end_) return std::unexpected(errc::empty);
    do {
      if (!value()) return std::unexpected(error_);
    } while (depth_ > 0);
    skip_space();
    if (at_ != end_) return std::unexpected(errc::malformed);
    return {};
  }

 private:
  static_assert(json_depth_max <= 64, "one bit of objects_ each");

  // One scalar or opening bracket, then every closing bracket that follows and the comma (with the
  // next key) that leads to the next value.
  bool value() {
    skip_space();
    if (at_ == end_) return false;
    switch (*at_) {
      case '{':
        return open(true);
      case '[':
        return open(false);
      case '"':
        return string() && after_value();
      case 't':
        return literal("true") && after_value();
      case 'f':
        return literal("false") && after_value();
      case 'n':
        return literal("null") && after_value();
      default:
        return number() && after_value();
    }
  }

  bool open(bool object) {
    if (depth_ == json_depth_max) {
      error_ = errc::too_deep;
      return false;
    }
    ++at_;
    ++depth_;
    objects_ = objects_ << 1 | (object ? 1U : 0U);
    skip_space();
    if (at_ != end_ && *at_ == (object ? '}' : ']')) return after_value();
    return !object || key();
  }

  bool after_value() {
    while (depth_ > 0) {
      skip_space();
      if (at_ == end_) return false;
      const bool in_object = (objects_ & 1) != 0;
      const char c = *at_++;
      if (c == ',') return !in_object || key();
      if (c != (in_object ? '}' : ']')) return false;
      --depth_;
      objects_ >>= 1;
    }
    return true;
  }

  bool key() {
    skip_space();
    if (at_ == end_ || *at_ != '"' || !string()) return false;
    skip_space();
    return take(':');
  }

  bool string() {
    ++at_;
    for (;;) {
      while (at_ != end_ && kind_of(*at_) != kind::special) ++at_;
      if (at_ == end_) return false;
      if (*at_ == '"') break;
      if (*at_ != '\\') return false;  // a control character
      if (!escape()) return false;
    }
    ++at_;
    return true;
  }

  bool escape() {
    if (end_ - at_ < 2) return false;
    const char c = at_[1];
    at_ += 2;
    if (c != 'u') return std::string_view("\"\\/bfnrt").contains(c);
    for (int i = 0; i < 4; ++i, ++at_) {
      if (at_ == end_ || !is_hex(*at_)) return false;
    }
    return true;
  }

  bool number() {
    take('-');
    if (!take('0') && !digits()) return false;
    if (take('.') && !digits()) return false;
    if (take('e') || take('E')) {
      if (!take('+')) take('-');
      return digits();
    }
    return true;
  }

  bool digits() {
    const char* const first = at_;
    while (at_ != end_ && is_digit(*at_)) ++at_;
    return at_ != first;
  }

  bool literal(std::string_view word) {
    if (!std::string_view(at_, static_cast<std::size_t>(end_ - at_)).starts_with(word))
      return false;
    at_ += word.size();
    return true;
  }

  bool take(char c) {
    if (at_ == end_ || *at_ != c) return false;
    ++at_;
    return true;
  }

  void skip_space() {
    while (at_ != end_ && (*at_ == ' ' || *at_ == '\t' || *at_ == '\n' || *at_ == '\r')) ++at_;
  }

  const char* at_;
  const char* end_;
  std::uint64_t objects_ = 0;
  std::size_t depth_ = 0;
  errc error_ = errc::malformed;
};

// Bytes of the valid UTF-8 character at the front, or 0.
std::size_t character_bytes(std::string_view text) {
  const auto lead = static_cast<std::uint8_t>(text.front());
  const std::size_t size = lead < 0xC2   ? 0
                           : lead < 0xE0 ? 2
                           : lead < 0xF0 ? 3
                           : lead < 0xF5 ? 4
                                         : 0;
  if (size == 0 || text.size() < size || !simdjson::validate_utf8(text.data(), size)) return 0;
  return size;
}

void append_escaped(std::string& out, char c) {
  static constexpr std::string_view hex = "0123456789abcdef";
  out.push_back('\\');
  switch (c) {
    case '"':
    case '\\':
      out.push_back(c);
      break;
    case '\n':
      out.push_back('n');
      break;
    case '\r':
      out.push_back('r');
      break;
    case '\t':
      out.push_back('t');
      break;
    default:
      out += "u00";
      out.push_back(hex[static_cast<std::uint8_t>(c) >> 4]);
      out.push_back(hex[static_cast<std::uint8_t>(c) & 0xF]);
  }
}

}  // namespace

std::expected<void, errc> check_json(std::string_view text) {
  if (!simdjson::validate_utf8(text.data(), text.size())) return std::unexpected(errc::malformed);
  return checker(text).check();
}

void append_json_string(std::string& out, std::string_view text) {
  out.push_back('"');
  std::size_t copied = 0;
  std::size_t at = 0;
  while (at < text.size()) {
    const kind here = kind_of(text[at]);
    if (here == kind::plain) {
      ++at;
      continue;
    }
    if (here == kind::high) {
      if (const std::size_t size = character_bytes(text.substr(at)); size > 0) {
        at += size;
        continue;
      }
    }
    out.append(text, copied, at - copied);
    if (here == kind::high) {
      out += "\\ufffd";
    } else {
      append_escaped(out, text[at]);
    }
    copied = ++at;
  }
  out.append(text, copied);
  out.push_back('"');
}

void append_json_line(std::string& out, std::string_view json) {
  // Nearly all are in one line already, and that is quick to see.
  if (!json.contains('\n') && !json.contains('\r')) {
    out.append(json);
    return;
  }
  for (;;) {
    const auto line_break = json.find_first_of("\r\n");
    out.append(json.substr(0, line_break));
    if (line_break == std::string_view::npos) return;
    json.remove_prefix(line_break + 1);
  }
}

}  // namespace troupe::protocol
