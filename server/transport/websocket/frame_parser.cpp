#include "transport/websocket/frame_parser.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

#include "transport/websocket/permessage_deflate.hpp"

namespace troupe::websocket {

namespace {

constexpr std::uint8_t reserved_bits = 0x70;
constexpr std::uint8_t deflated_bit = 0x40;
constexpr std::uint8_t mask_bit = 0x80;
constexpr std::uint8_t length_bits = 0x7F;
constexpr std::uint8_t length_in_2_bytes = 126;
constexpr std::uint8_t length_in_8_bytes = 127;
constexpr std::size_t mask_bytes = 4;

// Bytes of the header from its first two: those two, the long length, the mask.
std::size_t header_size_bytes(std::uint8_t second) {
  const auto length = static_cast<std::uint8_t>(second & length_bits);
  const std::size_t extended = length == length_in_2_bytes   ? 2
                               : length == length_in_8_bytes ? 8
                                                             : 0;
  return 2 + extended + mask_bytes;
}

bool known_opcode(std::uint8_t code) {
  return code <= 0x2 || (code >= 0x8 && code <= 0xA);
}

// Close codes a peer may send (RFC 6455 section 7.4 and the IANA registry).
bool valid_close_code(unsigned code) {
  return (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014) ||
         (code >= 3000 && code <= 4999);
}

void unmask(char* data, std::size_t size, const std::uint8_t* mask, std::size_t mask_position) {
  std::array<std::uint8_t, 8> rotated{};
  for (std::size_t i = 0; i < rotated.size(); ++i) {
    rotated[i] = mask[(mask_position + i) % mask_bytes];
  }
  std::uint64_t wide_mask = 0;
  std::memcpy(&wide_mask, rotated.data(), 8);
  std::size_t at = 0;
  for (; at + 8 <= size; at += 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, data + at, 8);
    word ^= wide_mask;
    std::memcpy(data + at, &word, 8);
  }
  for (; at < size; ++at) data[at] = static_cast<char>(data[at] ^ rotated[at % mask_bytes]);
}

// std::string::reserve may double beyond what is asked; a fresh string takes exactly that much.
void grow(std::string& buffer, std::size_t needed_bytes, std::size_t bytes_max) {
  if (needed_bytes <= buffer.capacity()) return;
  std::string larger;
  larger.reserve(std::min(std::max(needed_bytes, 2 * buffer.capacity()), bytes_max));
  larger.append(buffer);
  buffer = std::move(larger);
}

// Assigning an empty string would keep the memory.
void release(std::string& buffer) {
  std::string().swap(buffer);
}

}  // namespace

frame_parser::frame_parser(std::size_t message_bytes_max, bool takes_deflated)
    : message_bytes_max_(message_bytes_max), takes_deflated_(takes_deflated) {}

bool frame_parser::mid_message() const {
  return phase_ == phase::payload ||
         (phase_ == phase::header &&
          (header_bytes_ > 0 || message_opcode_ != opcode::continuation));
}

std::expected<std::optional<event>, failure> frame_parser::next(std::span<const std::byte>& input) {
  for (;;) {  // one frame a round; each round takes at least one byte
    if (phase_ == phase::failed || phase_ == phase::closed) input = {};
    if (phase_ == phase::failed) return std::unexpected(failure{failure_code_, failure_reason_});
    if (phase_ == phase::closed) return std::nullopt;

    if (phase_ == phase::header) {
      auto complete = read_header(input);
      if (!complete) return std::unexpected(complete.error());
      if (!*complete) return std::nullopt;
    }
    if (payload_left_bytes_ > 0) {
      if (auto taken = take_payload(input); !taken) return std::unexpected(taken.error());
      if (payload_left_bytes_ > 0) return std::nullopt;
    }
    auto finished = finish_frame();
    if (!finished || *finished) return finished;
  }
}

// Returns whether the header is complete. What is wrong is found at the first byte that shows it.
std::expected<bool, failure> frame_parser::read_header(std::span<const std::byte>& input) {
  std::size_t wanted = header_bytes_ < 2 ? 2 : header_size_bytes(header_[1]);
  while (header_bytes_ < wanted) {
    const std::size_t piece = std::min(wanted - header_bytes_, input.size());
    if (piece == 0) return false;
    std::memcpy(header_.data() + header_bytes_, input.data(), piece);
    header_bytes_ = static_cast<std::uint8_t>(header_bytes_ + piece);
    input = input.subspan(piece);
    if (header_bytes_ == 2 && wanted == 2) {
      if (auto checked = check_first_bytes(); !checked) return fail(checked.error());
      wanted = header_size_bytes(header_[1]);
    }
  }

  const auto short_length = static_cast<std::uint8_t>(header_[1] & length_bits);
  std::uint64_t declared_bytes = short_length;
  if (short_length >= length_in_2_bytes) {
    declared_bytes = 0;
    for (std::size_t i = 2; i < wanted - mask_bytes; ++i) {
      declared_bytes = declared_bytes << 8 | header_[i];
    }
    const std::uint64_t shorter_max = short_length == length_in_2_bytes ? 125 : 0xFFFF;
    if (declared_bytes <= shorter_max) {
      return fail({close_codes::protocol_error, "length not in its shortest form"});
    }
    if (declared_bytes >> 63 != 0) {
      return fail({close_codes::protocol_error, "length with its highest bit set"});
    }
  }
  if (auto begun = begin_payload(declared_bytes); !begun) return fail(begun.error());
  return true;
}

std::expected<void, failure> frame_parser::check_first_bytes() const {
  const auto refuse = [](std::string_view reason) {
    return std::unexpected(failure{close_codes::protocol_error, reason});
  };
  const bool may_be_deflated = takes_deflated_ && !is_control() && frame_opcode() != 0;
  const int not_allowed = may_be_deflated ? reserved_bits & ~deflated_bit : reserved_bits;
  if ((header_[0] & not_allowed) != 0) return refuse("reserved bit set");
  if (!known_opcode(frame_opcode())) return refuse("reserved opcode");
  if ((header_[1] & mask_bit) == 0) return refuse("frame not masked");
  if (is_control()) {
    if (!is_final()) return refuse("fragmented control frame");
    if ((header_[1] & length_bits) > control_payload_bytes_max) {
      return refuse("control frame too long");
    }
    return {};
  }
  const bool continues = frame_opcode() == 0;
  const bool in_message = message_opcode_ != opcode::continuation;
  if (continues && !in_message) return refuse("continuation of no message");
  if (!continues && in_message) return refuse("new message within a fragmented one");
  return {};
}

std::expected<void, failure> frame_parser::begin_payload(std::uint64_t declared_bytes) {
  if (!is_control()) {
    if (declared_bytes > message_bytes_max_ - message_.size()) {
      return std::unexpected(failure{close_codes::message_too_big, "message too big"});
    }
    if (frame_opcode() != 0) {
      message_opcode_ = static_cast<opcode>(frame_opcode());
      deflated_ = (header_[0] & deflated_bit) != 0;
    }
  }
  payload_left_bytes_ = declared_bytes;
  payload_seen_bytes_ = 0;
  phase_ = phase::payload;
  return {};
}

std::expected<void, failure> frame_parser::take_payload(std::span<const std::byte>& input) {
  const auto piece =
      static_cast<std::size_t>(std::min<std::uint64_t>(payload_left_bytes_, input.size()));
  if (piece == 0) return {};
  auto& target = is_control() ? control_ : message_;
  const std::size_t before = target.size();
  grow(target, before + piece, is_control() ? control_payload_bytes_max : message_bytes_max_);
  target.append(reinterpret_cast<const char*>(input.data()), piece);
  unmask(target.data() + before, piece, header_.data() + header_bytes_ - mask_bytes,
         payload_seen_bytes_);
  input = input.subspan(piece);
  payload_left_bytes_ -= piece;
  payload_seen_bytes_ += piece;

  if (!is_control() && message_opcode_ == opcode::text && !deflated_ &&
      utf8_.feed(std::string_view(target).substr(before)) == utf8_checker::verdict::invalid) {
    return fail({close_codes::bad_payload, "text is not UTF-8"});
  }
  return {};
}

std::expected<std::optional<event>, failure> frame_parser::finish_frame() {
  header_bytes_ = 0;
  phase_ = phase::header;
  switch (static_cast<opcode>(frame_opcode())) {
    case opcode::ping:
      return ping{std::exchange(control_, {})};
    case opcode::pong:
      return pong{std::exchange(control_, {})};
    case opcode::close: {
      auto closing = finish_close();
      if (!closing) return std::unexpected(closing.error());
      return std::move(*closing);
    }
    case opcode::text:
    case opcode::binary:
    case opcode::continuation:
      break;
  }
  if (!is_final()) return std::nullopt;
  auto finished = finish_message();
  if (!finished) return fail(finished.error());
  return *std::move(finished);
}

std::expected<event, failure> frame_parser::finish_message() {
  const opcode kind = std::exchange(message_opcode_, opcode::continuation);
  auto payload = std::exchange(message_, {});
  if (deflated_) {
    auto inflated = inflate(payload);
    if (!inflated) return std::unexpected(inflated.error());
    payload = *std::move(inflated);
    if (kind == opcode::text && utf8_.feed(payload) == utf8_checker::verdict::invalid) {
      return std::unexpected(failure{close_codes::bad_payload, "text is not UTF-8"});
    }
  }
  if (!utf8_.at_boundary()) {
    return std::unexpected(failure{close_codes::bad_payload, "text ends in a character"});
  }
  utf8_.reset();
  if (kind == opcode::text) return text_message{std::move(payload)};
  return binary_message{std::move(payload)};
}

std::expected<std::string, failure> frame_parser::inflate(std::string_view payload) {
  auto inflated = inflate_message(payload, inflated_times_max * message_bytes_max_);
  if (inflated) return *std::move(inflated);
  if (inflated.error() == inflate_errc::too_big) {
    return std::unexpected(failure{close_codes::message_too_big, "message too big"});
  }
  return std::unexpected(failure{close_codes::bad_payload, "message cannot be inflated"});
}

std::expected<event, failure> frame_parser::finish_close() {
  if (control_.size() == 1) return fail({close_codes::protocol_error, "close code cut short"});
  close closing{close_codes::no_status, {}};
  if (!control_.empty()) {
    closing.code = static_cast<std::uint16_t>(static_cast<std::uint8_t>(control_[0]) << 8 |
                                              static_cast<std::uint8_t>(control_[1]));
    if (!valid_close_code(closing.code)) {
      return fail({close_codes::protocol_error, "close code not allowed"});
    }
    closing.reason = control_.substr(2);
    utf8_checker reason_check;
    if (reason_check.feed(closing.reason) == utf8_checker::verdict::invalid ||
        !reason_check.at_boundary()) {
      return fail({close_codes::bad_payload, "close reason is not UTF-8"});
    }
  }
  release(control_);
  release(message_);  // of a message left unfinished
  phase_ = phase::closed;
  return closing;
}

std::unexpected<failure> frame_parser::fail(failure reason) {
  phase_ = phase::failed;
  failure_code_ = reason.code;
  failure_reason_ = reason.reason;
  release(message_);
  release(control_);
  return std::unexpected(reason);
}

}  // namespace troupe::websocket
