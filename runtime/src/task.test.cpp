#include <stdexcept>
#include <string>

#include <gtest/gtest.h>

#include <troupe/task.hpp>

namespace troupe {
namespace {

task<int> value(int v) {
  co_return v;
}

task<int> throwing() {
  throw std::runtime_error("no");
  co_return 0;
}

// Runs a task that never suspends.
template <class T>
T run(task<T> t) {
  auto frame = t.release();
  frame.resume();
  EXPECT_TRUE(frame.done());
  struct destroy {
    decltype(frame) f;
    ~destroy() { f.destroy(); }
  } on_exit{frame};
  return frame.promise().take();
}

task<long> sum_of(int count) {
  long total = 0;
  for (int i = 0; i < count; ++i) total += co_await value(i);
  co_return total;
}

TEST(task, does_nothing_until_it_is_awaited) {
  bool ran = false;
  auto make = [](bool& flag) -> task<> {
    flag = true;
    co_return;
  };
  {
    auto never = make(ran);
  }
  EXPECT_FALSE(ran);
}

TEST(task, a_million_awaits_that_complete_at_once_do_not_grow_the_stack) {
  EXPECT_EQ(run(sum_of(1'000'000)), 499'999'500'000L);
}

TEST(task, an_exception_reaches_the_awaiting_coroutine) {
  auto outer = []() -> task<std::string> {
    try {
      co_await throwing();
    } catch (const std::runtime_error& error) {
      co_return error.what();
    }
    co_return "nothing";
  };
  EXPECT_EQ(run(outer()), "no");
}

task<int> deep(int depth) {
  if (depth == 0) co_return 0;
  co_return 1 + co_await deep(depth - 1);
}

TEST(task, ends_of_a_deep_chain_do_not_grow_the_stack) {
  EXPECT_EQ(run(deep(100'000)), 100'000);
}

}  // namespace
}  // namespace troupe
