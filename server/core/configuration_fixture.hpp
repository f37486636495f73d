// configuration_fixture.hpp — for the tests: configurations in a few words, and what loading one
// says.
#pragma once

#include <expected>
#include <string>
#include <utility>
#include <vector>

#include "core/configuration_loader.hpp"

namespace troupe::core {

using flags = std::vector<named_value>;

inline std::expected<loaded_configuration, refused_configuration> load_flags(const flags& given) {
  return load({.environment = {}, .flags = given});
}

inline setting section(setting_table entries) {
  return {std::move(entries), ""};
}

inline setting text(std::string value) {
  return {std::move(value), "f.toml:3:8"};
}

// One namespace with these entries, as the only thing in the file.
inline setting file_with_namespaces(setting_list namespaces) {
  return section({{"channel", section({{"namespaces", {std::move(namespaces), "f.toml:1:1"}}})}});
}

inline std::string only_error(
    const std::expected<loaded_configuration, refused_configuration>& result) {
  if (result) return "loaded";
  if (result.error().errors.size() != 1) {
    std::string all = "not one error:";
    for (const auto& error : result.error().errors) all += "\n" + error.text;
    return all;
  }
  return result.error().errors.front().text;
}

}  // namespace troupe::core
