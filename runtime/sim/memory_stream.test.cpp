#include "memory_stream.hpp"

#include <array>
#include <string>

#include <gtest/gtest.h>

#include <troupe/sim.hpp>
#include <troupe/troupe.hpp>

namespace troupe {
namespace {

using namespace std::chrono_literals;

struct received {
  using reply = std::string;
};
struct hang_up {};

// Writes a text as there is room, keeps what it reads.
class talker final : public actor {
 public:
  talker(io::pending_stream stream, std::string text)
      : stream_(open(std::move(stream))), out_(std::move(text)) {
    stream_->notify_readable();
    stream_->notify_writable();
  }
  void on(io::readable) {
    std::array<std::byte, 1000> buffer;
    const auto count = stream_->read_some(buffer);
    if (!count) {
      in_ += count.error() == io::errc::end_of_stream ? "<end>" : "";
    } else {
      in_.append(reinterpret_cast<const char*>(buffer.data()), *count);
      stream_->notify_readable();
    }
  }
  void on(io::writable) {
    const io::write_buffer part = std::as_bytes(std::span(out_));
    if (part.empty()) return;
    const auto count = stream_->write_some({&part, 1});
    if (count) out_.erase(0, *count);
    stream_->notify_writable();
  }
  std::string on(received) { return in_; }
  void on(hang_up) { stream_.reset(); }

 private:
  std::unique_ptr<io::byte_stream> stream_;
  std::string out_;
  std::string in_;
};

TEST(memory_stream, carries_more_than_its_buffer_in_order_for_every_seed) {
  const std::string text = [] {
    std::string t;
    while (t.size() < 3 * sim::simulation::stream_buffer_bytes) t += std::to_string(t.size()) + ' ';
    return t;
  }();
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    sim::simulation world(seed);
    auto [left, right] = world.make_stream_pair();
    auto one = world.system().spawn<talker>(temporary{}, std::move(left), text);
    auto other = world.system().spawn<talker>(temporary{}, std::move(right), "hello");
    world.settle();
    EXPECT_EQ(world.system().ask(other, received{}, 1s).value(), text) << "seed " << seed;
    EXPECT_EQ(world.system().ask(one, received{}, 1s).value(), "hello") << "seed " << seed;
    one.tell(hang_up{});
    world.settle();
    EXPECT_EQ(world.system().ask(other, received{}, 1s).value(), text + "<end>");
  }
}

}  // namespace
}  // namespace troupe
