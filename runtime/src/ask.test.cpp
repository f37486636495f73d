#include <stdexcept>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include <troupe/sim.hpp>
#include <troupe/troupe.hpp>

namespace troupe {
namespace {

using namespace std::chrono_literals;

enum class bank_error { overdrawn };

struct withdraw {
  using reply = std::expected<int, bank_error>;
  int amount;
};
struct slow {
  using reply = int;
  duration length;
};
struct explode {
  using reply = int;
};
struct nothing {
  using reply = void;
};
struct handled_count {
  using reply = int;
};

class account final : public actor {
 public:
  std::expected<int, bank_error> on(withdraw m) {
    ++handled_;
    if (m.amount > balance_) return std::unexpected(bank_error::overdrawn);
    return balance_ -= m.amount;
  }
  task<int> on(slow m) {
    ++handled_;
    co_await sleep(m.length);
    co_return 7;
  }
  int on(explode) { throw std::runtime_error("boom"); }
  void on(nothing) { ++handled_; }
  int on(handled_count) { return handled_; }

 private:
  int balance_ = 100;
  int handled_ = 0;
};

struct run {
  using reply = std::string;
};

std::string text(const auto& result) {
  if (result) return "value";
  if constexpr (requires { result.error().answer(); }) {
    if (result.error().answer()) return "answered error";
    return std::string(to_string(result.error().no_answer()->code));
  } else {
    return std::string(to_string(result.error().code));
  }
}

TEST(ask, from_outside_gives_the_reply) {
  system system;
  auto target = system.spawn<account>();
  EXPECT_EQ(system.ask(target, withdraw{30}, 1s).value(), 70);
  EXPECT_TRUE(system.ask(target, nothing{}, 1s).has_value());
}

TEST(ask, tells_the_actors_own_error_from_a_missing_answer) {
  system system;
  auto target = system.spawn<account>();
  auto refused = system.ask(target, withdraw{1000}, 1s);
  ASSERT_FALSE(refused);
  ASSERT_NE(refused.error().answer(), nullptr);
  EXPECT_EQ(*refused.error().answer(), bank_error::overdrawn);
  EXPECT_EQ(refused.error().no_answer(), nullptr);
}

TEST(ask, of_a_handler_that_throws_fails) {
  system system;
  auto target = system.spawn<account>();
  EXPECT_EQ(system.ask(target, explode{}, 1s).error().code, ask_errc::failed);
}

TEST(ask, of_an_empty_reference_or_a_stopped_actor_fails_at_once) {
  system system;
  EXPECT_EQ(system.ask(ref<account>{}, nothing{}, 1h).error().code, ask_errc::no_such_actor);
  auto target = system.spawn<account>();
  target.stop();
  ASSERT_TRUE(system.wait_stopped(target, 10s));
  EXPECT_EQ(system.ask(target, nothing{}, 1h).error().code, ask_errc::stopped);
}

TEST(ask, that_times_out_says_where_the_time_went) {
  sim::simulation world(3);
  auto target = world.system().spawn<account>();
  target.tell(slow{600ms});
  const auto result = world.system().ask(target, slow{5s}, 1s);
  ASSERT_FALSE(result);
  const ask_error& error = result.error();
  EXPECT_EQ(error.code, ask_errc::timeout);
  EXPECT_EQ(error.in_mailbox, 600ms);
  EXPECT_EQ(error.in_handler, 400ms);
  EXPECT_EQ(error.actor, target.id());
  EXPECT_NE(error.describe().find("account#"), std::string::npos) << error.describe();
  EXPECT_NE(error.describe().find("slow (600.0 ms in the mailbox, 400.0 ms in the handler)"),
            std::string::npos)
      << error.describe();
}

TEST(ask, that_times_out_in_the_mailbox_is_removed_unhandled) {
  sim::simulation world(4);
  auto target = world.system().spawn<account>();
  target.tell(slow{10s});
  EXPECT_EQ(world.system().ask(target, withdraw{1}, 1s).error(), ask_errc::timeout);
  world.run_for(20s);
  EXPECT_EQ(world.system().ask(target, handled_count{}, 1s).value(), 1) << "only the slow one";
  for (const auto& type : world.system().statistics()) {
    if (type.actor_type == target.type()) {
      EXPECT_EQ(type.accepted, 3U);
      EXPECT_EQ(type.handled, 2U);
      EXPECT_EQ(type.expired, 1U);
    }
  }
}

class client final : public actor {
 public:
  explicit client(ref<account> bank) : bank_(bank) {}
  task<std::string> on(run) {
    std::string log;
    log += text(co_await bank_.ask(withdraw{10}, 1s)) + ",";
    log += text(co_await bank_.ask(withdraw{1000}, 1s)) + ",";
    log += text(co_await bank_.ask(slow{2s}, 1s)) + ",";
    // The late answer of the one before must not be taken for this one's.
    const auto left = co_await bank_.ask(withdraw{5}, 5s);
    log += left ? std::to_string(*left) : text(left);
    co_return log;
  }

 private:
  ref<account> bank_;
};

TEST(ask, inside_an_actor_suspends_it_until_the_answer_or_the_deadline) {
  sim::simulation world(5);
  auto bank = world.system().spawn<account>();
  auto asker = world.system().spawn<client>(bank);
  EXPECT_EQ(world.system().ask(asker, run{}, 10s).value(), "value,answered error,timeout,85");
}

TEST(ask, inside_an_actor_that_times_out_is_removed_unhandled) {
  sim::simulation world(7);
  auto bank = world.system().spawn<account>();
  auto asker = world.system().spawn<client>(bank);
  bank.tell(slow{10s});
  EXPECT_EQ(world.system().ask(asker, run{}, 10s).value(), "timeout,timeout,timeout,timeout");
  world.run_for(20s);
  EXPECT_EQ(world.system().ask(bank, handled_count{}, 1s).value(), 1) << "only the slow one";
}

TEST(ask, a_full_mailbox_refuses_at_once) {
  sim::simulation world(6);
  auto bank = world.system().spawn<account>(spawn_options{.mailbox_capacity = 1});
  auto asker = world.system().spawn<client>(bank);
  world.settle();
  bank.tell(slow{1h});
  const auto log = world.system().ask(asker, run{}, 1s);
  EXPECT_EQ(log.value(), "mailbox_full,mailbox_full,mailbox_full,mailbox_full");
}

class blocking final : public actor {
 public:
  explicit blocking(system& of) : system_(of) {}
  std::string on(run) {
    auto other = spawn<account>();
    return text(system_.ask(other, nothing{}, 1h));
  }

 private:
  system& system_;
};

TEST(ask, blocking_inside_a_worker_is_an_error_at_once) {
  system system;
  auto actor = system.spawn<blocking>(std::ref(system));
  EXPECT_EQ(system.ask(actor, run{}, 10s).value(), "would_deadlock");
}

struct finished {
  std::string what;
};
struct log_so_far {
  using reply = std::string;
};

class piping final : public actor {
 public:
  explicit piping(ref<account> bank) : bank_(bank) {}
  void on(nothing) {
    pipe(bank_.ask(slow{500ms}, 1s), [](auto result) { return finished{"slow " + text(result)}; });
    pipe(bank_.ask(slow{2s}, 1s), [](auto result) { return finished{"slower " + text(result)}; });
    pipe(ref<account>{}.ask(slow{1s}, 1s), [](auto result) { return finished{text(result)}; });
    log_ += "asked,";
  }
  void on(finished m) { log_ += m.what + ","; }
  std::string on(log_so_far) { return log_; }

 private:
  ref<account> bank_;
  std::string log_;
};

TEST(ask, piped_becomes_a_message_and_leaves_the_actor_free) {
  sim::simulation world(7);
  auto bank = world.system().spawn<account>();
  auto actor = world.system().spawn<piping>(bank);
  actor.tell(nothing{});
  world.run_for(100ms);
  EXPECT_EQ(world.system().ask(actor, log_so_far{}, 1ms).value(), "asked,no_such_actor,");
  world.run_for(2s);
  EXPECT_EQ(world.system().ask(actor, log_so_far{}, 1ms).value(),
            "asked,no_such_actor,slow value,slower timeout,");
}

struct doze {
  using reply = int;
};
class piping_badly final : public actor {
 public:
  explicit piping_badly(ref<account> bank) : bank_(bank) {}
  void on(nothing) {
    const auto fail = [](auto) -> finished { throw std::runtime_error("on purpose"); };
    pipe(bank_.ask(slow{500ms}, 1s), fail);
    pipe(ref<account>{}.ask(slow{1s}, 1s), fail);  // at once
  }
  task<int> on(doze) {
    co_await sleep(1s);
    co_return 1;
  }
  void on(finished) {}

 private:
  ref<account> bank_;
};

TEST(ask, piped_through_a_function_that_throws_fails_the_actor_after_its_current_message) {
  std::vector<std::string> failed_in;
  sim::simulation world(
      9, {.on_failure = [&](const failure& cause, directive) { failed_in.push_back(cause.what); }});
  auto bank = world.system().spawn<account>();
  const supervision ignore{.decide = [](const failure&) { return directive::resume; }};
  auto actor = world.system().spawn<piping_badly>(spawn_options{.on_failure = ignore}, bank);
  EXPECT_TRUE(world.system().ask(actor, nothing{}, 1s).has_value()) << "the asking went well";
  EXPECT_EQ(world.system().ask(actor, doze{}, 5s).value_or(0), 1) << "it was suspended meanwhile";
  world.settle();
  EXPECT_EQ(failed_in, (std::vector<std::string>{"on purpose", "on purpose"}));
}

class waiting final : public actor {
 public:
  waiting(ref<account> bank, std::string& outcome) : bank_(bank), outcome_(outcome) {}
  task<> on(nothing) {
    outcome_ = text(co_await bank_.ask(slow{1h}, 2h));
    outcome_ += "," + text(co_await bank_.ask(slow{1h}, 2h));
    outcome_ += co_await sleep(1h) ? ",slept" : ",not slept";
  }

 private:
  ref<account> bank_;
  std::string& outcome_;
};

TEST(ask, an_asker_that_is_stopped_sees_every_wait_cancelled) {
  sim::simulation world(8);
  std::string outcome;
  auto bank = world.system().spawn<account>();
  auto asker = world.system().spawn<waiting>(bank, std::ref(outcome));
  asker.tell(nothing{});
  world.settle();
  asker.stop();
  EXPECT_TRUE(world.system().wait_stopped(asker, 1s));
  EXPECT_EQ(outcome, "cancelled,cancelled,not slept");
}

}  // namespace
}  // namespace troupe
