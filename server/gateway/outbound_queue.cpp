#include "gateway/outbound_queue.hpp"

#include <algorithm>
#include <array>
#include <span>
#include <utility>

namespace troupe::gateway {

void outbound_queue::push(core::shared_bytes bytes) {
  if (bytes.empty()) return;
  bytes_ += bytes.size();
  buffers_.push_back(std::move(bytes));
}

void outbound_queue::drop_waiting() {
  const std::size_t kept = first_begun_ > 0 ? 1 : 0;
  bytes_ = kept ? buffers_[first_].size() - first_begun_ : 0;
  buffers_.resize(first_ + kept);
  if (!kept) consume(0);
}

outbound_queue::written outbound_queue::write_to(io::byte_stream& stream) {
  std::size_t total = 0;
  while (bytes_ > 0) {
    std::array<io::write_buffer, io::byte_stream::gather_max> parts;
    const std::size_t count = std::min(parts.size(), buffers_.size() - first_);
    for (std::size_t i = 0; i < count; ++i) {
      parts[i] = std::as_bytes(std::span(buffers_[first_ + i].view()));
    }
    parts[0] = parts[0].subspan(first_begun_);
    const auto wrote = stream.write_some(std::span(parts).first(count));
    if (!wrote) {
      return {wrote.error() == io::errc::would_block ? outcome::blocked : outcome::lost, total};
    }
    total += *wrote;
    consume(*wrote);
  }
  return {outcome::drained, total};
}

void outbound_queue::consume(std::size_t count) {
  bytes_ -= count;
  count += first_begun_;
  while (first_ < buffers_.size() && count >= buffers_[first_].size()) {
    count -= buffers_[first_].size();
    buffers_[first_++] = {};
  }
  first_begun_ = count;
  if (first_ == buffers_.size()) {
    first_ = 0;
    std::vector<core::shared_bytes>().swap(buffers_);
  } else if (first_ >= 1024) {
    // A queue that is never drained does not keep what it was through with.
    buffers_.erase(buffers_.begin(), buffers_.begin() + static_cast<std::ptrdiff_t>(first_));
    first_ = 0;
  }
}

}  // namespace troupe::gateway
