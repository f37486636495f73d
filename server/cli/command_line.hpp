// command_line.hpp — `troupe COMMAND …` as a value: what was asked for, nothing done yet.
#pragma once

#include <chrono>
#include <expected>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "core/configuration_loader.hpp"

namespace troupe::cli {

/// Where a command's configuration comes from, the environment aside.
struct configuration_flags {
  std::optional<std::string> file;         // --config FILE
  std::vector<core::named_value> options;  // --address, --port, --log-level, --set PATH=VALUE
};

struct serve_command {
  configuration_flags from;
};

struct checkconfig_command {
  configuration_flags from;
};

enum class output_format { toml, json, markdown };

struct genconfig_command {
  output_format format = output_format::toml;
};

struct gentoken_command {
  configuration_flags from;
  std::string user;                    // empty: the anonymous user
  std::chrono::seconds ttl{};          // over 0
  std::optional<std::string> channel;  // given: a subscription token
};

struct version_command {};

/// --help, for the program or one command.
struct help_command {
  std::string text;
};

using command = std::variant<serve_command, checkconfig_command, genconfig_command,
                             gentoken_command, version_command, help_command>;

struct usage_error {
  std::string text;  // for standard error, without a line end; the exit code is 2
};

/// What the arguments (argv as main gets it) ask for. Says nothing about whether it can be done.
[[nodiscard]] std::expected<command, usage_error> parse(int argc, const char* const* argv);

}  // namespace troupe::cli
