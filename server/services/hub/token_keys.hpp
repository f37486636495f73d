// token_keys.hpp — who is believed about one kind of token: the keys that the configuration holds
// and, where it names an endpoint, those that are published there.
#pragma once

#include <expected>
#include <string>
#include <utility>

#include "core/configuration.hpp"
#include "core/reload.hpp"
#include "crypto/exchangeable_keys.hpp"
#include "crypto/published_keys.hpp"
#include "crypto/static_keys.hpp"
#include "services/hub/key_fetcher.hpp"

namespace troupe::hub {

/// Stays where it is: the actors of the hub refer to it, and it outlives them.
class token_keys {
 public:
  /// `endpoint_url` empty: nothing is fetched.
  token_keys(crypto::static_keys configured, std::string endpoint_url)
      : configured_(std::move(configured)), endpoint_{std::move(endpoint_url), fetched_} {}
  token_keys(const token_keys&) = delete;
  token_keys& operator=(const token_keys&) = delete;

  const crypto::key_set& keys() const {
    if (endpoint_.url.empty()) return configured_;
    return fetched_;
  }
  /// Puts others in the place of those that the configuration holds. One at a time.
  void exchange_configured(crypto::static_keys next) { configured_.exchange(std::move(next)); }
  /// Null: nothing is fetched.
  const key_endpoint* endpoint() const { return endpoint_.url.empty() ? nullptr : &endpoint_; }

 private:
  crypto::exchangeable_keys configured_;
  crypto::published_keys fetched_{configured_};
  const key_endpoint endpoint_;
};

/// For a reload: reads the keys of both kinds that `next` holds. The error is for the operator.
/// Both outlive what is given.
std::expected<core::commit_reload, std::string> prepare_keys(const core::configuration& next,
                                                             token_keys& connections,
                                                             token_keys& subscriptions);

}  // namespace troupe::hub
