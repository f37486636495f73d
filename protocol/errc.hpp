// errc.hpp — why bytes from outside could not be decoded.
#pragma once

#include <string_view>

namespace troupe::protocol {

enum class errc {
  empty,              // nothing where a message must be
  malformed,          // not of the encoding that it should be, or a text that is not UTF-8
  too_deep,           // arrays and objects nested deeper than json_depth_max
  wrong_type,         // a known field with a value of another type or out of its range
  too_many_commands,  // more than commands_per_frame_max
  bad_base64,         // a b64 field that is not standard base64 with padding
  not_json,           // a payload of other bytes, for somebody who speaks JSON
};

/// A text for logs.
constexpr std::string_view describe(errc code) {
  switch (code) {
    case errc::empty:
      return "empty message";
    case errc::malformed:
      return "malformed message";
    case errc::too_deep:
      return "JSON nested too deep";
    case errc::wrong_type:
      return "field of a wrong type";
    case errc::too_many_commands:
      return "too many commands in one frame";
    case errc::bad_base64:
      return "malformed base64";
    case errc::not_json:
      return "payload that is not JSON";
  }
  return "unknown";
}

}  // namespace troupe::protocol
