// json_object_writer.hpp — a JSON object, field by field, appended to a string.
//
// Names are written as they are and need no escaping. Functions named `field` leave zero values
// out; `always` writes them.
#pragma once

#include <array>
#include <charconv>
#include <concepts>
#include <map>
#include <string>
#include <string_view>

#include "protocol/base64.hpp"
#include "protocol/json_text.hpp"

namespace troupe::protocol {

template <std::integral Number>
void append_json_number(std::string& out, Number number) {
  std::array<char, 20> digits;  // as many as a 64-bit number has, with its sign
  const auto end = std::to_chars(digits.begin(), digits.end(), number).ptr;
  out.append(digits.begin(), end);
}

class json_object_writer {
 public:
  explicit json_object_writer(std::string& out) : out_(out) { out_.push_back('{'); }
  ~json_object_writer() { out_.push_back('}'); }
  json_object_writer(const json_object_writer&) = delete;
  json_object_writer& operator=(const json_object_writer&) = delete;

  /// Writes the name; what is appended to the returned string is the value.
  std::string& name(std::string_view name) {
    if (!empty_) out_.push_back(',');
    empty_ = false;
    out_.push_back('"');
    out_.append(name);
    out_.append("\":");
    return out_;
  }
  /// The same for a name that comes from outside.
  std::string& foreign_name(std::string_view name) {
    if (!empty_) out_.push_back(',');
    empty_ = false;
    append_json_string(out_, name);
    out_.push_back(':');
    return out_;
  }

  void always(std::string_view field, std::string_view text) {
    append_json_string(name(field), text);
  }
  template <std::integral Number>
  void always(std::string_view field, Number number) {
    append_json_number(name(field), number);
  }

  void field(std::string_view field, std::string_view text) {
    if (!text.empty()) always(field, text);
  }
  template <std::integral Number>
    requires(!std::same_as<Number, bool>)
  void field(std::string_view field, Number number) {
    if (number != 0) always(field, number);
  }
  void field(std::string_view field, std::same_as<bool> auto flag) {
    if (flag) name(field).append("true");
  }
  /// A payload: JSON inlined in one line; bytes of any other kind as base64, with "b64" before the
  /// field's name. What stands here can therefore never end or forge the object around it.
  void raw(std::string_view field, std::string_view payload) {
    if (payload.empty()) return;
    if (check_json(payload)) {
      append_json_line(name(field), payload);
    } else {
      always("b64" + std::string(field), encode_base64(payload));
    }
  }
  void field(std::string_view field, const std::map<std::string, std::string>& map) {
    if (map.empty()) return;
    json_object_writer entries(name(field));
    for (const auto& [key, text] : map) append_json_string(entries.foreign_name(key), text);
  }

 private:
  std::string& out_;
  bool empty_ = true;
};

}  // namespace troupe::protocol
