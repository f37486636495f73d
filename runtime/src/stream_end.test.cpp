#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "stream_fixture.hpp"

namespace troupe::stream_test {
namespace {

using namespace std::chrono_literals;

class a_stream : public testing::Test, protected stage {
 protected:
  void TearDown() override {
    clear();
    EXPECT_EQ(left_behind, 0);
  }
};

TEST(stream_end, describes_itself) {
  const stream_end end{.reason = stream_reason::idle_timeout,
                       .by = stream_side::reader,
                       .actor = 7,
                       .actor_type = "shop::page",
                       .message = "shop::list_orders",
                       .items = 12,
                       .cycle = {}};
  EXPECT_EQ(end.describe(),
            "idle_timeout: the reader shop::page#7 ended shop::list_orders after 12 items");
}

TEST_F(a_stream, closed_early_by_its_reader_ends_for_the_writer) {
  for (std::uint64_t seed = 1; seed <= seed_count; ++seed) {
    begin(seed);
    EXPECT_EQ(read(spawn<counter>(), count_to{1000}, {.window = 4}, 10), "10 cancelled") << seed;
    world->settle();
    EXPECT_NE(book.writer_end.find("cancelled: the reader"), std::string::npos) << book.writer_end;
    begin(seed);
    EXPECT_EQ(read(spawn<feeder>(), feed{1000}, {.window = 4}, 10), "10 cancelled") << seed;
    world->settle();
    EXPECT_NE(book.writer_end.find("cancelled: the reader"), std::string::npos) << book.writer_end;
  }
}

TEST_F(a_stream, whose_writers_handler_throws_gives_what_was_written_and_then_fails) {
  for (std::uint64_t seed = 1; seed <= seed_count; ++seed) {
    begin(seed);
    EXPECT_EQ(read(spawn<counter>(), count_to{.last = 100, .throws_at = 13}), "12 failed") << seed;
    EXPECT_NE(whole.find("failed: the writer"), std::string::npos) << whole;
    EXPECT_NE(whole.find("::count_to after 12 items"), std::string::npos) << whole;
  }
}

TEST_F(a_stream, whose_writer_stops_says_so_after_the_last_item) {
  for (std::uint64_t seed = 1; seed <= seed_count; ++seed) {
    begin(seed);
    auto source = spawn<counter>();
    struct stopper final : actor {
      explicit stopper(ref<counter> which) { send_after(55ms, stop_now{which}); }
      struct stop_now {
        ref<counter> which;
      };
      void on(stop_now m) { m.which.stop(); }
    };
    world->system().spawn<stopper>(source);
    EXPECT_EQ(read(source, count_to{100, 10ms}), "5 stopped") << seed;
    EXPECT_NE(whole.find("stopped: the writer"), std::string::npos) << whole;
  }
}

struct look_at_end {
  using reply = std::string;
  ref<counter> from;
};
class late_reader final : public actor {
 public:
  task<std::string> on(look_at_end m) {
    auto list = m.from.open(count_to{2}, {});
    co_await sleep(1s);
    std::string seen = text(list.end());
    while (co_await list.next()) seen += " " + text(list.end());
    co_return seen;
  }
};

TEST_F(a_stream, says_nothing_of_its_end_to_a_reader_that_has_items_left) {
  begin();
  auto who = world->system().spawn<late_reader>();
  EXPECT_EQ(world->system().ask(who, look_at_end{spawn<counter>()}, 1h).value(),
            "open open completed");
}

TEST_F(a_stream, of_a_stored_writer_ends_with_the_reason_of_its_instance) {
  for (std::uint64_t seed = 1; seed <= seed_count; ++seed) {
    const auto ends_as = [&](auto disturb) {
      begin(seed);
      auto source = spawn<feeder>();
      auto who = world->system().spawn<piper<feeder, feed>>(source, std::ref(book));
      world->system().ask(who, start_piping{.window = 4, .last = 1000, .work = 10ms}, 1s);
      world->run_for(35ms);
      disturb(source);
      world->run_for(1s);
      EXPECT_EQ(book.written, book.read) << "what was written before is read";
      return piped(who);
    };
    EXPECT_TRUE(ends_as([](auto& source) { source.stop(); }).ends_with(" stopped")) << seed;
    EXPECT_TRUE(ends_as([](auto& source) { source.tell(act{then::fail}); }).ends_with(" failed"))
        << "its actor is restarted, seed " << seed;
    EXPECT_TRUE(
        ends_as([](auto& source) { source.tell(act{then::forget}); }).ends_with(" cancelled"))
        << seed;
    EXPECT_TRUE(
        ends_as([](auto& source) { source.tell(act{then::close_all}); }).ends_with(" completed"))
        << seed;
  }
}

TEST_F(a_stream, whose_readers_actor_goes_ends_for_the_writer_with_the_reason) {
  for (std::uint64_t seed = 1; seed <= seed_count; ++seed) {
    begin(seed);
    auto source = spawn<counter>();
    auto who = world->system().spawn<piper<counter, count_to>>(source, std::ref(book));
    world->system().ask(who, start_piping{.last = 1000, .work = 10ms}, 1s);
    world->run_for(50ms);
    who.stop();
    world->run_for(1s);
    EXPECT_NE(book.writer_end.find("stopped: the reader"), std::string::npos) << book.writer_end;

    begin(seed);
    source = spawn<counter>();
    who = world->system().spawn<piper<counter, count_to>>(source, std::ref(book));
    world->system().ask(who, start_piping{.last = 1000, .fail_at = 5}, 1s);
    world->run_for(1s);
    EXPECT_NE(book.writer_end.find("failed: the reader"), std::string::npos) << book.writer_end;
    EXPECT_EQ(piped(who), "0") << "the new instance has no stream";
  }
}

struct read_and_throw {
  ref<counter> from;
};
struct read_and_leave {
  ref<counter> from;
};
struct read_for_ever {
  ref<counter> from;
  std::string& outcome;
};
class careless final : public actor {
 public:
  task<> on(read_and_throw m) {
    auto list = m.from.open(count_to{1000}, {.window = 4});
    co_await list.next();
    throw std::runtime_error("on purpose");
  }
  task<> on(read_and_leave m) {
    auto list = m.from.open(count_to{1000}, {.window = 4});
    co_await list.next();
  }
  task<> on(read_for_ever m) {
    auto list = m.from.open(count_to{1000, 10ms});
    while (co_await list.next()) {
    }
    m.outcome = list.end()->describe();
  }
};

TEST_F(a_stream, forgotten_by_its_reader_ends_for_the_writer) {
  for (std::uint64_t seed = 1; seed <= seed_count; ++seed) {
    begin(seed);
    auto source = spawn<counter>();
    auto who = world->system().spawn<careless>();
    who.tell(read_and_leave{source});
    world->settle();
    EXPECT_NE(book.writer_end.find("cancelled: the reader"), std::string::npos) << book.writer_end;
    who.tell(read_and_throw{source});
    world->settle();
    EXPECT_NE(book.writer_end.find("failed: the reader"), std::string::npos) << book.writer_end;
    std::string outcome;
    who.tell(read_for_ever{source, outcome});
    world->run_for(100ms);
    who.stop();
    world->run_for(100ms);
    EXPECT_NE(outcome.find("stopped: the reader"), std::string::npos) << outcome;
    EXPECT_NE(book.writer_end.find("stopped: the reader"), std::string::npos) << book.writer_end;
  }
}

TEST_F(a_stream, ends_when_the_other_side_is_idle_for_too_long) {
  begin();
  EXPECT_EQ(read(spawn<counter>(), count_to{100, 2s}, {.idle_timeout = 1s}), "0 idle_timeout");
  EXPECT_NE(whole.find("idle_timeout: the reader"), std::string::npos) << whole;
  begin();
  EXPECT_EQ(read(spawn<counter>(), count_to{100}, {.window = 3, .idle_timeout = 1s}, 1'000'000, 5h),
            "4 idle_timeout");
  EXPECT_NE(whole.find("idle_timeout: the writer"), std::string::npos) << whole;
  EXPECT_NE(book.writer_end.find("idle_timeout: the writer"), std::string::npos);
  begin();
  EXPECT_EQ(read(spawn<counter>(), count_to{20, 1h}, {.idle_timeout = duration::max()}),
            "20 completed");
}

TEST_F(a_stream, piped_ends_when_nothing_came_for_too_long_but_not_while_items_are_handled) {
  begin();
  auto slow = world->system().spawn<piper<counter, count_to>>(spawn<counter>(), std::ref(book));
  world->system().ask(slow, start_piping{.idle = 1s, .window = 1, .last = 5, .work = 900ms}, 1s);
  world->run_for(1min);
  EXPECT_EQ(piped(slow), "5 completed");

  auto held = spawn<counter>();
  auto waiting = world->system().spawn<piper<counter, count_to>>(held, std::ref(book));
  world->system().spawn<careless>().tell(read_and_leave{held});
  read_for_ever blocker{held, whole};
  world->system().spawn<careless>().tell(blocker);  // the source is busy with it for 10 s
  world->settle();
  world->system().ask(waiting, start_piping{.idle = 1s}, 1s);
  world->run_for(900ms);
  EXPECT_EQ(piped(waiting), "0");
  world->run_for(200ms);
  EXPECT_EQ(piped(waiting), "0 idle_timeout");
}

TEST_F(a_stream, that_cannot_be_opened_says_why_at_once) {
  begin();
  EXPECT_EQ(read(ref<counter>{}, count_to{1}), "0 no_such_actor");
  auto gone = spawn<counter>();
  gone.stop();
  world->settle();
  EXPECT_EQ(read(gone, count_to{1}), "0 stopped");
  auto narrow = spawn<counter>(spawn_options{.mailbox_capacity = 1});
  world->system().spawn<careless>().tell(read_for_ever{narrow, whole});
  world->settle();
  const time_point before = world->now();
  EXPECT_EQ(read(narrow, count_to{1}), "0 mailbox_full");
  EXPECT_EQ(world->now(), before);
}

TEST_F(a_stream, whose_request_is_dropped_by_the_mailbox_says_so) {
  for (const overflow rule : {overflow::drop_newest, overflow::drop_oldest}) {
    begin();
    auto source = spawn<counter>(spawn_options{.mailbox_capacity = 2, .when_full = rule});
    world->system().spawn<careless>().tell(read_for_ever{source, whole});
    world->settle();
    std::vector<ref<piper<counter, count_to>>> pipers;
    for (int i = 0; i < 2; ++i) {  // one finds a place, one does not
      pipers.push_back(world->system().spawn<piper<counter, count_to>>(source, std::ref(book)));
      world->system().ask(pipers.back(), start_piping{}, 1s);
      world->settle();
    }
    const std::size_t dropped = rule == overflow::drop_newest ? 1 : 0;
    EXPECT_EQ(piped(pipers[dropped]), "0 mailbox_full");
    EXPECT_EQ(piped(pipers[1 - dropped]), "0");
  }
}

TEST_F(a_stream, in_the_mailbox_of_an_actor_that_stops_ends_as_stopped) {
  begin();
  auto source = spawn<counter>();
  world->system().spawn<careless>().tell(read_for_ever{source, whole});
  world->settle();
  auto who = world->system().spawn<piper<counter, count_to>>(source, std::ref(book));
  world->system().ask(who, start_piping{}, 1s);
  world->settle();
  source.stop();
  world->settle();
  EXPECT_EQ(piped(who), "0 stopped");
}

struct open_and_drop {
  ref<counter> from;
};
class hasty final : public actor {
 public:
  void on(open_and_drop m) { m.from.open(count_to{10}); }
};

TEST_F(a_stream, dropped_before_its_request_is_picked_up_is_never_handled) {
  begin();
  auto source = spawn<counter>();
  world->system().spawn<careless>().tell(read_for_ever{source, whole});
  world->settle();
  world->system().spawn<hasty>().tell(open_and_drop{source});
  world->run_for(1min);
  EXPECT_EQ(book.written, 1000) << "of the first stream alone";
  for (const auto& type : world->system().statistics()) {
    if (type.actor_type != source.type()) continue;
    EXPECT_EQ(type.accepted, 2U);
    EXPECT_EQ(type.handled, 1U);
    EXPECT_EQ(type.expired, 1U);
  }
}

class hoarder final : public actor {
 public:
  explicit hoarder(ref<counter> from) : from_(std::move(from)) {}
  struct fill {
    using reply = std::string;
  };
  std::string on(fill) {
    for (std::uint32_t i = 0; i < streams_per_actor_max; ++i) {
      lists_.push_back(from_.open(count_to{1}));
    }
    auto last = from_.open(count_to{1});
    const auto end = last.end();
    lists_.pop_back();
    auto now_there_is_room = from_.open(count_to{1});
    return text(end) + " " + text(now_there_is_room.end());
  }

 private:
  ref<counter> from_;
  std::vector<stream_reader<item>> lists_;
};

TEST_F(a_stream, of_an_actor_that_has_too_many_is_refused) {
  begin();
  auto source = spawn<counter>(spawn_options{.mailbox_capacity = mailbox_capacity_max});
  auto who = world->system().spawn<hoarder>(source);
  EXPECT_EQ(world->system().ask(who, hoarder::fill{}, 1h).value(), "too_many_streams open");
}

}  // namespace
}  // namespace troupe::stream_test
