// json_override.hpp — reading a channel_override.
//
// Internal to protocol/, as json_fields.hpp.
#pragma once

#include <optional>
#include <string_view>

#include "protocol/channel_override.hpp"
#include "protocol/json_fields.hpp"

namespace troupe::protocol::json {

inline error_code read_switch(value& from, std::optional<bool>& out) {
  return for_each_field(from, [&out = out.emplace(false)](std::string_view name, value& content) {
    return name == "value" ? read(content, out) : simdjson::SUCCESS;
  });
}

inline error_code read(value& from, channel_override& out) {
  return for_each_field(from, [&](std::string_view name, value& content) {
    if (name == "presence") return read_switch(content, out.presence);
    if (name == "join_leave") return read_switch(content, out.join_leave);
    if (name == "force_recovery") return read_switch(content, out.force_recovery);
    if (name == "force_positioning") return read_switch(content, out.force_positioning);
    if (name == "force_push_join_leave") return read_switch(content, out.force_push_join_leave);
    return simdjson::SUCCESS;
  });
}

}  // namespace troupe::protocol::json
