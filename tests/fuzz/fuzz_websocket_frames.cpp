// Any bytes, cut in two different ways, give the same events and the same failure; text is UTF-8
// and no message exceeds its limit. With compression agreed on and without.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <vector>

#include "transport/websocket/frame_parser.hpp"

namespace {

using namespace troupe::websocket;

constexpr std::size_t message_bytes_max = 4096;

struct outcome {
  std::vector<event> events;
  std::optional<failure> failed;

  bool operator==(const outcome&) const = default;
};

void require(bool holds) {
  if (!holds) std::abort();
}

void check(const event& seen, bool deflated) {
  const std::size_t bytes_max =
      deflated ? frame_parser::inflated_times_max * message_bytes_max : message_bytes_max;
  if (const auto* text = std::get_if<text_message>(&seen)) {
    utf8_checker checker;
    require(checker.feed(text->text) == utf8_checker::verdict::valid_so_far);
    require(checker.at_boundary());
    require((deflated ? text->text.size() : text->text.capacity()) <= bytes_max);
  } else if (const auto* binary = std::get_if<binary_message>(&seen)) {
    require((deflated ? binary->bytes.size() : binary->bytes.capacity()) <= bytes_max);
  } else if (const auto* asked = std::get_if<ping>(&seen)) {
    require(asked->payload.size() <= control_payload_bytes_max);
  }
}

// Piece sizes cycle through the low bits of `cuts`; 0 stands for one whole piece.
outcome parse(std::span<const std::byte> bytes, std::uint32_t cuts, bool takes_deflated) {
  frame_parser parser(message_bytes_max, takes_deflated);
  outcome seen;
  while (!bytes.empty() && !seen.failed) {
    const std::size_t piece =
        cuts == 0 ? bytes.size() : std::min<std::size_t>(bytes.size(), 1 + cuts % 8);
    cuts = cuts >> 3 | cuts << 29;
    auto input = bytes.first(piece);
    bytes = bytes.subspan(piece);
    for (;;) {
      auto next = parser.next(input);
      if (!next) {
        seen.failed = next.error();
        break;
      }
      if (!*next) break;
      check(**next, takes_deflated);
      seen.events.push_back(std::move(**next));
    }
    require(input.empty() || seen.failed);
  }
  return seen;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto bytes = std::as_bytes(std::span(data, size));
  std::uint32_t cuts = 0x9E3779B9;
  for (std::size_t i = 0; i < size; ++i) cuts = cuts * 31 + data[i];
  for (const bool takes_deflated : {false, true}) {
    require(parse(bytes, cuts | 1, takes_deflated) == parse(bytes, 0, takes_deflated));
  }
  return 0;
}
