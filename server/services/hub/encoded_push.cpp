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
  return encode(shared, push_audience{.plain = used, .deltas = {}}, channel, std::move(publication),
                {}, nullptr);
}

shared_push encode(const context& shared, const push_audience& used,
                   const core::channel_name& channel, protocol::publication publication,
                   std::string epoch, const std::string* previous) {
  auto made = frame_all(shared, used.plain, std::string_view(channel.text()), publication);
  if (!used.deltas.empty()) {
    made->deltas =
        std::make_unique<delta_frames>(shared, used.deltas, channel, publication, previous);
  }
  made->what = encoded_push::kind::publication;
  made->position = {publication.offset, std::move(epoch)};
  made->tags = std::move(publication.tags);
  return made;
}

shared_push encode_check(protocol::stream_position top) {
  auto made = std::make_shared<encoded_push>();
  made->what = encoded_push::kind::position_check;
  made->position = std::move(top);
  return made;
}

shared_push encode(const context& shared, const format_counts& used, const protocol::push& push) {
  return frame_all(shared, used, push);
}

}  // namespace troupe::hub
