#include <unordered_set>
#include <vector>

#include <gtest/gtest.h>

#include <troupe/recipient.hpp>
#include <troupe/sim.hpp>
#include <troupe/troupe.hpp>

namespace troupe {
namespace {

using namespace std::chrono_literals;

struct price {
  int cents;
};
struct sum {
  using reply = int;
};
struct refusal {
  using reply = std::expected<int, std::string>;
};
struct declared_only;  // a recipient may be a member before its message is known
struct holder {
  recipient<declared_only> to;
};

class till final : public actor {
 public:
  void on(price m) { sum_ += m.cents; }
  int on(sum) { return sum_; }
  refusal::reply on(refusal) { return std::unexpected("closed"); }

 private:
  int sum_ = 0;
};

class scale final : public actor {
 public:
  void on(price m) { last_ = m.cents; }
  int on(sum) { return last_; }

 private:
  int last_ = 0;
};

struct ask_all {
  using reply = std::vector<int>;
};
class asker final : public actor {
 public:
  explicit asker(std::vector<recipient<sum>> of) : of_(std::move(of)) {}
  task<std::vector<int>> on(ask_all) {
    std::vector<int> all;
    for (const auto& each : of_) all.push_back((co_await each.ask(sum{}, 1s)).value_or(-1));
    co_return all;
  }

 private:
  std::vector<recipient<sum>> of_;
};

struct try_refusal {
  using reply = std::string;
};
class refused final : public actor {
 public:
  explicit refused(recipient<refusal> by) : by_(by) {}
  task<std::string> on(try_refusal) {
    const auto result = co_await by_.ask(refusal{}, 1s);
    co_return result ? "" : *result.error().answer();
  }

 private:
  recipient<refusal> by_;
};

static_assert(std::is_convertible_v<ref<till>, recipient<price>>);
static_assert(!std::is_convertible_v<ref<till>, recipient<ask_all>>, "till does not handle it");

class recipients : public testing::Test {
 protected:
  sim::simulation world{1};
  ref<till> a = world.system().spawn<till>();
  ref<scale> b = world.system().spawn<scale>();
};

TEST_F(recipients, of_one_message_reach_actors_of_different_types) {
  const std::vector<recipient<price>> to{a, b};
  for (const auto& each : to) {
    EXPECT_EQ(each.tell(price{2}), tell_status::accepted);
    EXPECT_EQ(each.tell(price{3}), tell_status::accepted);
  }
  EXPECT_EQ(world.system().ask(a, sum{}, 1s).value(), 5);
  EXPECT_EQ(world.system().ask(b, sum{}, 1s).value(), 3);
  EXPECT_EQ(to[0].type(), a.type());
}

TEST_F(recipients, are_asked_like_references) {
  a.tell(price{7});
  b.tell(price{9});
  auto c = world.system().spawn<asker>(std::vector<recipient<sum>>{a, b, recipient<sum>()});
  EXPECT_EQ(world.system().ask(c, ask_all{}, 1s).value(), (std::vector{7, 9, -1}));
}

TEST_F(recipients, pass_the_errors_of_the_answer_on) {
  auto c = world.system().spawn<refused>(a);
  EXPECT_EQ(world.system().ask(c, try_refusal{}, 1s).value(), "closed");
}

TEST_F(recipients, that_are_empty_refuse) {
  const recipient<price> nobody;
  EXPECT_FALSE(nobody);
  EXPECT_EQ(nobody.id(), 0U);
  EXPECT_EQ(nobody.tell(price{1}), tell_status::no_such_actor);
  EXPECT_FALSE(holder{}.to);
}

TEST_F(recipients, of_a_stopped_actor_say_so_and_free_the_message) {
  const recipient<price> to = a;
  a.stop();
  ASSERT_TRUE(world.system().wait_stopped(a, 1s));
  EXPECT_EQ(to.tell(price{1}), tell_status::stopped);
}

TEST_F(recipients, are_equal_when_the_actor_is_the_same) {
  const recipient<price> first = a;
  const recipient<price> second = ref<till>(a);
  EXPECT_EQ(first, second);
  EXPECT_NE(first, recipient<price>(b));
  EXPECT_EQ(first.id(), a.id());
  EXPECT_TRUE(first < recipient<price>(b));
  EXPECT_EQ((std::unordered_set<recipient<price>>{first, second, b}).size(), 2U);
}

}  // namespace
}  // namespace troupe
