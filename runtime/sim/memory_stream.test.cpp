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

// Reads `first_bytes` and hands the stream to a talker on the same worker.
class doorman final : public actor {
 public:
  doorman(io::pending_stream stream, std::size_t first_bytes, ref<talker>* handed_to)
      : stream_(open(std::move(stream))), left_bytes_(first_bytes), handed_to_(handed_to) {
    stream_->notify_readable();
  }
  void on(io::readable) {
    std::array<std::byte, 1000> buffer;
    const auto count = stream_->read_some(std::span(buffer).first(std::min(left_bytes_, 1000UL)));
    ASSERT_TRUE(count);
    left_bytes_ -= *count;
    stream_->notify_readable();  // none comes to the former owner
    if (left_bytes_ == 0) {
      *handed_to_ = spawn<talker>(temporary{}, stream_->release(), "from the second owner");
      EXPECT_EQ(stream_->read_some(buffer).error(), io::errc::connection_lost);
      const io::write_buffer part = std::as_bytes(std::span("x"));
      EXPECT_EQ(stream_->write_some({&part, 1}).error(), io::errc::connection_lost);
      stream_->notify_readable();
      stream_->notify_writable();
      stream_->close_write();
    }
  }
  void on(io::writable) { FAIL() << "a notice after the release"; }

 private:
  std::unique_ptr<io::byte_stream> stream_;
  std::size_t left_bytes_;
  ref<talker>* handed_to_;
};

TEST(memory_stream, a_released_stream_goes_on_with_its_next_owner_where_it_stood) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    sim::simulation world(seed);
    auto [left, right] = world.make_stream_pair();
    const std::string text = "for the first owner, and this for the second";
    constexpr std::size_t first_bytes = 19;
    auto client = world.system().spawn<talker>(temporary{}, std::move(left), text);
    ref<talker> second;
    world.system().spawn<doorman>(temporary{}, std::move(right), first_bytes, &second);
    world.settle();
    ASSERT_TRUE(second) << "seed " << seed;
    EXPECT_EQ(world.system().ask(second, received{}, 1s).value(), text.substr(first_bytes));
    EXPECT_EQ(world.system().ask(client, received{}, 1s).value(), "from the second owner");
    client.tell(hang_up{});
    world.settle();
    EXPECT_EQ(world.system().ask(second, received{}, 1s).value(),
              text.substr(first_bytes) + "<end>");
  }
}

TEST(memory_stream, a_released_stream_that_nobody_opens_is_closed) {
  sim::simulation world(1);
  auto [left, right] = world.make_stream_pair();
  class dropper final : public actor {
   public:
    explicit dropper(io::pending_stream stream) : stream_(open(std::move(stream))) {
      stream_->release();
    }
    void on(io::readable) {}
    void on(io::writable) {}

   private:
    std::unique_ptr<io::byte_stream> stream_;
  };
  world.system().spawn<dropper>(temporary{}, std::move(right));
  auto client = world.system().spawn<talker>(temporary{}, std::move(left), "");
  world.settle();
  EXPECT_EQ(world.system().ask(client, received{}, 1s).value(), "<end>");
}

}  // namespace
}  // namespace troupe
