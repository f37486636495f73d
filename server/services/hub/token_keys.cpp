#include "services/hub/token_keys.hpp"

#include "crypto/configured_keys.hpp"

namespace troupe::hub {

std::expected<core::commit_reload, std::string> prepare_keys(const core::configuration& next,
                                                             token_keys& connections,
                                                             token_keys& subscriptions) {
  auto for_connections = crypto::configured_keys(next.client.token, "client.token");
  if (!for_connections) return std::unexpected(std::move(for_connections.error()));
  auto for_subscriptions =
      crypto::configured_keys(next.client.subscription_token, "client.subscription_token");
  if (!for_subscriptions) return std::unexpected(std::move(for_subscriptions.error()));
  return [&connections, &subscriptions, connection_keys = *std::move(for_connections),
          subscription_keys = *std::move(for_subscriptions)]() mutable noexcept {
    connections.exchange_configured(std::move(connection_keys));
    subscriptions.exchange_configured(std::move(subscription_keys));
  };
}

}  // namespace troupe::hub
