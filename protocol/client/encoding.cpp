#include "protocol/client/encoding.hpp"

#include "protocol/client/json_decoder.hpp"
#include "protocol/client/json_encoder.hpp"
#include "protocol/client/json_payloads.hpp"
#include "protocol/client/protobuf_decoder.hpp"
#include "protocol/client/protobuf_encoder.hpp"

namespace troupe::protocol {
namespace {

// `message` holds the payloads; `parts` is what is encoded.
template <class Message, class... Parts>
std::expected<void, errc> append(std::string& out, encoding as, const Message& message,
                                 const Parts&... parts) {
  if (as == encoding::protobuf) {
    append_protobuf(out, parts...);
    return {};
  }
  if (!holds_only_json(message)) return std::unexpected(errc::not_json);
  if (!out.empty()) out.push_back('\n');
  append_json(out, parts...);
  return {};
}

}  // namespace

std::expected<void, errc> append_message(std::string& out, encoding as, const reply& reply) {
  return append(out, as, reply, reply);
}

std::expected<void, errc> append_message(std::string& out, encoding as, const push& push) {
  return append(out, as, push, push);
}

std::expected<void, errc> append_message(std::string& out, encoding as, std::string_view channel,
                                         const publication& publication) {
  return append(out, as, publication, channel, publication);
}

std::expected<std::vector<command>, errc> decode_commands(encoding as, std::string_view frame) {
  if (as == encoding::protobuf) return decode_protobuf(frame);
  // Scratch memory of the parser; nothing else is kept between frames.
  thread_local json_decoder decoder;
  return decoder.decode(frame);
}

}  // namespace troupe::protocol
