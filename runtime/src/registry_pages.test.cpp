// A registry's list: everything that stays is in exactly one page, whatever comes and goes.
#include <map>
#include <set>

#include <gtest/gtest.h>

#include <troupe/sim.hpp>
#include <troupe/troupe.hpp>

namespace troupe {
namespace {

using namespace std::chrono_literals;

struct touch {};

class cart final : public actor {
 public:
  explicit cart(int /*key*/) {}
  void on(touch) {}
};

using carts_type = registry<int, cart>;

class registry_pages : public testing::Test {
 protected:
  sim::simulation world{1};
};

TEST_F(registry_pages, list_every_key_once_page_by_page) {
  const carts_type carts(world.system(), {});
  for (int i = 0; i < 1000; ++i) carts.tell(i, touch{});
  world.settle();
  std::set<int> keys;
  std::uint64_t cursor = 0;
  int pages = 0;
  do {
    const auto page = carts.list(cursor, 100);
    EXPECT_LT(page.entries.size(), 200U);
    for (const auto& [key, actor] : page.entries) {
      EXPECT_TRUE(keys.insert(key).second) << key;
      EXPECT_EQ(actor, carts.find(key));
    }
    cursor = page.next;
    ++pages;
  } while (cursor != 0);
  EXPECT_EQ(keys.size(), 1000U);
  EXPECT_GT(pages, 5);
}

TEST_F(registry_pages, list_what_stays_while_the_table_grows_and_shrinks) {
  const carts_type carts(world.system(), {});
  for (int i = 0; i < 500; ++i) carts.tell(i, touch{});
  world.settle();
  std::map<int, int> times;
  std::uint64_t cursor = 0;
  int round = 0;
  do {
    const auto page = carts.list(cursor, 20);
    for (const auto& [key, actor] : page.entries) ++times[key];
    cursor = page.next;
    ++round;
    for (int i = 0; i < 400; ++i) {
      const int key = 1000 + (round / 2) * 400 + i;
      if (round % 2) carts.tell(key, touch{});
      if (round % 2 == 0) carts.remove(1000 + (round / 2 - 1) * 400 + i);
    }
    world.settle();
  } while (cursor != 0);
  for (int i = 0; i < 500; ++i) EXPECT_EQ(times[i], 1) << i;
}

TEST_F(registry_pages, list_what_stays_once_when_the_table_shrinks_under_the_cursor) {
  constexpr int staying = 128;
  for (std::size_t page_size = 10; page_size < 40; page_size += 3) {
    const carts_type carts(world.system(), {});
    for (int i = 0; i < 2000; ++i) carts.tell(i, touch{});
    world.settle();
    std::map<int, int> times;
    std::uint64_t cursor = 0;
    int pages = 0;
    do {
      const auto page = carts.list(cursor, page_size);
      for (const auto& [key, actor] : page.entries) ++times[key];
      cursor = page.next;
      if (++pages != 10) continue;
      for (int i = staying; i < 2000; ++i) carts.remove(i);
      world.run_for(1ms);
      EXPECT_EQ(carts.count(), static_cast<std::size_t>(staying));
    } while (cursor != 0);
    for (int i = 0; i < staying; ++i) EXPECT_EQ(times[i], 1) << i << ", pages of " << page_size;
  }
}

}  // namespace
}  // namespace troupe
