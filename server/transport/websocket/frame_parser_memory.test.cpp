// What the parser promises about memory, measured: this program's operator new counts.
#include <algorithm>
#include <cstdlib>
#include <new>
#include <string>

#include <gtest/gtest.h>
#include <malloc.h>

#include "transport/websocket/frame_parser.hpp"

namespace {

// Single-threaded: as is everything in this program.
std::size_t live_bytes = 0;
std::size_t peak_bytes = 0;

}  // namespace

void* operator new(std::size_t size_bytes) {
  void* const memory = std::malloc(size_bytes);
  if (memory == nullptr) throw std::bad_alloc();
  live_bytes += malloc_usable_size(memory);
  peak_bytes = std::max(peak_bytes, live_bytes);
  return memory;
}

void operator delete(void* memory) noexcept {
  if (memory != nullptr) live_bytes -= malloc_usable_size(memory);
  std::free(memory);
}

void operator delete(void* memory, std::size_t) noexcept {
  operator delete(memory);
}

namespace troupe::websocket {
namespace {

using namespace std::string_literals;

constexpr std::size_t message_bytes_max = 64 * 1024;

// A masked text frame of the largest message; the mask is zero.
std::string largest_frame() {
  return "\x81\xFF\x00\x00\x00\x00\x00\x01\x00\x00\0\0\0\0"s + std::string(message_bytes_max, 'x');
}

std::size_t feed(frame_parser& parser, std::string_view bytes, std::size_t piece_bytes) {
  std::size_t message_count = 0;
  for (std::size_t at = 0; at < bytes.size(); at += piece_bytes) {
    auto input = std::as_bytes(std::span(bytes.substr(at, piece_bytes)));
    for (;;) {
      auto next = parser.next(input);
      EXPECT_TRUE(next);
      if (!next || !*next) break;
      ++message_count;
    }
  }
  return message_count;
}

TEST(frame_parser_memory, is_none_for_a_length_that_is_only_declared) {
  frame_parser parser(message_bytes_max);
  const std::string header = largest_frame().substr(0, 14);
  const std::size_t before = live_bytes;
  feed(parser, header, header.size());
  EXPECT_TRUE(parser.mid_message());
  EXPECT_EQ(live_bytes, before);
}

TEST(frame_parser_memory, is_none_between_messages) {
  frame_parser parser(message_bytes_max);
  const std::string frame = largest_frame();
  const std::size_t before = live_bytes;
  EXPECT_EQ(feed(parser, frame + frame, 1000), 2U);
  EXPECT_EQ(live_bytes, before);
}

TEST(frame_parser_memory, is_none_after_a_failure_or_a_close) {
  for (const std::string& last : {"\x88\x80\0\0\0\0"s, "\xFF\xFF"s}) {
    frame_parser parser(message_bytes_max);
    const std::string unfinished = "\x01\xFE\x03\xE8\0\0\0\0"s + std::string(1000, 'x');
    const std::size_t before = live_bytes;
    feed(parser, unfinished, unfinished.size());
    EXPECT_GT(live_bytes, before);
    auto input = std::as_bytes(std::span(last));
    (void)parser.next(input);
    EXPECT_EQ(live_bytes, before);
  }
}

TEST(frame_parser_memory, stays_below_twice_the_limit_while_a_message_grows) {
  const std::string frame = largest_frame();
  for (std::size_t piece_bytes : {1, 100, 1000, 40'000}) {
    frame_parser parser(message_bytes_max);
    const std::size_t before = live_bytes;
    peak_bytes = live_bytes;
    EXPECT_EQ(feed(parser, frame, piece_bytes), 1U);
    EXPECT_LT(peak_bytes - before, 2 * message_bytes_max) << "pieces of " << piece_bytes;
  }
}

}  // namespace
}  // namespace troupe::websocket
