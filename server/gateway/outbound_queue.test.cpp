#include "gateway/outbound_queue.hpp"

#include <algorithm>
#include <string>

#include <gtest/gtest.h>

namespace troupe::gateway {
namespace {

// Takes `room` bytes, then blocks until there is more.
class narrow_stream final : public io::byte_stream {
 public:
  std::expected<std::size_t, io::error> write_some(
      std::span<const io::write_buffer> from) override {
    if (lost) return std::unexpected(io::error{io::errc::connection_lost, {}});
    ++writes;
    std::size_t count = 0;
    for (const io::write_buffer& part : from.first(std::min(from.size(), gather_max))) {
      const std::size_t taken = std::min(room, part.size());
      text.append(reinterpret_cast<const char*>(part.data()), taken);
      room -= taken;
      count += taken;
    }
    if (count == 0) return std::unexpected(io::error{io::errc::would_block, {}});
    return count;
  }
  std::expected<std::size_t, io::error> read_some(io::read_buffer) override {
    return std::unexpected(io::error{io::errc::would_block, {}});
  }
  void notify_readable() override {}
  void notify_writable() override {}
  void close_write() override {}
  const io::endpoint& peer() const noexcept override { return peer_; }
  io::pending_stream release() override { return io::pending_stream(nullptr); }

  std::size_t room = 1'000'000;
  bool lost = false;
  int writes = 0;
  std::string text;

 private:
  io::endpoint peer_;
};

core::shared_bytes bytes(std::string_view text) {
  return core::shared_bytes::copy_of(text);
}

TEST(outbound_queue, writes_everything_with_one_gathered_write) {
  outbound_queue queue;
  narrow_stream stream;
  for (const std::string_view part : {"one ", "two ", "", "three"}) queue.push(bytes(part));
  EXPECT_EQ(queue.bytes(), 13U);
  const auto wrote = queue.write_to(stream);
  EXPECT_EQ(wrote.how, outbound_queue::outcome::drained);
  EXPECT_EQ(wrote.bytes, 13U);
  EXPECT_EQ(stream.text, "one two three");
  EXPECT_EQ(stream.writes, 1);
  EXPECT_TRUE(queue.empty());
}

TEST(outbound_queue, goes_on_in_the_middle_of_a_buffer) {
  std::string expected;
  outbound_queue queue;
  for (int i = 0; i < 5000; ++i) {
    const std::string text = std::to_string(i) + ',';
    expected += text;
    queue.push(bytes(text));
  }
  narrow_stream stream;
  for (int round = 0; !queue.empty(); ++round) {
    ASSERT_LT(round, 10'000);
    stream.room = 7;
    const auto wrote = queue.write_to(stream);
    ASSERT_EQ(wrote.bytes, std::min<std::size_t>(7, wrote.bytes));
    ASSERT_EQ(wrote.how == outbound_queue::outcome::drained, queue.empty());
  }
  EXPECT_EQ(stream.text, expected);
}

TEST(outbound_queue, dropping_keeps_the_rest_of_a_buffer_that_has_begun) {
  outbound_queue queue;
  narrow_stream stream;
  queue.push(bytes("begun"));
  queue.push(bytes("waiting"));
  stream.room = 2;
  queue.write_to(stream);
  queue.drop_waiting();
  EXPECT_EQ(queue.bytes(), 3U);
  queue.push(bytes("!"));
  stream.room = 100;
  queue.write_to(stream);
  EXPECT_EQ(stream.text, "begun!");
}

TEST(outbound_queue, dropping_what_has_not_begun_leaves_nothing) {
  outbound_queue queue;
  narrow_stream stream;
  queue.push(bytes("one"));
  queue.push(bytes("two"));
  queue.drop_waiting();
  EXPECT_TRUE(queue.empty());
  queue.push(bytes("three"));
  EXPECT_EQ(queue.write_to(stream).how, outbound_queue::outcome::drained);
  EXPECT_EQ(stream.text, "three");
  queue.drop_waiting();
  EXPECT_TRUE(queue.empty());
}

TEST(outbound_queue, says_that_the_connection_is_lost) {
  outbound_queue queue;
  narrow_stream stream;
  stream.lost = true;
  queue.push(bytes("x"));
  EXPECT_EQ(queue.write_to(stream).how, outbound_queue::outcome::lost);
}

}  // namespace
}  // namespace troupe::gateway
