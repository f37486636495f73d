#include <vector>

#include <gtest/gtest.h>

#include <troupe/sim.hpp>
#include <troupe/troupe.hpp>

namespace troupe {
namespace {

using namespace std::chrono_literals;

struct news {
  int number;
};
struct read_news {
  using reply = std::vector<int>;
};
struct fail {};

class paper final : public actor {
 public:
  void on(news m) { numbers_.push_back(m.number); }
  void on(fail) { throw std::runtime_error("on purpose"); }
  std::vector<int> on(read_news) { return numbers_; }

 private:
  std::vector<int> numbers_;
};
class radio final : public actor {
 public:
  void on(news m) { last_.assign(1, m.number); }
  std::vector<int> on(read_news) { return last_; }

 private:
  std::vector<int> last_;
};

class topics : public testing::Test {
 protected:
  template <class A>
  std::vector<int> read(const ref<A>& from) {
    return world.system().ask(from, read_news{}, 1s).value();
  }

  sim::simulation world{1};
  topic<news> headlines;
  ref<paper> a = world.system().spawn<paper>();
  ref<radio> b = world.system().spawn<radio>();
};

TEST_F(topics, deliver_to_every_subscriber_in_the_order_published) {
  EXPECT_EQ(headlines.subscribe(a), subscribe_status::subscribed);
  EXPECT_EQ(headlines.subscribe(b), subscribe_status::subscribed);
  for (int i = 1; i <= 3; ++i) {
    EXPECT_EQ(headlines.publish(news{i}), (published{.delivered = 2}));
  }
  EXPECT_EQ(read(a), (std::vector{1, 2, 3}));
  EXPECT_EQ(read(b), std::vector{3});
}

TEST_F(topics, deliver_once_to_who_subscribes_twice) {
  headlines.subscribe(a);
  EXPECT_EQ(headlines.subscribe(a), subscribe_status::already_subscribed);
  EXPECT_EQ(headlines.publish(news{1}).delivered, 1U);
  EXPECT_EQ(read(a), std::vector{1});
}

TEST_F(topics, deliver_nothing_after_unsubscribe) {
  headlines.subscribe(a);
  headlines.subscribe(b);
  EXPECT_TRUE(headlines.unsubscribe(a));
  EXPECT_FALSE(headlines.unsubscribe(a));
  EXPECT_EQ(headlines.publish(news{1}), (published{.delivered = 1}));
  EXPECT_TRUE(read(a).empty());
  EXPECT_EQ(read(b), std::vector{1});
  EXPECT_TRUE(headlines.unsubscribe(b)) << "its place was moved by the first";
  EXPECT_EQ(headlines.subscriber_count(), 0U);
}

TEST_F(topics, count_what_a_full_mailbox_refuses) {
  auto narrow = world.system().spawn<paper>(spawn_options{.mailbox_capacity = 2});
  headlines.subscribe(narrow);
  headlines.subscribe(b);
  headlines.publish(news{1});
  headlines.publish(news{2});
  EXPECT_EQ(headlines.publish(news{3}), (published{.delivered = 1, .refused = 1}));
  world.settle();
  EXPECT_EQ(headlines.publish(news{4}), (published{.delivered = 2})) << "it is still subscribed";
  EXPECT_EQ(read(narrow), (std::vector{1, 2, 4}));
}

TEST_F(topics, drop_a_subscriber_that_has_stopped) {
  headlines.subscribe(a);
  headlines.subscribe(b);
  a.stop();
  ASSERT_TRUE(world.system().wait_stopped(a, 1s));
  EXPECT_EQ(headlines.publish(news{1}), (published{.delivered = 1, .gone = 1}));
  EXPECT_EQ(headlines.publish(news{2}), (published{.delivered = 1}));
  EXPECT_EQ(headlines.subscriber_count(), 1U);
}

TEST_F(topics, keep_a_subscriber_across_its_restart) {
  headlines.subscribe(a);
  a.tell(fail{});
  world.run_for(1s);
  EXPECT_EQ(headlines.publish(news{1}).delivered, 1U);
  EXPECT_EQ(read(a), std::vector{1});
}

TEST_F(topics, refuse_more_subscribers_than_they_may_have) {
  const topic<news> small(1);
  EXPECT_EQ(small.subscribe(recipient<news>()), subscribe_status::no_such_actor);
  EXPECT_EQ(small.subscribe(a), subscribe_status::subscribed);
  EXPECT_EQ(small.subscribe(b), subscribe_status::full);
  EXPECT_TRUE(small.unsubscribe(a));
  EXPECT_EQ(small.subscribe(b), subscribe_status::subscribed);
}

TEST_F(topics, are_the_same_when_copied) {
  const topic<news> copy = headlines;
  copy.subscribe(a);
  EXPECT_EQ(headlines.publish(news{1}).delivered, 1U);
  const topic<news> other;
  EXPECT_EQ(other.publish(news{1}), published{});
}

}  // namespace
}  // namespace troupe
