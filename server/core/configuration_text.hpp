// configuration_text.hpp — the option table as text: a starting configuration and the reference
// page.
#pragma once

#include <string>
#include <string_view>

namespace troupe::core {

/// The values a new installation cannot take from the defaults.
struct starting_secrets {
  std::string_view token;    // client.token.hmac_secret_key
  std::string_view api_key;  // http_api.key
};

/// A small configuration that works as it is: the listener, the data directory, the secrets and one
/// namespace, "chat", that a signed-in user can talk in. TOML says what each option means.
[[nodiscard]] std::string starting_toml(const starting_secrets& secrets);
[[nodiscard]] std::string starting_json(const starting_secrets& secrets);

/// docs/reference/configuration.md.
[[nodiscard]] std::string configuration_reference();

}  // namespace troupe::core
