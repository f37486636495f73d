// channel_override.hpp — options of a channel that one subscription has otherwise than its
// namespace: as the application says, in the server API and in its answers.
#pragma once

#include <optional>

namespace troupe::protocol {

/// In JSON each is {"value":true}. Absent and null leave the namespace's; {} is false, because
/// senders omit what is false.
struct channel_override {
  std::optional<bool> presence{};
  std::optional<bool> join_leave{};
  std::optional<bool> force_recovery{};
  std::optional<bool> force_positioning{};
  std::optional<bool> force_push_join_leave{};

  bool operator==(const channel_override&) const = default;
};

}  // namespace troupe::protocol
