#include "protocol/client/encoding.hpp"

#include "protocol/client/json_decoder.hpp"
#include "protocol/client/json_encoder.hpp"

namespace troupe::protocol {
namespace {

template <class... Message>
void append_line(std::string& out, const Message&... message) {
  if (!out.empty()) out.push_back('\n');
  append_json(out, message...);
}

}  // namespace

void append_message(std::string& out, encoding, const reply& reply) {
  append_line(out, reply);
}

void append_message(std::string& out, encoding, const push& push) {
  append_line(out, push);
}

void append_message(std::string& out, encoding, std::string_view channel,
                    const publication& publication) {
  append_line(out, channel, publication);
}

std::expected<std::vector<command>, errc> decode_commands(encoding, std::string_view frame) {
  // Scratch memory of the parser; nothing else is kept between frames.
  thread_local json_decoder decoder;
  return decoder.decode(frame);
}

}  // namespace troupe::protocol
