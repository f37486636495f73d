#include "notice.hpp"

namespace troupe::io {

own_notice::own_notice(const notice_target& owner, notice_target::make_message make,
                       byte_stream* of)
    : owner_(*owner.owner), notice_(std::make_shared<detail::stream_notice>(make, of)) {}

own_notice::~own_notice() {
  notice_->stream = nullptr;
}

void own_notice::send() {
  if (notice_->armed) return;
  notice_->armed = true;
  detail::stream_notice::send(notice_, owner_);
}

}  // namespace troupe::io
