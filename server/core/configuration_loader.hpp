// configuration_loader.hpp — from what the operator wrote to a valid configuration, or to all that
// is wrong with it at once. Pure: files and the environment are read elsewhere and handed in.
#pragma once

#include <expected>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/configuration.hpp"
#include "core/settings.hpp"

namespace troupe::core {

/// Something to tell the operator, in one line that names the option, its value, where it was given
/// and what would be right.
struct configuration_finding {
  std::string option;  // "http_server.port", "channel.namespaces[1].name"
  std::string text;

  friend bool operator==(const configuration_finding&, const configuration_finding&) = default;
};

struct loaded_configuration {
  configuration value;
  std::vector<configuration_finding> warnings;
};

struct refused_configuration {
  std::vector<configuration_finding> errors;  // never empty
  std::vector<configuration_finding> warnings;
};

using load_result = std::expected<loaded_configuration, refused_configuration>;

/// A flag or environment variable: name and value.
using named_value = std::pair<std::string, std::string>;

/// What load() puts together; the later a member, the stronger its word.
struct configuration_sources {
  setting file{setting_table{}, ""};              // what --config named; empty if it was not given
  std::span<const named_value> environment = {};  // all of it; names without TROUPE_ are skipped
  std::span<const named_value> flags = {};        // option path ("http_server.port") and value
};

/// Flags over environment over file over defaults. Unknown keys are warnings with a suggestion.
/// Refused: wrong types and ranges, unknown flags, options that contradict each other, features
/// that are not supported, a token secret too short for an address that others reach. Values of
/// secret options appear in no finding.
[[nodiscard]] load_result load(const configuration_sources& sources);

}  // namespace troupe::core
