// protobuf_fields.hpp — fields of protobuf messages written by their number: for tests, which must
// not take the numbers from the schema that they check.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

namespace troupe::protocol::protobuf_fields {

inline std::string varint(std::uint64_t value) {
  std::string out;
  for (; value >= 0x80; value >>= 7) out += static_cast<char>((value & 0x7F) | 0x80);
  return out += static_cast<char>(value);
}

/// A field is (number << 3 | type), then a varint or a length and bytes.
inline std::string number(unsigned field, std::uint64_t value) {
  return varint(field << 3) + varint(value);
}
inline std::string bytes(unsigned field, std::string_view value) {
  return varint(field << 3 | 2) + varint(value.size()) + std::string(value);
}

inline std::string joined(std::initializer_list<std::string> fields) {
  std::string out;
  for (const std::string& each : fields) out += each;
  return out;
}

/// A message as it stands in a frame, behind its length.
inline std::string delimited(std::initializer_list<std::string> fields) {
  const std::string message = joined(fields);
  return varint(message.size()) + message;
}

}  // namespace troupe::protocol::protobuf_fields
