// option_table.hpp — the one table of options. It drives binding (configuration_loader), the names
// in the environment, the check for unknown keys, `genconfig` and the reference page.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/configuration.hpp"

namespace troupe::core {

/// Where an option's value lives; the alternative is the option's type, and what the field of a
/// fresh configuration holds is its default.
using option_slot = std::variant<bool*, std::uint16_t*, std::size_t*, std::string*,
                                 std::chrono::milliseconds*, std::vector<std::string>*>;

/// Range of an integer, of a duration in milliseconds, of a text's bytes or of a list's items.
struct option_range {
  std::int64_t min = 0;
  std::int64_t max = 4096;
};

enum class applies {
  at_start,   // a change needs a restart
  on_reload,  // SIGHUP is enough
};

template <typename Owner>
struct option {
  std::string_view path;  // dotted, from the root of Owner
  option_slot (*slot)(Owner&);
  std::string_view description;
  option_range range = {};
  applies change = applies::at_start;
  std::string_view choices = {};  // separated by spaces; empty: any
  bool secret = false;            // its value appears in no message
};

using server_option = option<configuration>;
using channel_option = option<channel_options>;

/// All but the options of channels.
[[nodiscard]] std::span<const server_option> server_options();

/// The options of channel.without_namespace and of each of channel.namespaces.
[[nodiscard]] std::span<const channel_option> channel_option_table();

inline constexpr std::string_view without_namespace_path = "channel.without_namespace";
inline constexpr std::string_view namespaces_path = "channel.namespaces";
inline constexpr std::string_view rpc_namespaces_path = "rpc.namespaces";

/// A Centrifugo option for a feature this server does not have. Ignoring it would leave the
/// operator with another system than the one configured, so a configuration that turns it on is
/// refused.
struct unsupported_option {
  std::string_view path;
  enum class refused_when { on, given, not_memory } when;
  std::string_view advice;
};
[[nodiscard]] std::span<const unsupported_option> unsupported_options();
/// Those of channel.without_namespace and of each of channel.namespaces, by their names there.
[[nodiscard]] std::span<const unsupported_option> unsupported_channel_options();

/// A Centrifugo option, or a section of them, that means nothing here: the server does the same
/// without it. A configuration that has it is told so with a warning.
struct ignored_option {
  std::string_view path;
  std::string_view why;
};
[[nodiscard]] std::span<const ignored_option> ignored_options();

/// Full paths of everything above, namespaces' options and what is ignored excepted.
[[nodiscard]] std::vector<std::string> known_paths();

/// "http_server.port" → "TROUPE_HTTP_SERVER_PORT".
[[nodiscard]] std::string environment_name(std::string_view path);

/// "boolean", "integer", "text", "duration" or "list of texts".
[[nodiscard]] std::string_view type_name(const option_slot& slot);

/// The value as TOML and JSON both write it: true, 25, "25s", ["a", "b"].
[[nodiscard]] std::string value_text(const option_slot& slot);

}  // namespace troupe::core
