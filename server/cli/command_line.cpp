#include "cli/command_line.hpp"

#include <CLI/CLI.hpp>

#include "core/duration.hpp"

namespace troupe::cli {
namespace {

constexpr std::chrono::seconds token_ttl_default = std::chrono::hours{7 * 24};
constexpr std::chrono::seconds token_ttl_max = std::chrono::hours{10 * 366 * 24};

// What CLI11 fills in; empty texts were not given.
struct raw_flags {
  std::string config;
  std::string address;
  std::string port;
  std::string log_level;
  std::vector<std::string> sets;
};

struct raw_arguments {
  raw_flags flags;
  std::string format = "toml";
  std::string user;
  std::string ttl;
  std::string channel;
  bool version = false;
};

void add_configuration_flags(CLI::App& to, raw_flags& flags) {
  to.add_option("-c,--config", flags.config, "Configuration file, TOML or JSON")->type_name("FILE");
  to.add_option("--set", flags.sets, "Any option by its path, such as client.insecure=true")
      ->type_name("PATH=VALUE")
      ->allow_extra_args(false);
}

void add_listener_flags(CLI::App& to, raw_flags& flags) {
  to.add_option("--address", flags.address, "Address to listen on (http_server.address)")
      ->type_name("ADDRESS");
  to.add_option("--port", flags.port, "Port to listen on (http_server.port)")->type_name("PORT");
  to.add_option("--log-level", flags.log_level, "Least severe messages to log (log.level)")
      ->type_name("LEVEL");
}

std::expected<configuration_flags, usage_error> read_flags(const raw_flags& flags,
                                                           const CLI::App& given) {
  configuration_flags read;
  if (!flags.config.empty()) read.file = flags.config;
  for (const std::string& text : flags.sets) {
    const std::size_t equals = text.find('=');
    if (equals == 0 || equals == std::string::npos) {
      return std::unexpected(
          usage_error{"--set " + text + ": want PATH=VALUE, such as client.insecure=true"});
    }
    read.options.emplace_back(text.substr(0, equals), text.substr(equals + 1));
  }
  const auto add = [&](const char* flag, const char* path, const std::string& value) {
    const CLI::Option* const option = given.get_option_no_throw(flag);
    if (option != nullptr && option->count() > 0) read.options.emplace_back(path, value);
  };
  add("--address", "http_server.address", flags.address);
  add("--port", "http_server.port", flags.port);
  add("--log-level", "log.level", flags.log_level);
  return read;
}

std::expected<std::chrono::seconds, usage_error> read_ttl(std::string text) {
  if (text.empty()) return token_ttl_default;
  const std::string given = text;
  if (text.find_first_not_of("0123456789") == std::string::npos) text += 's';
  const auto duration = core::parse_duration(text);
  if (!duration || *duration < std::chrono::seconds{1} || *duration > token_ttl_max) {
    return std::unexpected(usage_error{"--ttl " + given +
                                       ": want a duration from 1s to 87840h, such as 12h, or a "
                                       "number of seconds"});
  }
  return std::chrono::duration_cast<std::chrono::seconds>(*duration);
}

template <typename Command>
std::expected<command, usage_error> configured(const raw_flags& flags, const CLI::App& given) {
  auto read = read_flags(flags, given);
  if (!read) return std::unexpected(read.error());
  return Command{.from = std::move(*read)};
}

std::expected<command, usage_error> read_gentoken(const raw_arguments& raw, const CLI::App& given) {
  auto flags = read_flags(raw.flags, given);
  if (!flags) return std::unexpected(flags.error());
  const auto ttl = read_ttl(raw.ttl);
  if (!ttl) return std::unexpected(ttl.error());
  gentoken_command made{
      .from = std::move(*flags), .user = raw.user, .ttl = *ttl, .channel = std::nullopt};
  if (given.get_option("--channel")->count() > 0) made.channel = raw.channel;
  if (made.channel && made.channel->empty()) {
    return std::unexpected(usage_error{"--channel: want the name of a channel"});
  }
  return made;
}

output_format format_named(std::string_view name) {
  if (name == "json") return output_format::json;
  if (name == "markdown") return output_format::markdown;
  return output_format::toml;
}

}  // namespace

std::expected<command, usage_error> parse(int argc, const char* const* argv) {
  CLI::App app("A self-hosted real-time server.", "troupe");
  raw_arguments raw;
  app.add_flag("--version", raw.version, "Print the version");

  CLI::App* const serve = app.add_subcommand("serve", "Run the server until it is stopped");
  add_configuration_flags(*serve, raw.flags);
  add_listener_flags(*serve, raw.flags);

  CLI::App* const checkconfig =
      app.add_subcommand("checkconfig", "Say everything that is wrong with a configuration");
  add_configuration_flags(*checkconfig, raw.flags);
  add_listener_flags(*checkconfig, raw.flags);

  CLI::App* const genconfig =
      app.add_subcommand("genconfig", "Print a configuration to start from, with fresh secrets");
  genconfig->add_option("--format", raw.format, "toml (the default) or json")
      ->type_name("FORMAT")
      ->check(CLI::IsMember({"toml", "json", "markdown"}).description(""));

  CLI::App* const gentoken =
      app.add_subcommand("gentoken", "Print a token signed with the configured secret");
  add_configuration_flags(*gentoken, raw.flags);
  gentoken->add_option("-u,--user", raw.user, "The user; left out: the anonymous user")
      ->type_name("USER");
  gentoken->add_option("-t,--ttl", raw.ttl, "How long the token is good (168h)")
      ->type_name("DURATION");
  gentoken->add_option("--channel", raw.channel, "Make a subscription token for this channel")
      ->type_name("CHANNEL");

  CLI::App* const version = app.add_subcommand("version", "Print the version");
  app.require_subcommand(0, 1);

  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp&) {
    return help_command{app.help()};
  } catch (const CLI::ParseError& error) {
    return std::unexpected(usage_error{error.what()});
  }
  if (raw.version || version->parsed()) return version_command{};
  if (serve->parsed()) return configured<serve_command>(raw.flags, *serve);
  if (checkconfig->parsed()) return configured<checkconfig_command>(raw.flags, *checkconfig);
  if (genconfig->parsed()) return genconfig_command{format_named(raw.format)};
  if (gentoken->parsed()) return read_gentoken(raw, *gentoken);
  return std::unexpected(usage_error{"a command is missing; see troupe --help"});
}

}  // namespace troupe::cli
