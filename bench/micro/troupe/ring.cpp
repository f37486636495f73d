// Actors in a circle that hand on tokens: two and one token are a ping-pong.
#include <numeric>
#include <random>

#include "workloads.hpp"

namespace bench {
namespace {

struct token {
  std::uint64_t hops_left;
};

class node;
struct neighbour {
  troupe::ref<node> next;
};

class node final : public troupe::actor {
 public:
  explicit node(finish_line& finish) : finish_(finish) {}
  void on(neighbour m) { next_ = m.next; }
  void on(token m) {
    if (m.hops_left == 0) {
      finish_.arrive();
    } else {
      next_.tell(token{m.hops_left - 1});
    }
  }

 private:
  finish_line& finish_;
  troupe::ref<node> next_;
};

class circle {
 public:
  /// In the order of a shuffle with a fixed seed, so that neighbours are not neighbours in memory.
  circle(std::size_t size, std::size_t tokens) : system_(two_workers()), tokens_(tokens) {
    for (std::size_t i = 0; i < size; ++i) nodes_.push_back(system_.spawn<node>(std::ref(finish_)));
    std::shuffle(nodes_.begin(), nodes_.end(), std::mt19937(1));
    for (std::size_t i = 0; i < size; ++i) nodes_[i].tell(neighbour{nodes_[(i + 1) % size]});
  }

  void run(std::uint64_t hops) {
    finish_.expect(tokens_);
    for (std::size_t i = 0; i < tokens_; ++i) {
      nodes_[i * nodes_.size() / tokens_].tell(token{hops / tokens_});
    }
    finish_.wait();
  }

 private:
  finish_line finish_;
  troupe::system system_;
  std::vector<troupe::ref<node>> nodes_;
  std::size_t tokens_;
};

double hops(std::size_t size, std::size_t tokens, double seconds) {
  circle all(size, tokens);
  return per_second([&](std::uint64_t count) { all.run(count); }, seconds, 2 * size);
}

}  // namespace

double pingpong(double seconds) {
  return hops(2, 1, seconds);
}
double ring(double seconds) {
  return hops(1000, 1, seconds);
}
double ring_of_1e2(double seconds) {
  return hops(100, 10, seconds);
}
double ring_of_1e3(double seconds) {
  return hops(1000, 100, seconds);
}
double ring_of_1e4(double seconds) {
  return hops(10'000, 1000, seconds);
}
double ring_of_1e5(double seconds) {
  return hops(100'000, 10'000, seconds);
}
double ring_of_1e6(double seconds) {
  return hops(1'000'000, 100'000, seconds);
}
double allocations_per_hop(double) {
  circle two(2, 1);
  return allocations_per([&](std::uint64_t count) { two.run(count); }, 100'000);
}

}  // namespace bench
