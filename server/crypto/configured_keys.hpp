// configured_keys.hpp — from the options of a kind of token to its keys.
#pragma once

#include <expected>
#include <string>
#include <string_view>

#include "core/configuration.hpp"
#include "crypto/static_keys.hpp"

namespace troupe::crypto {

/// Error: what is wrong with which option, as a line for the operator. `path` is where the section
/// stands: "client.token".
[[nodiscard]] std::expected<static_keys, std::string> configured_keys(
    const core::configuration::token_section& section, std::string_view path);

}  // namespace troupe::crypto
