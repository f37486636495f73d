// json_requests.hpp — reading each request of the API from its JSON object.
//
// Internal to protocol/api: included by .cpp files only, because it names simdjson. The text was
// checked with check_json before.
#pragma once

#include <string_view>

#include "protocol/api/development_token.hpp"
#include "protocol/api/request.hpp"
#include "protocol/errc.hpp"
#include "protocol/json_fields.hpp"

namespace troupe::protocol::api {

/// `why` is set where the error is another than a wrong type.
simdjson::error_code read_request(simdjson::ondemand::object from, publish_request& out, errc& why);
simdjson::error_code read_request(simdjson::ondemand::object from, broadcast_request& out,
                                  errc& why);
simdjson::error_code read_request(simdjson::ondemand::object from, subscribe_request& out,
                                  errc& why);
simdjson::error_code read_request(simdjson::ondemand::object from, unsubscribe_request& out,
                                  errc& why);
simdjson::error_code read_request(simdjson::ondemand::object from, disconnect_request& out,
                                  errc& why);
simdjson::error_code read_request(simdjson::ondemand::object from, refresh_request& out, errc& why);
simdjson::error_code read_request(simdjson::ondemand::object from, presence_request& out,
                                  errc& why);
simdjson::error_code read_request(simdjson::ondemand::object from, presence_stats_request& out,
                                  errc& why);
simdjson::error_code read_request(simdjson::ondemand::object from, history_request& out, errc& why);
simdjson::error_code read_request(simdjson::ondemand::object from, history_remove_request& out,
                                  errc& why);
simdjson::error_code read_request(simdjson::ondemand::object from, channels_request& out,
                                  errc& why);
simdjson::error_code read_request(simdjson::ondemand::object from, info_request& out, errc& why);
simdjson::error_code read_request(simdjson::ondemand::object from, rpc_request& out, errc& why);
simdjson::error_code read_request(simdjson::ondemand::object from, development_token_request& out,
                                  errc& why);

/// Of the method of this name; `out` becomes monostate when there is none.
simdjson::error_code read_request(std::string_view method, simdjson::ondemand::object from,
                                  request& out, errc& why);

/// Each command is an object with one method; of several the first counts.
simdjson::error_code read_request(simdjson::ondemand::object from, batch_request& out, errc& why);

}  // namespace troupe::protocol::api
