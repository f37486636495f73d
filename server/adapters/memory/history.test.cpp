#include "adapters/memory/history.hpp"

#include <cctype>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include <troupe/sim.hpp>
#include <troupe/troupe.hpp>

#include "tests/conformance/ports/history_caller.hpp"
#include "tests/conformance/ports/history_suite.hpp"

namespace troupe::conformance {

const history_adapter memory_adapter{
    .name = "memory", .make = [](system&) { return std::make_shared<memory::history>(1); }};
INSTANTIATE_TEST_SUITE_P(adapters, history_suite, testing::Values(memory_adapter), adapter_name);

}  // namespace troupe::conformance

namespace troupe::memory {
namespace {

using namespace std::chrono_literals;

constexpr ports::history_limits limits{.size = 3000, .ttl = 1min, .meta_ttl = 1h};
constexpr time_point start{1h};

protocol::publication publication_of(const std::string& data) {
  protocol::publication made;
  made.data = data;
  return made;
}

/// A history with its bounds, called through an actor.
class bounded {
 public:
  explicit bounded(history_options options, std::uint64_t seed = 1) : store_(seed, options) {}

  auto append(const std::string& channel, const std::string& data, time_point now = start,
              ports::history_limits with = limits, std::string key = "") {
    return world_.system().ask(caller_,
                               conformance::append_history{core::channel_name(channel),
                                                           publication_of(data),
                                                           with,
                                                           {.idempotency_key = std::move(key)},
                                                           now},
                               1s);
  }
  auto read(const std::string& channel, time_point now = start) {
    return world_.system().ask(
        caller_, conformance::read_history{core::channel_name(channel), {}, limits, now}, 1s);
  }
  auto remove(const std::string& channel) {
    return world_.system().ask(caller_,
                               conformance::remove_history{core::channel_name(channel), start}, 1s);
  }
  history& store() { return store_; }

 private:
  sim::simulation world_{1};
  history store_;
  ref<conformance::history_caller> caller_ =
      world_.system().spawn<conformance::history_caller>(std::ref(store_));
};

template <class Result>
bool is_unavailable(const Result& result) {
  return !result && result.error().answer() != nullptr &&
         *result.error().answer() == ports::history_errc::unavailable;
}

constexpr std::size_t bytes_of_one_letter = sizeof(protocol::publication) + 1;

TEST(memory_history, an_epoch_is_8_letters_and_digits) {
  bounded world({});
  for (int i = 0; i < 100; ++i) {
    const std::string epoch = world.read("c" + std::to_string(i)).value().top.epoch;
    EXPECT_EQ(epoch.size(), 8U);
    for (const unsigned char letter : epoch) EXPECT_TRUE(std::isalnum(letter)) << epoch;
  }
}

TEST(memory_history, the_same_seed_gives_the_same_epochs) {
  bounded first({}, 7);
  bounded second({}, 7);
  bounded other({}, 8);
  for (const char* channel : {"a", "b", "c"}) {
    const std::string epoch = first.read(channel).value().top.epoch;
    EXPECT_EQ(epoch, second.read(channel).value().top.epoch);
    EXPECT_NE(epoch, other.read(channel).value().top.epoch);
  }
}

TEST(memory_history, refuses_a_channel_beyond_the_bound_of_streams) {
  bounded world({.streams_max = 2});
  ASSERT_TRUE(world.append("a", "x"));
  ASSERT_TRUE(world.read("b"));
  const history_usage full = world.store().usage();
  EXPECT_TRUE(is_unavailable(world.append("c", "x")));
  EXPECT_TRUE(is_unavailable(world.read("c")));
  EXPECT_EQ(world.store().usage(), full) << "nothing was written";
  EXPECT_EQ(world.append("b", "x").value().position.offset, 1U) << "who is in stays in";
}

TEST(memory_history, an_expired_position_makes_room_for_a_channel) {
  bounded world({.streams_max = 1});
  ASSERT_TRUE(world.read("a"));
  world.store().sweep(start + 1h - 1ms);
  EXPECT_TRUE(is_unavailable(world.read("b", start + 1h - 1ms)));
  world.store().sweep(start + 1h);
  EXPECT_TRUE(world.read("b", start + 1h));
}

TEST(memory_history, refuses_a_publication_beyond_the_bound_of_bytes) {
  bounded world({.bytes_max = 2 * bytes_of_one_letter});
  ASSERT_TRUE(world.append("a", "x"));
  EXPECT_TRUE(is_unavailable(world.append("a", "xy")));
  EXPECT_EQ(world.append("a", "y").value().position.offset, 2U) << "the refused one got no offset";
  EXPECT_TRUE(is_unavailable(world.append("b", "")));
  EXPECT_EQ(world.store().usage(), (history_usage{1, 2 * bytes_of_one_letter}))
      << "and made no stream";
  EXPECT_EQ(world.read("a").value().publications.size(), 2U);
}

TEST(memory_history, a_publication_may_take_the_room_of_those_it_pushes_out) {
  bounded world({.bytes_max = 2 * bytes_of_one_letter});
  constexpr ports::history_limits two{.size = 2, .ttl = 1min, .meta_ttl = 1h};
  for (std::uint64_t offset = 1; offset <= 5; ++offset) {
    EXPECT_EQ(world.append("a", "x", start, two).value().position.offset, offset);
  }
  EXPECT_TRUE(is_unavailable(world.append("a", "xy", start, two)));
  const auto page = world.read("a").value();
  ASSERT_EQ(page.publications.size(), 2U) << "a refused one pushes nothing out";
  EXPECT_EQ(page.publications[0].offset, 4U);
}

TEST(memory_history, a_removal_makes_room) {
  bounded world({.bytes_max = bytes_of_one_letter});
  ASSERT_TRUE(world.append("a", "x"));
  ASSERT_TRUE(is_unavailable(world.append("b", "y")));
  ASSERT_TRUE(world.remove("a"));
  EXPECT_EQ(world.store().usage(), (history_usage{1, 0}));
  EXPECT_TRUE(world.append("b", "y"));
}

TEST(memory_history, expired_publications_make_room_when_their_channel_is_used) {
  bounded world({.bytes_max = bytes_of_one_letter});
  ASSERT_TRUE(world.append("a", "x"));
  EXPECT_TRUE(is_unavailable(world.append("a", "y", start + 1min - 1ms)));
  EXPECT_EQ(world.append("a", "y", start + 1min).value().position.offset, 2U);
}

TEST(memory_history, counts_all_that_a_publication_brings) {
  protocol::publication full = publication_of("12345");
  const std::size_t bare = kept_bytes(full);
  full.info =
      protocol::client_info{.user = "1", .client = "22", .conn_info = "333", .chan_info = "4444"};
  EXPECT_EQ(kept_bytes(full), bare + 10);
  full.tags = {{"key", "value"}};
  EXPECT_GE(kept_bytes(full), bare + 10 + 8);
}

TEST(memory_history, counts_idempotency_keys_and_lets_go_of_them) {
  bounded world({});
  const std::string key(100, 'k');
  ASSERT_TRUE(world.append("a", "x", start, limits, key));
  const std::size_t with_key = world.store().usage().bytes;
  EXPECT_GE(with_key, bytes_of_one_letter + key.size());
  world.store().sweep(start + ports::idempotency_ttl - 1ms);
  EXPECT_EQ(world.store().usage().bytes, with_key - bytes_of_one_letter) << "the publication went";
  world.store().sweep(start + ports::idempotency_ttl);
  EXPECT_EQ(world.store().usage(), (history_usage{1, 0}));
  ASSERT_TRUE(world.append("a", "x", start + 10min, limits, key));
  world.store().sweep(start + 2h);
  world.store().sweep(start + 2h);
  EXPECT_EQ(world.store().usage(), (history_usage{0, 0}));
}

TEST(memory_history, remembers_the_keys_of_the_newest_publications) {
  bounded world({});
  constexpr ports::history_limits one{.size = 1, .ttl = 1min, .meta_ttl = 1h};
  for (std::uint64_t i = 1; i <= ports::idempotency_offsets_max + 1; ++i) {
    ASSERT_TRUE(world.append("a", "x", start, one, "k" + std::to_string(i)));
  }
  const auto top = ports::idempotency_offsets_max + 1;
  EXPECT_EQ(world.append("a", "x", start, one, "k2").value().position.offset, 2U);
  EXPECT_EQ(world.append("a", "x", start, one, "k1").value().position.offset, top + 1);
}

TEST(memory_history, a_sweep_drops_a_bounded_part) {
  bounded world({});
  constexpr std::size_t count = 2 * history::sweep_steps_per_shard;
  for (std::size_t i = 0; i < count; ++i) ASSERT_TRUE(world.append("a", "x"));
  const time_point late = start + 1min;

  world.store().sweep(late);
  const std::size_t left = world.store().usage().bytes / bytes_of_one_letter;
  EXPECT_LT(left, count);
  EXPECT_GE(left, count - history::sweep_steps_per_shard);
  EXPECT_TRUE(world.read("a", late).value().publications.empty()) << "expired all the same";
}

TEST(memory_history, sweeps_leave_nothing_behind) {
  bounded world({});
  constexpr std::size_t count = 2 * history::sweep_steps_per_shard;
  constexpr std::size_t channels_count = 500;
  for (std::size_t i = 0; i < count; ++i) ASSERT_TRUE(world.append("long", "x"));
  for (std::size_t i = 0; i < channels_count; ++i) {
    ASSERT_TRUE(world.append("c" + std::to_string(i), "x", start + i * 1ms));
  }
  EXPECT_EQ(world.store().usage(),
            (history_usage{channels_count + 1, (channels_count + count) * bytes_of_one_letter}));
  constexpr int sweeps_max = 5;
  for (int i = 0; i < sweeps_max; ++i) world.store().sweep(start + 59min);
  EXPECT_EQ(world.store().usage(), (history_usage{channels_count + 1, 0}));
  for (int i = 0; i < sweeps_max; ++i) world.store().sweep(start + 2h);
  EXPECT_EQ(world.store().usage(), (history_usage{0, 0}));
}

TEST(memory_history, counts_exactly_while_many_write) {
  constexpr std::uint64_t writers_count = 16;
  constexpr std::uint64_t publication_count = 500;
  history store(1);
  troupe::system system({.workers = 4});
  std::vector<ref<conformance::history_writer>> writers;
  for (std::uint64_t i = 0; i < writers_count; ++i) {
    writers.push_back(system.spawn<conformance::history_writer>(
        std::ref(store), core::channel_name("c" + std::to_string(i)),
        ports::history_limits{.size = 1, .ttl = 1min, .meta_ttl = 1h}));
  }
  for (const auto& writer : writers) writer.tell(conformance::write_history{publication_count});
  std::size_t bytes = 0;
  for (std::uint64_t i = 0; i < writers_count; ++i) {
    EXPECT_EQ(system.ask(writers[i], conformance::writing_fault{}, 1min).value(), "");
    const std::string last = "c" + std::to_string(i) + " " + std::to_string(publication_count);
    bytes += kept_bytes(publication_of(last));
  }
  EXPECT_EQ(store.usage(), (history_usage{writers_count * (1 + publication_count), bytes}));
}

}  // namespace
}  // namespace troupe::memory
