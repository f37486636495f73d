#include "timer_queue.hpp"

#include <gtest/gtest.h>

#include <troupe/random.hpp>
#include <troupe/sim.hpp>
#include <troupe/troupe.hpp>

namespace troupe {
namespace {

using namespace std::chrono_literals;

class idle final : public actor {};

TEST(timer_queue, gives_the_earliest_time_under_random_arming_and_disarming) {
  sim::simulation world(1);
  std::vector<ref<idle>> owners;
  std::vector<std::unique_ptr<detail::alarm>> alarms;
  std::vector<time_point> due(50, time_point::max());
  for (int i = 0; i < 50; ++i) {
    owners.push_back(world.system().spawn<idle>());
    alarms.push_back(std::make_unique<detail::alarm>(*owners.back().cell().get()));
  }
  detail::timer_queue queue;
  random_source random(99);
  for (int round = 0; round < 5000; ++round) {
    const auto which = random.below(50);
    if (random.below(3) == 0) {
      detail::timer_queue::disarm(*alarms[which]);
      due[which] = time_point::max();
    } else {
      due[which] = time_point(duration(1 + random.below(1000)));
      queue.arm(*alarms[which], due[which]);
    }
    ASSERT_EQ(queue.next_due(), *std::min_element(due.begin(), due.end())) << "round " << round;
  }
  for (auto& each : alarms) detail::timer_queue::disarm(*each);
  EXPECT_EQ(queue.next_due(), time_point::max());
}

TEST(timer_queue, an_alarm_moves_between_queues) {
  sim::simulation world(1);
  auto owner = world.system().spawn<idle>();
  detail::alarm alarm(*owner.cell().get());
  detail::timer_queue one;
  detail::timer_queue other;
  one.arm(alarm, time_point(5ns));
  other.arm(alarm, time_point(9ns));
  EXPECT_EQ(one.next_due(), time_point::max());
  EXPECT_EQ(other.next_due(), time_point(9ns));
  other.ring(time_point(9ns));
  EXPECT_EQ(other.next_due(), time_point::max());
}

}  // namespace
}  // namespace troupe
