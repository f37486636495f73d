// An interleaving explorer: runs a small case in every way its threads'
// operations on atomics can come one after the other, with every value that
// each load may read.
//
// The case uses the types of atomic.hpp; docs/internals/model.md says what is
// explored and what is not. One exploration at a time, on the thread that calls
// explore().
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace troupe::model {

/// What is run, once for each execution. Its threads must do the same whenever
/// they read the same, and hold nothing that needs a destructor while they
/// operate: an execution may be broken off.
class scenario {
 public:
  virtual ~scenario() = default;
  virtual std::size_t thread_count() const = 0;  // at most threads_max - 1
  virtual void run(std::size_t thread) = 0;      // 0..thread_count() - 1
  /// Nobody can go on: whether those who wait may wait for ever. Else it is a
  /// failure.
  virtual bool is_quiet() const { return false; }
  /// After all threads have ended, or wait for ever.
  virtual void finally() {}
};

struct limits {
  /// More is a failure.
  std::uint64_t executions_max = 5'000'000;
  std::uint32_t steps_max = 2000;  // of an execution
  /// How many loads of an execution may read another than the newest store. The
  /// search is complete only without this bound.
  std::uint32_t stale_reads_max = UINT32_MAX;
  /// False: explores every order, also those that are known to make no
  /// difference.
  bool reduce = true;
  /// How often a thread that could go on is made to wait for another; for
  /// executions that are not reduced.
  std::uint32_t preemptions_max = UINT32_MAX;
};

struct outcome {
  std::uint64_t executions = 0;  // to their end, each different
  std::uint64_t cut_short = 0;   // found to continue like another
  std::uint64_t steps = 0;
  /// What went wrong, with the execution that shows it; empty: nothing can.
  std::string failure;
};

/// Ends at the first failure.
outcome explore(const std::function<std::unique_ptr<scenario>()>& make, const limits& within = {});

/// Threads as functions over a state that is made anew for each execution.
template <class State>
outcome explore_threads(std::vector<std::function<void(State&)>> threads,
                        std::function<void(State&)> finally = {}, const limits& within = {}) {
  struct functions final : scenario {
    functions(const std::vector<std::function<void(State&)>>& of,
              const std::function<void(State&)>& last)
        : threads(of), at_the_end(last) {}
    std::size_t thread_count() const override { return threads.size(); }
    void run(std::size_t thread) override { threads[thread](state); }
    void finally() override {
      if (at_the_end) at_the_end(state);
    }
    const std::vector<std::function<void(State&)>>& threads;
    const std::function<void(State&)>& at_the_end;
    State state{};
  };
  return explore([&] { return std::make_unique<functions>(threads, finally); }, within);
}

// In a case
// ---------------------------------------------------------------------------------------

/// Fails the exploration when it does not hold. The text is not copied.
void check(bool holds, const char* what);

/// For a thread that has found nothing to do: it goes on once another has
/// written to what it looked at since the last time, or at once when it read
/// what was not the newest; so waiting by looking again ends.
void yield();

}  // namespace troupe::model
