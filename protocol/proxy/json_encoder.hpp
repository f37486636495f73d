// json_encoder.hpp — events for the application, as the body of an HTTP request.
#pragma once

#include <cstdint>
#include <expected>
#include <string>

#include "protocol/errc.hpp"
#include "protocol/proxy/events.hpp"

namespace troupe::protocol::proxy {

/// How payloads of clients stand in an event.
enum class payload_form : std::uint8_t {
  json,    // `data`: as they are
  base64,  // `b64data`: whatever they are
};

/// One JSON object. Error: not_json, for a payload of other bytes where JSON is wanted.
template <class Event>
std::expected<std::string, errc> encode(const caller& who, const Event& event, payload_form form);

}  // namespace troupe::protocol::proxy
