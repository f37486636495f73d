// Cases of the run queue's parts: a ring whose owner pushes and pops while
// others take from it, and a list that all push to. What is pushed comes out
// once, the oldest first where one thread takes, and who takes it sees what its
// pusher wrote.
//
// Templates over what they check, so that broken ones can be put in its place.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "atomic.hpp"
#include "explore.hpp"

namespace troupe::model {

struct queued_cell {
  plain<queued_cell*> next_runnable{nullptr};
  plain<int> written{0};
  int taken = 0;
};

/// The owner pushes `cells`, popping one itself where the ring is full, and
/// then what is left; thieves pop `tries` times each.
struct ring_plan {
  int cells = 3;
  int thieves = 1;
  int tries = 1;
};

template <class Ring>
class ring_case final : public scenario {
 public:
  explicit ring_case(const ring_plan& plan) : plan_(plan) {}

  std::size_t thread_count() const override { return static_cast<std::size_t>(plan_.thieves) + 1; }

  void run(std::size_t thread) override {
    if (thread > 0) {
      for (int i = 0; i < plan_.tries; ++i) take(ring_.pop());
      return;
    }
    for (int i = 0; i < plan_.cells; ++i) {
      cells_[static_cast<std::size_t>(i)].written = 1;
      while (!ring_.push(cells_[static_cast<std::size_t>(i)])) take(ring_.pop());
    }
    while (queued_cell* left = ring_.pop()) take(left);
  }

  void finally() override {
    for (int i = 0; i < plan_.cells; ++i) {
      check(cells_[static_cast<std::size_t>(i)].taken == 1, "a cell is lost");
    }
    check(ring_.empty(), "an empty ring says it is not");
  }

 private:
  static void take(queued_cell* cell) {
    if (!cell) return;
    check(cell->written == 1, "a cell comes out that was not pushed");
    cell->written = 2;
    check(++cell->taken == 1, "a cell comes out twice");
  }

  const ring_plan plan_;
  std::array<queued_cell, 6> cells_;
  Ring ring_;
};

/// Two threads push a cell each; another drains until it has both.
template <class List>
class waiting_case final : public scenario {
 public:
  std::size_t thread_count() const override { return 3; }

  void run(std::size_t thread) override {
    if (thread < 2) {
      cells_[thread].written = 1;
      list_.push(cells_[thread]);
      return;
    }
    int taken = 0;
    while (taken < 2) {
      if (!list_.any()) {
        yield();
        continue;
      }
      list_.drain(1, [&](queued_cell& cell) {
        check(cell.written == 1, "a cell comes out that was not pushed");
        check(++cell.taken == 1, "a cell comes out twice");
        ++taken;
      });
    }
  }

  void finally() override {
    check(list_.empty(), "an empty list says it is not");
    check(cells_[0].taken == 1 && cells_[1].taken == 1, "a cell is lost");
  }

 private:
  std::array<queued_cell, 2> cells_;
  List list_;
};

template <class Ring>
outcome explore_ring(const ring_plan& plan, const limits& within = {}) {
  return explore([&] { return std::make_unique<ring_case<Ring>>(plan); }, within);
}

template <class List>
outcome explore_waiting(const limits& within = {}) {
  return explore([] { return std::make_unique<waiting_case<List>>(); }, within);
}

}  // namespace troupe::model
