// What the simulated network does to connections.
#include <array>
#include <chrono>
#include <optional>
#include <span>
#include <string>

#include <gtest/gtest.h>

#include <troupe/sim.hpp>
#include <troupe/troupe.hpp>

namespace troupe {
namespace {

using namespace std::chrono_literals;

struct write {
  std::string text;
};
struct heard {
  using reply = std::string;
};
struct last_error {
  using reply = std::optional<io::errc>;
};
/// Writes what it is told, keeps what it reads.
class end final : public actor {
 public:
  explicit end(io::pending_stream stream) : stream_(open(std::move(stream))) {
    stream_->notify_readable();
  }
  void on(write m) {
    const io::write_buffer part = std::as_bytes(std::span(m.text));
    if (const auto count = stream_->write_some({&part, 1}); !count) error_ = count.error().code;
  }
  void on(io::readable) {
    std::array<std::byte, 1000> buffer;
    const auto count = stream_->read_some(buffer);
    if (!count && count.error() != io::errc::would_block) {
      error_ = count.error().code;
      return;
    }
    if (count) in_.append(reinterpret_cast<const char*>(buffer.data()), *count);
    stream_->notify_readable();
  }
  void on(io::writable) {}
  std::string on(heard) { return in_; }
  std::optional<io::errc> on(last_error) { return error_; }

 private:
  std::unique_ptr<io::byte_stream> stream_;
  std::string in_;
  std::optional<io::errc> error_;
};

class network : public testing::Test {
 protected:
  explicit network(duration latency_max = {}) : world(7, {.latency_max = latency_max}) {
    auto [here, there] = world.make_stream_pair();
    one = world.system().spawn<end>(temporary{}, std::move(here));
    other = world.system().spawn<end>(temporary{}, std::move(there));
    world.settle();
  }
  std::string what(const ref<end>& who) {
    world.settle();
    return world.system().ask(who, heard{}, 1s).value();
  }
  std::optional<io::errc> error_of(const ref<end>& who) {
    return world.system().ask(who, last_error{}, 1s).value();
  }

  sim::simulation world;
  ref<end> one;
  ref<end> other;
};

class slow_network : public network {
 protected:
  slow_network() : network(1s) {}
};

TEST_F(slow_network, gives_what_was_written_later_and_in_its_order) {
  const time_point before = world.now();
  std::string all;
  for (int i = 0; i < 20; ++i) {
    one.tell(write{std::to_string(i) + " "});
    all += std::to_string(i) + " ";
    world.settle();
  }
  EXPECT_NE(what(other), all);
  EXPECT_TRUE(world.run_until([&] { return what(other) == all; }, 2s));
  EXPECT_GT(world.now(), before);
  EXPECT_LE(world.now() - before, 1s);
}

TEST_F(network, gives_what_was_written_at_once_where_it_has_no_latency) {
  one.tell(write{"hello"});
  EXPECT_EQ(what(other), "hello");
}

TEST_F(network, a_stall_one_way_holds_back_that_way_alone_and_loses_nothing) {
  world.network().stall(0, sim::direction::there, 5s);
  one.tell(write{"there"});
  other.tell(write{"back"});
  EXPECT_EQ(what(other), "");
  EXPECT_EQ(what(one), "back");
  world.run_for(5s);
  EXPECT_EQ(what(other), "there");
  EXPECT_EQ(world.network().counts().stalls, 1U);
}

TEST_F(network, a_connection_that_is_cut_is_lost_at_both_ends) {
  ASSERT_EQ(world.network().connections(), 1U);
  world.network().cut(0);
  world.settle();
  EXPECT_EQ(error_of(one), io::errc::connection_lost);
  EXPECT_EQ(error_of(other), io::errc::connection_lost);
  EXPECT_EQ(world.network().connections(), 0U);
  world.network().cut(0);
  EXPECT_EQ(world.network().counts().cuts, 1U) << "there is none any more";
}

TEST_F(slow_network, what_is_under_way_is_lost_with_a_connection_that_is_cut) {
  one.tell(write{"too late"});
  world.settle();
  world.network().cut(0);
  world.run_for(2s);
  EXPECT_EQ(what(other), "");
}

TEST_F(slow_network, what_was_written_before_an_end_still_arrives) {
  one.tell(write{"good bye"});
  world.settle();
  one.stop();
  world.run_for(2s);
  EXPECT_EQ(what(other), "good bye");
  EXPECT_EQ(error_of(other), io::errc::end_of_stream);
}

class listener final : public actor {
 public:
  listener() : acceptor_(listen(io::endpoint{"127.0.0.1", 8000}).value()) {}
  void on(io::accepted) {}

 private:
  std::unique_ptr<io::acceptor> acceptor_;
};

TEST_F(network, a_partition_holds_all_back_and_lets_nobody_connect_until_it_heals) {
  world.system().spawn<listener>();
  world.settle();
  world.network().partition(sim::direction::both, 3s);
  EXPECT_FALSE(world.connect(8000));
  one.tell(write{"there"});
  other.tell(write{"back"});
  EXPECT_EQ(what(other) + what(one), "");
  world.run_for(3s);
  EXPECT_EQ(what(other), "there");
  EXPECT_EQ(what(one), "back");
  EXPECT_TRUE(world.connect(8000));
}

}  // namespace
}  // namespace troupe
