// What docs/guides/actors.md shows and no example does: hooks, errors of an ask, cycles, a
// supervisor with children, shutdown, connections under simulation.
#include <array>
#include <iostream>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include <troupe/sim.hpp>
#include <troupe/troupe.hpp>

using namespace std::chrono_literals;

namespace {

// ---- hooks

struct load {
  using reply = std::vector<std::string>;
};
struct save {
  using reply = void;
  std::vector<std::string> entries;
};

class disk final : public troupe::actor {
 public:
  std::vector<std::string> on(load) { return entries_; }
  void on(save m) { entries_ = std::move(m.entries); }

 private:
  std::vector<std::string> entries_{"kept"};
};

struct remember {
  std::string what;
};

class cache final : public troupe::actor {
 public:
  explicit cache(troupe::ref<disk> from) : disk_(from) {}

  troupe::task<std::expected<void, troupe::start_error>> started() {
    auto entries = co_await disk_.ask(load{}, 1s);
    if (!entries) co_return std::unexpected(troupe::start_error{entries.error().describe()});
    entries_ = std::move(*entries);
    co_return {};
  }
  troupe::task<> stopping() { co_await disk_.ask(save{entries_}, 1s); }

  void on(remember m) { entries_.push_back(std::move(m.what)); }

 private:
  troupe::ref<disk> disk_;
  std::vector<std::string> entries_;
};

TEST(guide, hooks_load_before_the_first_message_and_save_after_the_last) {
  troupe::sim::simulation world(1);
  auto below = world.system().spawn<disk>();
  auto above = world.system().spawn<cache>(below);
  above.tell(remember{"new"});
  world.settle();
  above.stop();
  ASSERT_TRUE(world.system().wait_stopped(above, 1s));
  EXPECT_EQ(world.system().ask(below, load{}, 1s).value(),
            (std::vector<std::string>{"kept", "new"}));
}

// ---- asking each other

struct ping {
  using reply = std::string;
};
struct meet {
  troupe::ref<class player> whom;
};

class player final : public troupe::actor {
 public:
  void on(meet m) { other_ = m.whom; }
  troupe::task<std::string> on(ping) {
    const auto answer = co_await other_.ask(ping{}, 1s);
    co_return answer ? *answer : answer.error().describe();
  }

 private:
  troupe::ref<player> other_;
};

TEST(guide, an_ask_that_comes_back_to_a_waiting_actor_fails_at_once_and_names_the_cycle) {
  troupe::sim::simulation world(1);
  auto a = world.system().spawn<player>();
  auto b = world.system().spawn<player>();
  a.tell(meet{b});
  b.tell(meet{a});
  world.settle();
  const troupe::time_point before = world.now();
  const std::string said = world.system().ask(a, ping{}, 10s).value();
  EXPECT_TRUE(said.starts_with("would_deadlock: ")) << said;
  EXPECT_EQ(world.now(), before) << "at once: no time has passed";
  RecordProperty("said", said);
}

// ---- blocking work

struct sum_up_to {
  using reply = std::expected<long, troupe::offload_errc>;
  long last;
};

class calculator final : public troupe::actor {
 public:
  troupe::task<sum_up_to::reply> on(sum_up_to m) {
    co_return co_await troupe::offload([last = m.last] {
      long sum = 0;
      for (long n = 1; n <= last; ++n) sum += n;
      return sum;
    });
  }
};

TEST(guide, blocking_work_is_done_beside_the_workers) {
  troupe::sim::simulation world(1);
  auto one = world.system().spawn<calculator>();
  EXPECT_EQ(world.system().ask(one, sum_up_to{1000}, 10s).value(), 500'500);
}

// ---- a supervisor with children

struct explode {};
struct hello {
  using reply = std::string;
};
struct child_of {
  using reply = troupe::ref<class branch>;
};

class branch final : public troupe::actor {
 public:
  void on(explode) { throw std::runtime_error("boom"); }
  std::string on(hello) { return restarted() ? "hello again" : "hello"; }
};

class head_office final : public troupe::actor {
 public:
  head_office() {
    branch_ = spawn<branch>(troupe::spawn_options{
        .on_failure = {.restarts_max = 1, .when_exceeded = troupe::directive::escalate}});
  }
  troupe::ref<branch> on(child_of) { return branch_; }

 private:
  troupe::ref<branch> branch_;
};

TEST(guide, a_child_that_fails_too_often_takes_its_parent_with_it) {
  troupe::sim::simulation world(1);
  auto& system = world.system();
  auto office = system.spawn<head_office>();
  auto first = system.ask(office, child_of{}, 1s).value();
  first.tell(explode{});
  EXPECT_EQ(system.ask(first, hello{}, 1s).value(), "hello again");
  first.tell(explode{});
  ASSERT_TRUE(system.wait_stopped(first, 1s));
  auto second = system.ask(office, child_of{}, 1s).value();
  EXPECT_NE(second, first);
  EXPECT_EQ(system.ask(second, hello{}, 1s).value(), "hello");
}

// ---- hearing of an end, references to a base class

struct news {
  std::string headline;
};

class subscriber : public troupe::actor {
 public:
  virtual void on(news) = 0;
};

struct enlist {
  troupe::ref<subscriber> who;
};
struct member_count {
  using reply = std::size_t;
};

class club final : public troupe::actor {
 public:
  void on(enlist m) {
    monitor(m.who);
    members_.push_back(m.who);
  }
  std::size_t on(member_count) { return members_.size(); }
  void on(troupe::terminated m) {
    std::erase_if(members_, [&](const auto& each) { return each.id() == m.who; });
  }

 private:
  std::vector<troupe::ref<subscriber>> members_;
};

class reader final : public subscriber {
 public:
  void on(news) override {}
};

TEST(guide, who_monitors_hears_of_the_end) {
  troupe::sim::simulation world(1);
  auto& system = world.system();
  auto all = system.spawn<club>();
  auto anna = system.spawn<reader>();
  all.tell(enlist{anna});
  EXPECT_EQ(system.ask(all, member_count{}, 1s).value(), 1U);
  anna.stop();
  world.settle();
  EXPECT_EQ(system.ask(all, member_count{}, 1s).value(), 0U);
}

// ---- a timer that is set again

struct use {};
struct idle {};

class scratchpad final : public troupe::actor {
 public:
  void on(use) {
    cancel(idle_);
    idle_ = send_after(1s, idle{});
  }
  void on(idle) { stop(); }

 private:
  troupe::timer_id idle_ = send_after(1s, idle{});
};

TEST(guide, an_actor_that_nobody_uses_stops_itself) {
  troupe::sim::simulation world(1);
  auto pad = world.system().spawn<scratchpad>();
  world.run_for(900ms);
  pad.tell(use{});
  world.run_for(900ms);
  EXPECT_EQ(pad.tell(use{}), troupe::tell_status::accepted);
  world.run_for(1100ms);
  EXPECT_EQ(pad.tell(use{}), troupe::tell_status::stopped);
}

// ---- the newest value

struct prices {
  int bread = 0;
};
struct bread_price {
  using reply = int;
};

class shop final : public troupe::actor {
 public:
  explicit shop(const troupe::watch<prices>& market) : subscription_(market.subscribe(*this)) {}
  void on(troupe::updated<prices> m) { newest_ = m.now; }
  int on(bread_price) { return (*newest_)->bread; }

 private:
  troupe::watch_subscription subscription_;
  std::optional<troupe::snapshot<prices>> newest_;
};

TEST(guide, a_watch_tells_the_newest_value) {
  troupe::sim::simulation world(1);
  troupe::watch_source<prices> market(prices{.bread = 2});
  auto corner = world.system().spawn<shop>(market.watch());
  for (int price = 3; price <= 10; ++price) market.publish(prices{.bread = price});
  EXPECT_EQ(market.watch().read()->bread, 10);
  world.settle();
  EXPECT_EQ(world.system().ask(corner, bread_price{}, 1s).value(), 10);
}

// ---- an actor that is spawned when it is needed

TEST(guide, a_lazy_actor_is_spawned_by_its_first_message) {
  troupe::sim::simulation world(1);
  auto& system = world.system();
  troupe::lazy_ref<scratchpad> pad(system);  // nothing runs yet
  EXPECT_FALSE(pad.peek());
  pad.tell(use{});
  EXPECT_TRUE(pad.peek());
  world.run_for(2s);  // it has stopped itself
  EXPECT_EQ(pad.tell(use{}), troupe::tell_status::accepted);
}

// ---- who handles a message, whoever it is

TEST(guide, a_recipient_is_whoever_handles_the_message) {
  troupe::sim::simulation world(1);
  const troupe::recipient<use> to = world.system().spawn<scratchpad>();
  EXPECT_EQ(to.tell(use{}), troupe::tell_status::accepted);
}

// ---- shutdown

class stubborn final : public troupe::actor {
 public:
  troupe::task<> stopping() { co_await sleep(24h); }
};

TEST(guide, shutdown_says_what_did_not_stop_in_time) {
  troupe::sim::simulation world(1);
  auto& system = world.system();
  system.spawn<stubborn>();
  world.settle();
  const troupe::shutdown_report report = system.shutdown(5s);
  for (const std::string& type : report.still_running) std::cerr << type << " is still running\n";
  EXPECT_EQ(report.still_running.size(), 1U);
}

// ---- connections without a network

struct received {
  using reply = std::string;
};

class talker final : public troupe::actor {
 public:
  talker(troupe::io::pending_stream stream, std::string text)
      : stream_(open(std::move(stream))), text_(std::move(text)) {
    stream_->notify_readable();
    stream_->notify_writable();
  }
  void on(troupe::io::writable) {
    const troupe::io::write_buffer part = std::as_bytes(std::span(text_));
    if (!part.empty()) text_.erase(0, stream_->write_some({&part, 1}).value_or(0));
    if (!text_.empty()) stream_->notify_writable();
  }
  void on(troupe::io::readable) {
    std::array<std::byte, 100> buffer;
    const auto count = stream_->read_some(buffer);
    if (!count) return;
    received_.append(reinterpret_cast<const char*>(buffer.data()), *count);
    stream_->notify_readable();
  }
  std::string on(received) { return received_; }

 private:
  std::unique_ptr<troupe::io::byte_stream> stream_;
  std::string text_;
  std::string received_;
};

TEST(guide, a_connection_in_memory_cuts_its_bytes_as_the_seed_says) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    troupe::sim::simulation world(seed);
    auto [left, right] = world.make_stream_pair();
    auto one = world.system().spawn<talker>(troupe::temporary{}, std::move(left), "knock knock");
    auto other = world.system().spawn<talker>(troupe::temporary{}, std::move(right), "who is it?");
    world.settle();
    EXPECT_EQ(world.system().ask(one, received{}, 1s).value(), "who is it?") << "seed " << seed;
    EXPECT_EQ(world.system().ask(other, received{}, 1s).value(), "knock knock") << "seed " << seed;
  }
}

}  // namespace
