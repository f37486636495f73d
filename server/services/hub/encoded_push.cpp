#include "services/hub/encoded_push.hpp"

#include <string_view>

namespace troupe::hub {
namespace {

template <class... Message>
std::shared_ptr<encoded_push> frame_all(const context& shared, const format_counts& used,
                                        const Message&... message) {
  auto made = std::make_shared<encoded_push>();
  struct {
    std::string json;
    std::string protobuf;
  } encoded;
  for (const wire_format format : wire_formats) {
    if (!used.uses(format)) continue;
    const protocol::encoding as = encoding_of(format);
    std::string& text = as == protocol::encoding::json ? encoded.json : encoded.protobuf;
    if (text.empty() && !protocol::append_message(text, as, message...)) continue;
    made->frames[std::to_underlying(format)] = shared.frame(format, text);
  }
  return made;
}

}  // namespace

shared_push encode(const context& shared, const format_counts& used,
                   const core::channel_name& channel, protocol::publication publication) {
  auto made = frame_all(shared, used, std::string_view(channel.text()), publication);
  made->offset = publication.offset;
  made->tags = std::move(publication.tags);
  return made;
}

shared_push encode(const context& shared, const format_counts& used, const protocol::push& push) {
  return frame_all(shared, used, push);
}

}  // namespace troupe::hub
