// json_encoder.hpp — what an API call answers: {"result":{…}} or
// {"error":{"code":…,"message":…}}. Zero values are left out as in
// protocol/client/json_encoder.hpp; payloads must be JSON likewise.
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/api/request.hpp"
#include "protocol/codes.hpp"

namespace troupe::protocol::api {

template <class Result>
using response = std::expected<Result, error>;

/// The result alone, without what is put around it.
std::string to_json(const publish_result& result);
std::string to_json(const broadcast_result& result);
std::string to_json(const subscribe_result& result);
std::string to_json(const unsubscribe_result& result);
std::string to_json(const disconnect_result& result);
std::string to_json(const refresh_result& result);
std::string to_json(const presence_result& result);
std::string to_json(const presence_stats_result& result);
std::string to_json(const history_result& result);
std::string to_json(const history_remove_result& result);
std::string to_json(const channels_result& result);
std::string to_json(const info_result& result);
std::string to_json(const rpc_result& result);
/// {"code":…,"message":…}
std::string to_json(const error& error);

/// What to_json made of a result, or the error.
using json_result = response<std::string>;

/// {"result":{…}} or {"error":{…}}
std::string to_response(const json_result& result);

struct named_result {
  std::string_view method;
  json_result result;
};

/// The response to a batch, which has no error of its own:
/// {"replies":[{"publish":{…}},{"error":{…}}]}
std::string to_batch_response(const std::vector<named_result>& results);

/// One line of the response to an enveloped request: {"id":1,"result":{…}}
std::string to_enveloped_response(std::uint32_t id, const json_result& result);

}  // namespace troupe::protocol::api
