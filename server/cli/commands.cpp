#include "cli/commands.hpp"

#include <utility>

#include "core/channel_address.hpp"
#include "core/configuration_text.hpp"
#include "core/limits.hpp"
#include "core/quote.hpp"
#include "crypto/configured_keys.hpp"
#include "crypto/jwt.hpp"

namespace troupe::cli {
namespace {

void print(std::ostream& to, std::string_view severity,
           std::span<const core::configuration_finding> findings) {
  for (const auto& finding : findings) to << severity << ": " << finding.text << '\n';
}

std::string_view explain(core::channel_errc error) {
  switch (error) {
    case core::channel_errc::empty:
      return "it is empty";
    case core::channel_errc::too_long:
      return "it is longer than channel.max_length";
    case core::channel_errc::bad_character:
      return "want printable ASCII";
    case core::channel_errc::unknown_namespace:
      return "its namespace is not configured";
  }
  return "";
}

exit_code fail(surroundings& world, std::string_view text) {
  world.err << "error: " << text << '\n';
  return exit_code::failure;
}

crypto::common_claims common_claims(const gentoken_command& command,
                                    const core::configuration& configuration,
                                    std::chrono::sys_seconds now) {
  crypto::common_claims claims;
  claims.subject = command.user;
  claims.issued = now;
  claims.expires = now + command.ttl;
  const auto& token = configuration.client.token;
  if (!token.audience.empty()) claims.audience = {token.audience};
  claims.issuer = token.issuer;
  return claims;
}

}  // namespace

core::load_result read_configuration(const configuration_flags& from, const surroundings& world) {
  core::configuration_sources sources;
  sources.environment = world.environment;
  sources.flags = from.options;
  if (from.file) {
    auto read = world.read_file(*from.file);
    if (!read) {
      return std::unexpected(core::refused_configuration{
          .errors = {{"--config", std::move(read.error())}}, .warnings = {}});
    }
    sources.file = std::move(*read);
  }
  return core::load(sources);
}

std::expected<core::configuration, exit_code> load_configuration(const configuration_flags& from,
                                                                 surroundings& world) {
  auto loaded = read_configuration(from, world);
  if (!loaded) {
    print(world.err, "error", loaded.error().errors);
    print(world.err, "warning", loaded.error().warnings);
    return std::unexpected(exit_code::failure);
  }
  print(world.err, "warning", loaded->warnings);
  const auto& client = loaded->value.client;
  for (const auto& keys :
       {crypto::configured_keys(client.token, "client.token"),
        crypto::configured_keys(client.subscription_token, "client.subscription_token")}) {
    if (!keys) return std::unexpected(fail(world, keys.error()));
  }
  return std::move(loaded->value);
}

std::expected<std::string, exit_code> token_secret(const core::configuration& configuration,
                                                   surroundings& world) {
  const std::string& configured = configuration.client.token.hmac_secret_key;
  if (!configured.empty()) return configured;
  if (!core::is_loopback(configuration.http_server.address)) {
    return std::unexpected(
        fail(world,
             "client.token.hmac_secret_key is empty, and the development secret is for a loopback "
             "http_server.address alone"));
  }
  auto secret = world.development_secret(configuration.storage.path);
  if (!secret) return std::unexpected(fail(world, secret.error()));
  return std::move(*secret);
}

exit_code run(const checkconfig_command& command, surroundings& world) {
  const auto configuration = load_configuration(command.from, world);
  if (!configuration) return configuration.error();
  world.out << "The configuration is valid.\n";
  return exit_code::success;
}

exit_code run(const genconfig_command& command, surroundings& world) {
  if (command.format == output_format::markdown) {
    world.out << core::configuration_reference();
    return exit_code::success;
  }
  const auto token = core::random_hex(world.random, core::limits::hmac_secret_bytes_min);
  const auto api_key = core::random_hex(world.random, core::limits::hmac_secret_bytes_min);
  if (!token || !api_key) return fail(world, "the system has no randomness to give for secrets");
  const core::starting_secrets secrets{.token = *token, .api_key = *api_key};
  world.out << (command.format == output_format::json ? core::starting_json(secrets)
                                                      : core::starting_toml(secrets));
  return exit_code::success;
}

exit_code run(const gentoken_command& command, surroundings& world) {
  const auto configuration = load_configuration(command.from, world);
  if (!configuration) return configuration.error();
  if (command.user.size() > core::limits::user_id_length_max) {
    return fail(world, "the user is longer than 255 bytes");
  }
  const auto secret = token_secret(*configuration, world);
  if (!secret) return secret.error();
  const crypto::hmac_key key(*secret);
  const auto common = common_claims(command, *configuration, world.now);
  if (!command.channel) {
    crypto::connection_claims claims;
    static_cast<crypto::common_claims&>(claims) = common;
    world.out << crypto::sign_token(crypto::write_claims(claims), key) << '\n';
    return exit_code::success;
  }
  const auto address = core::resolve_namespace(*command.channel, configuration->channel);
  if (!address) {
    return fail(world, "the channel " + core::quote(*command.channel) +
                           " cannot be: " + std::string(explain(address.error())));
  }
  crypto::subscription_claims claims;
  static_cast<crypto::common_claims&>(claims) = common;
  claims.channel = *command.channel;
  world.out << crypto::sign_token(crypto::write_claims(claims), key) << '\n';
  return exit_code::success;
}

exit_code run(const version_command&, surroundings& world) {
  world.out << "troupe " << world.version << '\n';
  return exit_code::success;
}

exit_code run(const help_command& command, surroundings& world) {
  world.out << command.text;
  return exit_code::success;
}

exit_code run(const usage_error& error, surroundings& world) {
  world.err << "troupe: " << error.text << '\n';
  return exit_code::usage;
}

}  // namespace troupe::cli
