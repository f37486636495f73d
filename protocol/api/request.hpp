// request.hpp — what the application asks of the server API, one or several at a time.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <string_view>
#include <type_traits>
#include <variant>
#include <vector>

#include "protocol/api/channels.hpp"
#include "protocol/api/disconnect.hpp"
#include "protocol/api/history.hpp"
#include "protocol/api/info.hpp"
#include "protocol/api/presence.hpp"
#include "protocol/api/publish.hpp"
#include "protocol/api/refresh.hpp"
#include "protocol/api/rpc.hpp"
#include "protocol/api/subscribe.hpp"
#include "protocol/api/unsubscribe.hpp"
#include "protocol/errc.hpp"

namespace troupe::protocol::api {

/// One call. monostate: of a method that there is not.
using request = std::variant<std::monostate, publish_request, broadcast_request, subscribe_request,
                             unsubscribe_request, disconnect_request, refresh_request,
                             presence_request, presence_stats_request, history_request,
                             history_remove_request, channels_request, info_request, rpc_request>;

/// The methods' names, each at the index that its request has in the variant.
inline constexpr std::array<std::string_view, std::variant_size_v<request>> method_names{
    "",        "publish",  "broadcast",      "subscribe", "unsubscribe",    "disconnect",
    "refresh", "presence", "presence_stats", "history",   "history_remove", "channels",
    "info",    "rpc"};

inline std::string_view name_of(const request& call) {
  return method_names[call.index()];
}

/// Several calls in one: {"commands":[{"publish":{…}},{"info":{}}],"parallel":true}
struct batch_request {
  std::vector<request> commands;
  bool parallel{};  // in no particular order, as many at a time as there is room for

  bool operator==(const batch_request&) const = default;
};

/// A call as it was made before each method had a path: {"id":1,"method":"publish","params":{…}}
struct enveloped_request {
  std::uint32_t id{};
  std::expected<request, errc> call;  // an error: the params cannot be decoded

  bool operator==(const enveloped_request&) const = default;
};

}  // namespace troupe::protocol::api
