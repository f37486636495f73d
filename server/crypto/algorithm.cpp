#include "crypto/algorithm.hpp"

#include <algorithm>
#include <array>

namespace troupe::crypto {
namespace {

struct entry {
  algorithm value;
  std::string_view name;
  key_family family;
};

constexpr std::array<entry, 10> table = {{{algorithm::hs256, "HS256", key_family::hmac},
                                          {algorithm::hs384, "HS384", key_family::hmac},
                                          {algorithm::hs512, "HS512", key_family::hmac},
                                          {algorithm::rs256, "RS256", key_family::rsa},
                                          {algorithm::rs384, "RS384", key_family::rsa},
                                          {algorithm::rs512, "RS512", key_family::rsa},
                                          {algorithm::es256, "ES256", key_family::ecdsa},
                                          {algorithm::es384, "ES384", key_family::ecdsa},
                                          {algorithm::es512, "ES512", key_family::ecdsa},
                                          {algorithm::eddsa, "EdDSA", key_family::eddsa}}};

constexpr bool table_is_in_order() {
  for (std::size_t i = 0; i < table.size(); ++i) {
    if (static_cast<std::size_t>(table[i].value) != i) return false;
  }
  return true;
}
static_assert(table_is_in_order());

}  // namespace

std::string_view name(algorithm value) {
  return table[static_cast<std::size_t>(value)].name;
}

std::optional<algorithm> algorithm_named(std::string_view text) {
  const auto* const row = std::ranges::find(table, text, &entry::name);
  if (row == table.end()) return std::nullopt;
  return row->value;
}

key_family family_of(algorithm value) {
  return table[static_cast<std::size_t>(value)].family;
}

}  // namespace troupe::crypto
