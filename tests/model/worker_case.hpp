// Cases of sleeping and waking: workers that run what they have, take from each
// other and park, and threads outside that make cells ready. In every execution
// all that was made ready is run: what is queued has a worker that is awake, or
// was interrupted.
//
// A template over the queues of a worker, so that broken ones can be put in
// their place.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>

#include "atomic.hpp"
#include "explore.hpp"

namespace troupe::model {

struct worker_plan {
  int workers = 1;
  int outside = 1;           // threads that make a cell of their own ready, on worker 0
  bool pinned = false;       // those cells are pinned to it
  int readies = 0;           // so many more are made ready by the first cell that runs
  std::size_t first_on = 0;  // worker
};

struct ready_cell {
  plain<ready_cell*> next_runnable{nullptr};
  plain<int> runs{0};
  bool is_queued = false;
};

template <template <class> class Queues>
class worker_case final : public scenario {
 public:
  struct group;
  struct made_of {
    using cell = ready_cell;
    using group = worker_case::group;
    using reactor = sleeper;
    using sync = modelled_sync;
    static constexpr std::uint64_t ring_capacity = 2;
  };
  struct group {
    std::uint32_t worker_count() const { return count; }
    Queues<made_of>& at(std::uint32_t index) { return *workers[index]; }
    std::uint32_t count = 0;
    std::array<std::unique_ptr<Queues<made_of>>, 2> workers;
  };

  explicit worker_case(const worker_plan& plan) : plan_(plan) {
    all_.count = static_cast<std::uint32_t>(plan.workers);
    for (std::uint32_t i = 0; i < all_.count; ++i) {
      all_.workers[i] = std::make_unique<Queues<made_of>>(all_, i, reactors_[i]);
    }
  }

  std::size_t thread_count() const override {
    return static_cast<std::size_t>(plan_.workers + plan_.outside);
  }

  void run(std::size_t thread) override {
    const auto workers = static_cast<std::size_t>(plan_.workers);
    if (thread < workers) {
      work(static_cast<std::uint32_t>(thread));
      return;
    }
    make_ready(static_cast<std::uint32_t>(plan_.first_on), thread - workers, false);
  }

  // Workers sleep for ever when all has been run.
  bool is_quiet() const override {
    return made_ready_ == plan_.outside + plan_.readies && run_ == made_ready_;
  }

 private:
  void make_ready(std::uint32_t worker, std::size_t which, bool here) {
    ready_cell& cell = cells_[which];
    check(!cell.is_queued, "a cell is queued twice");
    cell.is_queued = true;
    cell.runs = 1;
    ++made_ready_;
    if (plan_.pinned) {
      all_.at(worker).schedule_pinned(cell, here);
    } else {
      all_.at(worker).schedule(cell, here);
    }
  }

  // As worker::loop().
  void work(std::uint32_t index) {
    auto& mine = all_.at(index);
    for (;;) {
      while (ready_cell* cell = mine.next()) run_cell(*cell, index);
      if (ready_cell* stolen = mine.steal()) {
        run_cell(*stolen, index);
        continue;
      }
      if (mine.begin_park([] { return false; })) {
        reactors_[index].wait();
        mine.end_park();
      } else {
        reactors_[index].poll();
        yield();
      }
    }
  }

  void run_cell(ready_cell& cell, std::uint32_t index) {
    check(cell.is_queued, "a cell runs that is not queued");
    check(cell.runs == 1, "a cell runs twice");
    cell.is_queued = false;
    cell.runs = 2;
    ++run_;
    if (run_ > 1) return;
    for (int i = 0; i < plan_.readies; ++i) {
      make_ready(index, static_cast<std::size_t>(plan_.outside + i), true);
    }
  }

  const worker_plan plan_;
  std::array<ready_cell, 6> cells_;
  std::array<sleeper, 2> reactors_;
  group all_;
  int made_ready_ = 0;
  int run_ = 0;
};

template <template <class> class Queues>
outcome explore_workers(const worker_plan& plan, const limits& within = {}) {
  return explore([&] { return std::make_unique<worker_case<Queues>>(plan); }, within);
}

}  // namespace troupe::model
