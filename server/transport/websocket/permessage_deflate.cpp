#include "transport/websocket/permessage_deflate.hpp"

#include <array>
#include <cassert>
#include <new>

#define ZLIB_CONST
#include <zlib.h>

namespace troupe::websocket {
namespace {

constexpr int raw_window_bits = -15;  // without zlib's own header
constexpr int level = Z_BEST_SPEED;
constexpr int memory_level = 8;
constexpr std::size_t piece_bytes = 16 * 1024;
// What a flush ends with; it is not sent (RFC 7692 section 7.2.1).
constexpr std::string_view flush_end("\x00\x00\xFF\xFF", 4);

class deflater {
 public:
  deflater() {
    if (::deflateInit2(&stream_, level, Z_DEFLATED, raw_window_bits, memory_level,
                       Z_DEFAULT_STRATEGY) != Z_OK) {
      throw std::bad_alloc();
    }
  }
  ~deflater() { ::deflateEnd(&stream_); }
  deflater(const deflater&) = delete;
  deflater& operator=(const deflater&) = delete;

  std::string run(std::string_view message) {
    ::deflateReset(&stream_);
    std::string out;
    // The bound is that of a stream which ends; a flush takes a few bytes more.
    out.resize(::deflateBound(&stream_, message.size()) + 2 * flush_end.size());
    stream_.next_in = reinterpret_cast<const Bytef*>(message.data());
    stream_.avail_in = static_cast<uInt>(message.size());
    stream_.next_out = reinterpret_cast<Bytef*>(out.data());
    stream_.avail_out = static_cast<uInt>(out.size());
    [[maybe_unused]] const int done = ::deflate(&stream_, Z_SYNC_FLUSH);
    assert(done == Z_OK && stream_.avail_in == 0 && stream_.avail_out > 0);
    out.resize(out.size() - stream_.avail_out - flush_end.size());
    return out;
  }

 private:
  z_stream stream_{};
};

class inflater {
 public:
  inflater() {
    if (::inflateInit2(&stream_, raw_window_bits) != Z_OK) throw std::bad_alloc();
  }
  ~inflater() { ::inflateEnd(&stream_); }
  inflater(const inflater&) = delete;
  inflater& operator=(const inflater&) = delete;

  std::expected<std::string, inflate_errc> run(std::string_view payload, std::size_t bytes_max) {
    ::inflateReset(&stream_);
    std::string message;
    for (const std::string_view input : {payload, flush_end}) {
      stream_.next_in = reinterpret_cast<const Bytef*>(input.data());
      stream_.avail_in = static_cast<uInt>(input.size());
      int status = Z_OK;
      do {  // each round takes input or gives output, else it is the last
        std::array<char, piece_bytes> piece;
        stream_.next_out = reinterpret_cast<Bytef*>(piece.data());
        stream_.avail_out = piece.size();
        status = ::inflate(&stream_, Z_SYNC_FLUSH);
        if (status != Z_OK && status != Z_BUF_ERROR && status != Z_STREAM_END) {
          return std::unexpected(inflate_errc::malformed);
        }
        message.append(piece.data(), piece.size() - stream_.avail_out);
        if (message.size() > bytes_max) return std::unexpected(inflate_errc::too_big);
      } while (status == Z_OK && (stream_.avail_in > 0 || stream_.avail_out == 0));
      // A last block ends the message, and nothing but padding may follow (section 7.2.3.5).
      if (status == Z_STREAM_END) {
        if (stream_.avail_in > 1) return std::unexpected(inflate_errc::malformed);
        break;
      }
    }
    return message;
  }

 private:
  z_stream stream_{};
};

std::string_view trim(std::string_view text) {
  const auto first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

/// One parameter of an offer, `name` or `name=value`.
bool can_do(std::string_view parameter) {
  // What binds the client is its own affair, and so is how large its window may be.
  return parameter == "server_no_context_takeover" || parameter == "client_no_context_takeover" ||
         parameter == "client_max_window_bits" ||
         parameter.starts_with("client_max_window_bits=") ||
         parameter == "server_max_window_bits=15";
}

bool can_take(std::string_view offer) {
  bool first = true;
  for (std::size_t at = 0; at <= offer.size();) {
    const std::string_view part = offer.substr(at, offer.find(';', at) - at);
    const std::string_view word = trim(part);
    if (first ? word != "permessage-deflate" : !can_do(word)) return false;
    first = false;
    at += part.size() + 1;
  }
  return true;
}

}  // namespace

bool offers_deflate(const http::header_list& headers) {
  for (const std::string_view offer : headers.list("Sec-WebSocket-Extensions")) {
    if (can_take(offer)) return true;
  }
  return false;
}

std::string deflate_message(std::string_view message) {
  thread_local deflater shared;
  return shared.run(message);
}

std::expected<std::string, inflate_errc> inflate_message(std::string_view payload,
                                                         std::size_t bytes_max) {
  thread_local inflater shared;
  return shared.run(payload, bytes_max);
}

}  // namespace troupe::websocket
