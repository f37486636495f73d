#include <algorithm>
#include <utility>

#include <simdjson.h>

#include "adapters/files/config_formats.hpp"
#include "core/limits.hpp"
#include "core/quote.hpp"

namespace troupe::files {
namespace {

namespace ondemand = simdjson::ondemand;

// Walks the whole document once, front to back, as the parser wants it.
class json_reader {
 public:
  json_reader(const simdjson::padded_string& text, std::string_view name)
      : text_(text), name_(name) {}

  std::expected<core::setting, std::string> read() {
    ondemand::parser parser;
    ondemand::document document;
    if (const auto error = parser.iterate(text_).get(document)) {
      return std::unexpected(refusal(text_.data() + text_.size(), error));
    }
    ondemand::object object;
    if (const auto error = document.get_object().get(object)) {
      return std::unexpected(refusal(text_.data(), error));
    }
    auto made = read_object(object, {core::setting_table{}, place(text_.data())}, 0);
    if (!made && error_ != simdjson::SUCCESS) {
      const char* at = nullptr;
      if (document.current_location().get(at)) at = text_.data() + text_.size();
      return std::unexpected(refusal(at, error_));
    }
    const char* rest = nullptr;
    if (made && document.current_location().get(rest) == simdjson::SUCCESS) {
      return std::unexpected(place(rest) + ": more text after the end of the document");
    }
    return made;
  }

 private:
  using result = std::expected<core::setting, std::string>;

  // The place is the parser's to say; read() adds it.
  result fail(simdjson::error_code error) {
    error_ = error;
    return std::unexpected(std::string());
  }

  result read_value(ondemand::value value, std::size_t depth) {
    core::setting made{false, place(value.raw_json_token().data())};
    if (depth > core::limits::configuration_depth_max) {
      return std::unexpected(made.origin + ": nested too deep");
    }
    ondemand::json_type type{};
    if (const auto error = value.type().get(type)) return fail(error);
    switch (type) {
      case ondemand::json_type::object: {
        ondemand::object object;
        if (const auto error = value.get_object().get(object)) return fail(error);
        return read_object(object, std::move(made), depth);
      }
      case ondemand::json_type::array: {
        ondemand::array array;
        if (const auto error = value.get_array().get(array)) return fail(error);
        return read_array(array, std::move(made), depth);
      }
      default:
        return read_scalar(value, type, std::move(made));
    }
  }

  result read_scalar(ondemand::value value, ondemand::json_type type, core::setting made) {
    if (type == ondemand::json_type::string) {
      std::string_view text;
      if (const auto error = value.get_string().get(text)) return fail(error);
      made.value = std::string(text);
    } else if (type == ondemand::json_type::boolean) {
      bool truth = false;
      if (const auto error = value.get_bool().get(truth)) return fail(error);
      made.value = truth;
    } else if (type == ondemand::json_type::number) {
      std::int64_t integer = 0;
      double number = 0;
      if (value.get_int64().get(integer) == simdjson::SUCCESS) {
        made.value = integer;
      } else if (const auto error = value.get_double().get(number)) {
        return fail(error);
      } else {
        made.value = number;
      }
    } else {
      return std::unexpected(made.origin + ": null is no value; leave the option out");
    }
    return made;
  }

  result read_array(ondemand::array array, core::setting made, std::size_t depth) {
    auto& list = made.value.emplace<core::setting_list>();
    for (auto&& item : array) {
      ondemand::value value;
      if (const auto error = std::move(item).get(value)) return fail(error);
      auto read = read_value(value, depth + 1);
      if (!read) return read;
      list.push_back(std::move(*read));
    }
    return made;
  }

  result read_object(ondemand::object object, core::setting made, std::size_t depth) {
    auto& entries = made.value.emplace<core::setting_table>();
    for (auto&& item : object) {
      ondemand::field field;
      if (const auto error = std::move(item).get(field)) return fail(error);
      std::string_view unescaped;
      if (const auto error = field.unescaped_key().get(unescaped)) return fail(error);
      const std::string key(unescaped);
      auto read = read_value(field.value(), depth + 1);
      if (!read) return read;
      if (std::ranges::find(entries, key, &core::setting_entry::key) != entries.end()) {
        return std::unexpected(read->origin + ": " + core::quote(key) + " is there twice");
      }
      entries.push_back({key, std::move(*read)});
    }
    return made;
  }

  [[nodiscard]] std::string place(const char* at) const {
    const std::string_view all(text_.data(), text_.size());
    const auto offset = std::min(static_cast<std::size_t>(at - all.data()), all.size());
    const std::string_view before = all.substr(0, offset);
    const auto line = std::ranges::count(before, '\n') + 1;
    const std::size_t line_begin = before.rfind('\n') + 1;  // npos + 1 is 0
    return std::string(name_) + ':' + std::to_string(line) + ':' +
           std::to_string(offset - line_begin + 1);
  }

  [[nodiscard]] std::string refusal(const char* at, simdjson::error_code error) const {
    return place(at) + ": " + simdjson::error_message(error);
  }

  const simdjson::padded_string& text_;
  std::string_view name_;
  simdjson::error_code error_ = simdjson::SUCCESS;
};

}  // namespace

std::expected<core::setting, std::string> parse_json(std::string_view text, std::string_view name) {
  const simdjson::padded_string padded(text);
  return json_reader(padded, name).read();
}

}  // namespace troupe::files
