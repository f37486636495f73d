// utf8_checker.hpp — UTF-8 (RFC 3629) checked while it arrives in pieces.
#pragma once

#include <cstdint>
#include <string_view>

namespace troupe::websocket {

/// Refuses a byte as soon as no valid text can begin like this: overlong forms, surrogates and
/// code points above U+10FFFF included.
class utf8_checker {
 public:
  enum class verdict { valid_so_far, invalid };

  verdict feed(std::string_view piece);

  /// Whether the text may end here, that is, not within a character.
  [[nodiscard]] bool at_boundary() const { return missing_ == 0; }
  void reset() { *this = {}; }

 private:
  std::uint8_t missing_ = 0;      // continuation bytes still to come
  std::uint8_t next_min_ = 0x80;  // range of the next one
  std::uint8_t next_max_ = 0xBF;
};

}  // namespace troupe::websocket
