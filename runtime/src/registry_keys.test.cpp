// Which keys a registry takes for the same.
#include <cstddef>
#include <cstdint>
#include <functional>

#include <gtest/gtest.h>

#include <troupe/sim.hpp>
#include <troupe/troupe.hpp>

namespace troupe::keys_test {

/// A key whose hash says nothing.
struct alike {
  std::uint64_t number;
  bool operator==(const alike&) const = default;
};

}  // namespace troupe::keys_test

template <>
struct std::hash<troupe::keys_test::alike> {
  std::size_t operator()(const troupe::keys_test::alike&) const noexcept { return 7; }
};

namespace troupe::keys_test {
namespace {

using namespace std::chrono_literals;

struct which {
  using reply = std::uint64_t;
};
class labelled final : public actor {
 public:
  explicit labelled(alike key) : key_(key) {}
  std::uint64_t on(which) { return key_.number; }

 private:
  alike key_;
};

TEST(registry_keys, are_kept_apart_when_their_hashes_are_equal) {
  sim::simulation world(1);
  const registry<alike, labelled> all(world.system(), {});
  const auto one = all.get_or_spawn({1});
  const auto two = all.get_or_spawn({2});
  EXPECT_EQ(all.count(), 2U);
  EXPECT_EQ(world.system().ask(all.find({1}), which{}, 1s).value(), 1U);
  EXPECT_EQ(world.system().ask(all.find({2}), which{}, 1s).value(), 2U);
}

}  // namespace
}  // namespace troupe::keys_test
