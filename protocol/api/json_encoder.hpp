// json_encoder.hpp — the response of an API call: {"result":{…}} or
// {"error":{"code":…,"message":…}}. Zero values are left out as in
// protocol/client/json_encoder.hpp; payloads must be JSON likewise.
#pragma once

#include <expected>
#include <string>

#include "protocol/api/channels.hpp"
#include "protocol/api/history.hpp"
#include "protocol/api/info.hpp"
#include "protocol/api/presence.hpp"
#include "protocol/api/publish.hpp"
#include "protocol/codes.hpp"

namespace troupe::protocol::api {

template <class Result>
using response = std::expected<Result, error>;

std::string to_json(const response<publish_result>& response);
std::string to_json(const response<broadcast_result>& response);
std::string to_json(const response<presence_result>& response);
std::string to_json(const response<presence_stats_result>& response);
std::string to_json(const response<history_result>& response);
std::string to_json(const response<history_remove_result>& response);
std::string to_json(const response<channels_result>& response);
std::string to_json(const response<info_result>& response);
std::string to_json(const error& error);

}  // namespace troupe::protocol::api
