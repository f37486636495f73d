// commands.hpp — every command but serve, and the configuration that serve starts from.
//
// What a command prints for the caller goes to `out`, everything else to `err`. All they need from
// the world is handed in, so main.cpp alone decides what a file or a clock is.
#pragma once

#include <chrono>
#include <expected>
#include <functional>
#include <ostream>
#include <span>
#include <string>
#include <string_view>

#include "cli/command_line.hpp"
#include "core/configuration.hpp"
#include "core/configuration_loader.hpp"
#include "core/random.hpp"
#include "core/settings.hpp"

namespace troupe::cli {

enum class exit_code : int {
  success = 0,
  failure = 1,  // the configuration is refused, or something needed is not to be had
  usage = 2,    // the arguments make no sense
};

/// References outlive the call; nothing is kept. One thread.
struct surroundings {
  std::ostream& out;
  std::ostream& err;
  std::span<const core::named_value> environment;
  /// Reads --config FILE; an error is one line that names the file.
  std::function<std::expected<core::setting, std::string>(const std::string& path)> read_file;
  /// The development secret of the data directory at this path, made if it is not there yet.
  std::function<std::expected<std::string, std::string>(const std::string& path)>
      development_secret;
  core::random_source& random;
  std::chrono::sys_seconds now;
  std::string_view version;
};

/// Flags over environment over file over defaults; a file that cannot be read is an error like
/// others. Prints nothing.
[[nodiscard]] core::load_result read_configuration(const configuration_flags& from,
                                                   const surroundings& world);

/// read_configuration(); prints warnings, and errors before it fails.
[[nodiscard]] std::expected<core::configuration, exit_code> load_configuration(
    const configuration_flags& from, surroundings& world);

/// The secret tokens are signed with: the configured one, or on a loopback address without one the
/// development secret. Prints what is wrong before it fails.
[[nodiscard]] std::expected<std::string, exit_code> token_secret(
    const core::configuration& configuration, surroundings& world);

[[nodiscard]] exit_code run(const checkconfig_command& command, surroundings& world);
[[nodiscard]] exit_code run(const genconfig_command& command, surroundings& world);
[[nodiscard]] exit_code run(const gentoken_command& command, surroundings& world);
[[nodiscard]] exit_code run(const version_command& command, surroundings& world);
[[nodiscard]] exit_code run(const help_command& command, surroundings& world);
[[nodiscard]] exit_code run(const usage_error& error, surroundings& world);

}  // namespace troupe::cli
