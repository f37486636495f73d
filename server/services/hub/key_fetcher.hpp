// key_fetcher.hpp — fetches the public keys of a kind of token from where they are published
// (JWKS): when a token names a key that is not known, and every few minutes, so that a key that was
// withdrawn is not believed for ever.
//
// It handles one question at a time, so however many tokens name unknown keys at once, one request
// is under way, and the others find its outcome when their turn comes. Between two fetches lie
// refetch_interval: a flood of invented key ids causes no more. While the endpoint cannot be
// reached the keys that were fetched before stay.
#pragma once

#include <chrono>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>

#include <troupe/actor.hpp>

#include "core/log.hpp"
#include "crypto/published_keys.hpp"
#include "ports/http_client.hpp"

namespace troupe::hub {

/// Where the public keys of a kind of token are published, and where they are kept here.
struct key_endpoint {
  std::string url;
  crypto::published_keys& keys;
};

enum class key_search_errc : std::uint8_t {
  unknown,  // fetched just now, and the key is not there
  later,    // not looked: the last fetch was a moment ago, or it failed
};

/// Is this key published? Success: it is known now.
struct find_key {
  using reply = std::expected<void, key_search_errc>;
  std::string key_id;
};

class key_fetcher final : public actor {
 public:
  static constexpr std::chrono::seconds refetch_interval{30};
  /// As long as nothing was ever fetched: nobody could connect, and nobody is kept by old keys.
  static constexpr std::chrono::seconds first_interval{3};
  static constexpr std::chrono::minutes refresh_period{5};
  static constexpr std::chrono::milliseconds fetch_within{4000};
  static constexpr std::uint32_t mailbox_capacity = 10'000;

  /// What it is given outlives it.
  key_fetcher(const key_endpoint& endpoint, ports::http_client& http, core::log& log)
      : endpoint_(endpoint), http_(http), log_(log) {}

  task<find_key::reply> on(find_key message);

  struct refresh {};
  task<> on(refresh);

 private:
  /// False: it failed, which has been logged.
  task<bool> fetch();
  bool is_too_early() const;

  const key_endpoint& endpoint_;
  ports::http_client& http_;
  core::log& log_;
  std::optional<time_point> last_fetch_;
  bool has_keys_ = false;
};

}  // namespace troupe::hub
