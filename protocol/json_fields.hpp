// json_fields.hpp — reading the fields of a JSON object into a struct.
//
// Internal to protocol/: included by the decoders' .cpp files only, because it names simdjson.
// The text was checked with check_json before. simdjson does not look into what is skipped, and it
// is the check that bounds the depth and makes a payload safe to inline.
#pragma once

#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <simdjson.h>  // tidy: allow vendor because only the decoders' .cpp files include this

#include "protocol/client/stream_position.hpp"
#include "protocol/errc.hpp"
#include "protocol/json_text.hpp"

namespace troupe::protocol::json {

using value = simdjson::ondemand::value;
using simdjson::error_code;

/// Calls `read(name, value)` for each field that is not null, in the order of the text; a field
/// that `read` leaves alone is skipped. Stops at the first error.
template <class Read>
error_code for_each_field(simdjson::ondemand::object object, Read read) {
  for (auto entry : object) {
    simdjson::ondemand::field field;
    if (auto error = std::move(entry).get(field)) return error;
    std::string_view name;
    if (auto error = field.unescaped_key().get(name)) return error;
    value& content = field.value();
    // A payload is a value of its author's, and null is one.
    if (name != "data") {
      bool null = false;
      if (auto error = content.is_null().get(null)) return error;
      if (null) continue;
    }
    if (auto error = read(name, content)) return error;
  }
  return simdjson::SUCCESS;
}

template <class Read>
error_code for_each_field(value& from, Read read) {
  simdjson::ondemand::object object;
  if (auto error = from.get_object().get(object)) return error;
  return for_each_field(object, read);
}

inline error_code read(value& from, std::string& out) {
  std::string_view text;
  if (auto error = from.get_string().get(text)) return error;
  out = text;
  return simdjson::SUCCESS;
}

inline error_code read(value& from, bool& out) {
  return from.get_bool().get(out);
}
inline error_code read(value& from, std::uint64_t& out) {
  return from.get_uint64().get(out);
}

inline error_code read(value& from, std::uint32_t& out) {
  std::uint64_t wide = 0;
  if (auto error = from.get_uint64().get(wide)) return error;
  if (wide > std::numeric_limits<std::uint32_t>::max()) return simdjson::NUMBER_OUT_OF_RANGE;
  out = static_cast<std::uint32_t>(wide);
  return simdjson::SUCCESS;
}

inline error_code read(value& from, std::int32_t& out) {
  std::int64_t wide = 0;
  if (auto error = from.get_int64().get(wide)) return error;
  if (wide < std::numeric_limits<std::int32_t>::min() ||
      wide > std::numeric_limits<std::int32_t>::max()) {
    return simdjson::NUMBER_OUT_OF_RANGE;
  }
  out = static_cast<std::int32_t>(wide);
  return simdjson::SUCCESS;
}

/// The text of any value, as a payload.
inline error_code read_raw(value& from, std::string& out) {
  std::string_view text;
  if (auto error = simdjson::to_json_string(from).get(text)) return error;
  const auto end = text.find_last_not_of(" \t\r\n");
  out.clear();
  append_json_line(out, text.substr(0, end + 1));
  return simdjson::SUCCESS;
}

inline error_code read(value& from, std::vector<std::string>& out) {
  simdjson::ondemand::array array;
  if (auto error = from.get_array().get(array)) return error;
  out.clear();
  for (auto entry : array) {
    value element;
    if (auto error = std::move(entry).get(element)) return error;
    if (auto error = read(element, out.emplace_back())) return error;
  }
  return simdjson::SUCCESS;
}

inline error_code read(value& from, std::map<std::string, std::string>& out) {
  return for_each_field(from, [&](std::string_view name, value& content) {
    return read(content, out[std::string(name)]);
  });
}

inline error_code read(value& from, stream_position& out) {
  return for_each_field(from, [&](std::string_view name, value& content) {
    if (name == "offset") return read(content, out.offset);
    if (name == "epoch") return read(content, out.epoch);
    return simdjson::SUCCESS;
  });
}

template <class T>
error_code read(value& from, std::optional<T>& out) {
  return read(from, out.emplace());
}

/// After check_json has passed, what is left to go wrong is types.
inline errc translate(error_code) {
  return errc::wrong_type;
}

}  // namespace troupe::protocol::json
