#include <string>
#include <utility>

#include <gtest/gtest.h>

#include <troupe/cancellation.hpp>
#include <troupe/sim.hpp>
#include <troupe/troupe.hpp>

namespace troupe {
namespace {

using namespace std::chrono_literals;

struct work {
  using reply = int;
  duration takes{};
};
struct done_count {
  using reply = int;
};
class worker final : public actor {
 public:
  task<int> on(work m) {
    if (m.takes > 0s) co_await sleep(m.takes);
    co_return ++done_;
  }
  int on(done_count) { return done_; }

 private:
  int done_ = 0;
};

struct order_work {
  using reply = std::string;
  cancellation_token token;
  duration takes;
};
struct doze {
  using reply = std::string;
  cancellation_token token;
};
struct doze_as_it_comes {
  using reply = std::string;
  cancellation_source source;
};

/// A sleep that is cancelled by somebody else while it begins.
class sleep_cancelled_as_it_begins {
 public:
  explicit sleep_cancelled_as_it_begins(cancellation_source source) : source_(std::move(source)) {}
  bool await_ready() {
    const bool done = sleep_.await_ready();
    source_.cancel();
    return done;
  }
  void await_suspend(std::coroutine_handle<> frame) noexcept { sleep_.await_suspend(frame); }
  bool await_resume() const noexcept { return sleep_.await_resume(); }
  void decline(detail::actor_cell& cell, ask_errc why) noexcept { sleep_.decline(cell, why); }
  std::uint64_t wait_id() const noexcept { return sleep_.wait_id(); }

 private:
  detail::sleep_operation sleep_{1h};
  cancellation_source source_;
};

class boss final : public actor {
 public:
  explicit boss(ref<worker> of) : worker_(std::move(of)) {}
  task<std::string> on(order_work m) {
    const auto result = co_await cancellable(m.token, worker_.ask(work{m.takes}, 1h));
    co_return result ? "done" : std::string(to_string(result.error().code));
  }
  task<std::string> on(doze m) {
    const bool slept = co_await cancellable(m.token, sleep(1h));
    co_return slept ? "slept" : "woken";
  }
  task<std::string> on(doze_as_it_comes m) {
    const bool slept =
        co_await cancellable(m.source.token(), sleep_cancelled_as_it_begins(m.source));
    co_return slept ? "slept" : "woken";
  }

 private:
  ref<worker> worker_;
};

// Cancels at a point in time, from another actor.
struct cancel_now {
  cancellation_source source;
};
class canceller final : public actor {
 public:
  canceller(duration when, const cancellation_source& source) {
    send_after(when, cancel_now{source});
  }
  void on(cancel_now m) { m.source.cancel(); }
};

class a_cancellation : public testing::Test {
 protected:
  sim::simulation world{1};
  ref<worker> hands = world.system().spawn<worker>();
  ref<boss> head = world.system().spawn<boss>(hands);
  cancellation_source source;
  time_point began = world.now();
};

TEST_F(a_cancellation, ends_an_ask_that_waits_and_leaves_its_handler_alone) {
  world.system().spawn<canceller>(1s, source);
  EXPECT_EQ(world.system().ask(head, order_work{source.token(), 10s}, 1h).value(), "cancelled");
  EXPECT_EQ(world.now() - began, 1s);
  world.run_for(1min);
  EXPECT_EQ(world.system().ask(hands, done_count{}, 1s).value(), 1);
}

TEST_F(a_cancellation, removes_an_ask_that_is_still_queued) {
  hands.tell(work{10s});
  world.settle();
  world.system().spawn<canceller>(1s, source);
  EXPECT_EQ(world.system().ask(head, order_work{source.token(), 0s}, 1h).value(), "cancelled");
  world.run_for(1min);
  EXPECT_EQ(world.system().ask(hands, done_count{}, 1s).value(), 1) << "the one before it";
}

TEST_F(a_cancellation, ends_a_sleep) {
  world.system().spawn<canceller>(1s, source);
  EXPECT_EQ(world.system().ask(head, doze{source.token()}, 24h).value(), "woken");
  EXPECT_EQ(world.now() - began, 1s);
}

TEST_F(a_cancellation, ends_every_wait_on_its_tokens) {
  world.system().spawn<canceller>(1s, source);
  auto second = world.system().spawn<boss>(hands);
  second.tell(doze{source.token()});
  EXPECT_EQ(world.system().ask(head, doze{source.token()}, 24h).value(), "woken");
  EXPECT_EQ(world.system().ask(second, order_work{{}, 0s}, 1s).value(), "done");
  EXPECT_EQ(world.now() - began, 1s);
}

TEST_F(a_cancellation, that_came_before_ends_a_wait_at_once_and_nothing_is_sent) {
  EXPECT_FALSE(source.token().cancelled());
  EXPECT_TRUE(source.cancel());
  EXPECT_FALSE(source.cancel()) << "once and for all";
  EXPECT_TRUE(source.token().cancelled());
  EXPECT_EQ(world.system().ask(head, order_work{source.token(), 0s}, 1h).value(), "cancelled");
  EXPECT_EQ(world.system().ask(head, doze{source.token()}, 1h).value(), "woken");
  EXPECT_EQ(world.now(), began);
  EXPECT_EQ(world.system().ask(hands, done_count{}, 1s).value(), 0);
}

TEST_F(a_cancellation, that_comes_while_a_wait_begins_ends_it) {
  EXPECT_EQ(world.system().ask(head, doze_as_it_comes{source}, 24h).value(), "woken");
  EXPECT_EQ(world.now(), began);
}

TEST_F(a_cancellation, that_comes_later_changes_nothing) {
  EXPECT_EQ(world.system().ask(head, order_work{source.token(), 1s}, 1h).value(), "done");
  source.cancel();
  EXPECT_EQ(world.system().ask(head, order_work{{}, 1s}, 1h).value(), "done");
  EXPECT_EQ(world.system().ask(head, order_work{cancellation_source().token(), 1s}, 1h).value(),
            "done")
      << "a source that goes cancels nothing";
}

TEST_F(a_cancellation, of_a_wait_whose_actor_has_stopped_is_harmless) {
  head.tell(doze{source.token()});
  world.settle();
  head.stop();
  EXPECT_TRUE(world.system().wait_stopped(head, 1s));
  EXPECT_TRUE(source.cancel());
  world.settle();
}

}  // namespace
}  // namespace troupe
