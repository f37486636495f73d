// Any bytes, cut in two different ways, give the same requests and the same refusal, within the
// limits.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <vector>

#include "transport/http/query.hpp"
#include "transport/http/request_parser.hpp"

namespace {

using namespace troupe::http;

constexpr request_limits limits{
    .header_bytes_max = 2048, .header_count_max = 16, .body_bytes_max = 512};

struct outcome {
  std::vector<request> requests;
  // Refused or in the middle of a request. When exactly Beast refuses an unfinished chunk line
  // depends on how much of it is there to see.
  bool unfinished = false;

  bool operator==(const outcome&) const = default;
};

void require(bool holds) {
  if (!holds) std::abort();
}

void check(const request& read) {
  require(!read.method.empty());
  require(read.path == "*" || read.path.starts_with('/'));
  require(read.body.size() <= limits.body_bytes_max);
  require(read.headers.size() <= limits.header_count_max);
  require(read.headers.count("Content-Length") + read.headers.count("Transfer-Encoding") <= 1);
  for (const header& h : read.headers) {
    require(h.value.find_first_of("\r\n") == std::string::npos);
  }
  (void)percent_decode(read.path);
  (void)query_parameter(read.query, "format");
}

// Piece sizes cycle through the low bits of `cuts`; 0 stands for one whole piece.
outcome parse(std::string_view bytes, std::uint32_t cuts) {
  request_parser parser(limits);
  outcome seen;
  while (!bytes.empty()) {
    auto input = bytes.substr(0, cuts == 0 ? bytes.size() : 1 + cuts % 8);
    cuts = cuts >> 3 | cuts << 29;
    bytes.remove_prefix(input.size());
    while (!input.empty()) {
      auto fed = parser.feed(std::as_bytes(std::span(input)));
      if (!fed) {
        require(fed.error().status >= 400 && fed.error().status < 600);
        seen.unfinished = true;
        return seen;
      }
      require(fed->consumed_bytes <= input.size());
      require(fed->complete || fed->consumed_bytes == input.size());
      input.remove_prefix(fed->consumed_bytes);
      if (!fed->complete) continue;
      seen.requests.push_back(parser.take());
      check(seen.requests.back());
      require(!parser.started());
    }
  }
  seen.unfinished = parser.started();
  return seen;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const outcome whole = parse(bytes, 0);
  std::uint32_t cuts = 0x9E3779B9;
  for (std::size_t i = 0; i < size; ++i) cuts = cuts * 31 + data[i];
  require(parse(bytes, cuts | 1) == whole);
  return 0;
}
