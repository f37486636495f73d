// Any bytes as the application's answer to each of the events it is asked about. What comes out
// must fit where it goes: a close frame's code and reason, an error with a code.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>
#include <variant>

#include "protocol/proxy/json_decoder.hpp"

namespace {

using namespace troupe::protocol::proxy;

void require(bool holds) {
  if (!holds) std::abort();
}

template <class Result>
void decode(std::string_view body) {
  const auto answer = decode_reply<Result>(body);
  if (!answer) return;
  if (const auto* why = std::get_if<troupe::protocol::error>(&*answer)) require(why->code != 0);
  if (const auto* end = std::get_if<application_disconnect>(&*answer)) {
    require(end->code >= 3000 && end->code <= 4999);
    require(end->reason.size() <= close_reason_bytes_max);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view body(static_cast<const char*>(static_cast<const void*>(data)), size);
  decode<connect_result>(body);
  decode<refresh_result>(body);
  decode<subscribe_result>(body);
  decode<publish_result>(body);
  decode<sub_refresh_result>(body);
  decode<rpc_result>(body);
  decode<noted>(body);
  return 0;
}
