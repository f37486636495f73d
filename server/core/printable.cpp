#include "core/printable.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

namespace troupe::core {
namespace {

struct character {
  std::uint32_t code;
  std::size_t length_bytes;  // 0: what begins here is no UTF-8
};

/// The first character of `text`, which is not empty.
character first_of(std::string_view text) {
  constexpr character malformed{0, 0};
  constexpr std::array<std::uint32_t, 5> least = {0, 0, 0x80, 0x800, 0x10000};  // by length
  const auto byte = [&](std::size_t at) { return static_cast<unsigned char>(text[at]); };
  const unsigned char lead = byte(0);
  if (lead < 0x80) return {lead, 1};
  const std::size_t length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  if (lead < 0xc2 || lead > 0xf4 || text.size() < length) return malformed;
  std::uint32_t code = lead & (0xffU >> (length + 1));
  for (std::size_t at = 1; at < length; ++at) {
    if ((byte(at) & 0xc0U) != 0x80U) return malformed;
    code = (code << 6U) | (byte(at) & 0x3fU);
  }
  const bool is_surrogate = code >= 0xd800 && code <= 0xdfff;
  if (code < least[length] || code > 0x10ffff || is_surrogate) return malformed;
  return {code, length};
}

struct code_span {
  std::uint32_t first;
  std::uint32_t last;
};

/// Control characters, line separators, what has no width, and what changes the direction in which
/// the rest of the line is shown.
constexpr std::array<code_span, 9> not_shown = {{{0x00, 0x1f},
                                                 {0x7f, 0x9f},
                                                 {0xad, 0xad},
                                                 {0x61c, 0x61c},
                                                 {0x200b, 0x200f},
                                                 {0x2028, 0x202e},
                                                 {0x2060, 0x206f},
                                                 {0xfeff, 0xfeff},
                                                 {0xe0000, 0xe007f}}};

bool is_shown(std::uint32_t code) {
  for (const code_span& span : not_shown) {
    if (code >= span.first && code <= span.last) return false;
  }
  return true;
}

void append_escaped(std::string& out, std::uint32_t code) {
  constexpr std::string_view digits = "0123456789abcdef";
  if (code > 0xffff) code = 0xfffd;
  out += "\\u";
  for (const unsigned shift : {12U, 8U, 4U, 0U}) out += digits[(code >> shift) & 0xfU];
}

}  // namespace

std::string printable(std::string_view text, std::size_t bytes_max) {
  std::string out = "\"";
  out.reserve(std::min(text.size(), bytes_max) + 2);
  std::size_t at = 0;
  while (at < text.size()) {
    const character next = first_of(text.substr(at));
    const std::size_t length = next.length_bytes == 0 ? 1 : next.length_bytes;
    if (at + length > bytes_max) {
      out += "… " + std::to_string(text.size() - at) + " bytes more";
      break;
    }
    if (next.length_bytes == 0) {
      append_escaped(out, 0xfffd);
    } else if (next.code == '"' || next.code == '\\') {
      out += '\\';
      out += text[at];
    } else if (next.code == '\n') {
      out += "\\n";
    } else if (next.code == '\t') {
      out += "\\t";
    } else if (!is_shown(next.code)) {
      append_escaped(out, next.code);
    } else {
      out += text.substr(at, length);
    }
    at += length;
  }
  out += '"';
  return out;
}

}  // namespace troupe::core
