#include <map>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include <troupe/sim.hpp>
#include <troupe/troupe.hpp>

namespace troupe {
namespace {

using namespace std::chrono_literals;

struct note {};
struct question {
  using reply = correlation_id;
};
struct numbers {
  using item = int;
};
struct item_came {};
struct items_ended {};
struct answered {};
struct late {};
struct begin {};
struct explode {};
struct held_up {};

// Notes the id of each message it gets.
class ledger final : public actor {
 public:
  explicit ledger(std::map<std::string, correlation_id>& seen) : seen_(seen) {}
  void on(note) { seen_["note"] = correlation(); }
  correlation_id on(question) { return seen_["question"] = correlation(); }
  void on(numbers, stream_writer<int> out) {
    seen_["numbers"] = correlation();
    EXPECT_EQ(out.try_write(1), stream_write::accepted);
  }
  void on(explode) { throw std::runtime_error("on request"); }
  task<> on(held_up) {
    co_await sleep(1s);
    seen_["after a sleep"] = correlation();
  }

 private:
  std::map<std::string, correlation_id>& seen_;
};

// Sends in every way there is.
class sender final : public actor {
 public:
  sender(ref<ledger> to, std::map<std::string, correlation_id>& seen)
      : to_(std::move(to)), seen_(seen) {}
  task<> on(begin) {
    to_.tell(note{});
    send_after(1s, late{});
    pipe(to_.ask(question{}, 1s), [](auto) { return answered{}; });
    items_ = to_.open(numbers{});
    pipe(items_, [](int) { return item_came{}; }, [](stream_end) { return items_ended{}; });
    seen_["asked"] = (co_await to_.ask(question{}, 1s)).value();
    seen_["after an ask"] = correlation();
    co_await send(to_, note{}, 1s);
  }
  void on(late) { seen_["timer"] = correlation(); }
  void on(answered) { seen_["piped answer"] = correlation(); }
  void on(item_came) { seen_["item"] = correlation(); }
  void on(items_ended) { seen_["end"] = correlation(); }

 private:
  ref<ledger> to_;
  std::map<std::string, correlation_id>& seen_;
  stream_reader<int> items_;
};

class recording_sink final : public span_sink {
 public:
  void record(const span& ended) noexcept override { spans.push_back(ended); }
  const span& of(std::string_view message) const {
    for (const span& each : spans) {
      if (each.message == message) return each;
    }
    throw std::runtime_error("no span of " + std::string(message));
  }
  std::vector<span> spans;
};

class correlating : public testing::Test {
 protected:
  static constexpr correlation_id id{0xabc};
  template <class A, class M>
  void tell(const ref<A>& whom, M message) {
    const with_correlation scope(id);
    ASSERT_EQ(whom.tell(std::move(message)), tell_status::accepted);
  }
  recording_sink sink;
  std::vector<failure> failures;
  sim::simulation world{
      1,
      {.on_failure = [this](const failure& f, directive) { failures.push_back(f); },
       .spans = &sink}};
  std::map<std::string, correlation_id> seen;
  ref<ledger> to = world.system().spawn<ledger>(std::ref(seen));
  ref<sender> from = world.system().spawn<sender>(to, std::ref(seen));
};

TEST_F(correlating, the_id_reaches_all_that_a_message_causes) {
  tell(from, begin{});
  world.run_for(2s);
  for (const char* what : {"note", "question", "numbers", "asked", "after an ask", "timer",
                           "piped answer", "item", "end"}) {
    EXPECT_TRUE(seen.contains(what)) << what;
    EXPECT_EQ(seen[what], id) << what;
  }
}

TEST_F(correlating, a_message_without_an_id_stays_without_one) {
  tell(from, begin{});
  world.run_for(2s);
  const std::size_t spans = sink.spans.size();
  seen.clear();
  from.tell(begin{});
  world.run_for(2s);
  EXPECT_EQ(seen.size(), 9u);
  for (const auto& [what, found] : seen) EXPECT_FALSE(found) << what;
  EXPECT_EQ(sink.spans.size(), spans) << "no id, no span";
}

TEST_F(correlating, the_scope_of_whoever_runs_the_simulation_is_not_that_of_the_actors) {
  to.tell(note{});
  const with_correlation scope(id);
  world.settle();
  EXPECT_TRUE(seen.contains("note"));
  EXPECT_FALSE(seen["note"]);
  EXPECT_EQ(correlation(), id) << "and it is unharmed";
}

TEST_F(correlating, scopes_nest_and_end) {
  EXPECT_FALSE(correlation());
  {
    const with_correlation outer(id);
    {
      const with_correlation inner(correlation_id{7});
      EXPECT_EQ(correlation(), correlation_id{7});
    }
    EXPECT_EQ(correlation(), id);
  }
  EXPECT_FALSE(correlation());
  EXPECT_EQ(to_string(id), "0000000000000abc");
}

TEST_F(correlating, a_suspended_handler_has_its_id_again_and_inspection_shows_it) {
  tell(to, held_up{});
  world.run_for(500ms);
  const actor_status waiting = inspect_actor(world.system(), to.id()).value();
  EXPECT_EQ(waiting.correlation, id);
  EXPECT_EQ(waiting.message, type_name<held_up>());
  world.run_for(1s);
  EXPECT_EQ(seen["after a sleep"], id);
  EXPECT_FALSE(inspect_actor(world.system(), to.id())->correlation);
}

TEST_F(correlating, a_failure_names_the_id_and_the_message) {
  tell(to, explode{});
  world.settle();
  ASSERT_EQ(failures.size(), 1u);
  EXPECT_EQ(failures[0].correlation, id);
  EXPECT_EQ(failures[0].message, type_name<explode>());
  EXPECT_EQ(sink.of(type_name<explode>()).outcome, span_outcome::failed);
}

TEST_F(correlating, spans_say_who_sent_what_and_where_the_time_went) {
  tell(to, held_up{});
  world.run_for(500ms);
  {
    const with_correlation scope(id, 99);
    to.tell(note{});
  }
  world.run_for(2s);
  const span& slept = sink.of(type_name<held_up>());
  EXPECT_EQ(slept.correlation, id);
  EXPECT_EQ(slept.parent, 0u) << "it came from the edge";
  EXPECT_EQ(slept.actor, to.id());
  EXPECT_EQ(slept.actor_type, type_name<ledger>());
  EXPECT_EQ(slept.queued, 0s);
  EXPECT_EQ(slept.took, 1s);
  EXPECT_EQ(slept.outcome, span_outcome::handled);
  const span& noted = sink.of(type_name<note>());
  EXPECT_EQ(noted.parent, 99u);
  EXPECT_EQ(noted.queued, 500ms);
  EXPECT_EQ(noted.took, 0s);
  EXPECT_NE(noted.id, slept.id);
}

TEST_F(correlating, what_a_handler_sends_is_a_child_of_its_span) {
  tell(from, begin{});
  world.run_for(2s);
  const std::uint64_t parent = sink.of(type_name<begin>()).id;
  EXPECT_NE(parent, 0u);
  for (const auto name : {type_name<note>(), type_name<question>(), type_name<numbers>(),
                          type_name<late>(), type_name<answered>(), type_name<item_came>()}) {
    EXPECT_EQ(sink.of(name).parent, parent) << name;
  }
}

TEST_F(correlating, a_message_that_is_never_handled_ends_as_a_dead_letter) {
  tell(to, held_up{});
  tell(to, note{});
  world.run_for(100ms);
  to.stop();
  world.settle();
  EXPECT_EQ(sink.of(type_name<held_up>()).outcome, span_outcome::handled) << "cut short, but ended";
  EXPECT_EQ(sink.of(type_name<note>()).outcome, span_outcome::dead_letter);
  EXPECT_EQ(sink.of(type_name<note>()).took, 0s);
}

TEST_F(correlating, a_refused_message_leaves_no_span_and_an_ask_that_gave_up_expires) {
  to.stop();
  world.settle();
  const with_correlation scope(id);
  EXPECT_EQ(to.tell(note{}), tell_status::stopped);
  EXPECT_TRUE(sink.spans.empty());
  auto other = world.system().spawn<ledger>(std::ref(seen));
  other.tell(held_up{});
  EXPECT_EQ(world.system().ask(other, question{}, 100ms).error().code, ask_errc::timeout);
  world.run_for(2s);
  EXPECT_EQ(sink.of(type_name<question>()).outcome, span_outcome::expired);
  for (const type_statistics& each : world.system().statistics()) {
    EXPECT_EQ(each.accepted, each.handled + each.failed_messages + each.expired + each.dropped +
                                 each.dead_letters + each.queued)
        << each.actor_type;
  }
}

struct fill {};
class patient final : public actor {
 public:
  explicit patient(ref<ledger> to) : to_(std::move(to)) {}
  task<> on(fill) { co_await send(to_, note{}, 10s); }

 private:
  ref<ledger> to_;
};

TEST_F(correlating, a_message_that_had_to_wait_for_room_has_its_id) {
  auto small = world.system().spawn<ledger>(spawn_options{.mailbox_capacity = 1}, std::ref(seen));
  small.tell(held_up{});
  world.settle();
  tell(world.system().spawn<patient>(small), fill{});
  world.settle();
  EXPECT_FALSE(seen.contains("note")) << "the mailbox is full";
  world.run_for(2s);
  EXPECT_EQ(seen["note"], id);
  EXPECT_FALSE(seen["after a sleep"]);
}

struct tells_when_gone {
  ref<ledger> to;
  bool armed = true;
  explicit tells_when_gone(ref<ledger> whom) : to(std::move(whom)) {}
  tells_when_gone(tells_when_gone&& other) noexcept
      : to(other.to), armed(std::exchange(other.armed, false)) {}
  ~tells_when_gone() {
    if (armed) to.tell(note{});
  }
};
class last_words final : public actor {
 public:
  task<> on(tells_when_gone) { co_await sleep(1s); }  // NOLINT: the parameter is the point
};

TEST_F(correlating, a_parameter_may_still_send_when_its_handler_has_ended) {
  tell(world.system().spawn<last_words>(), tells_when_gone(to));
  world.run_for(2s);
  EXPECT_TRUE(seen.contains("note"));
}

}  // namespace
}  // namespace troupe
