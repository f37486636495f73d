// The search through all interleavings: depth first, each execution run from
// its beginning along the choices of the last one but for the deepest that has
// an alternative.
//
// Dynamic partial-order reduction with source sets (Abdulla, Aronis, Jonsson
// and Sagonas 2014) and sleep sets (Godefroid 1996): only orders of dependent
// operations are varied. What a load reads is a choice of the step that loads,
// and every alternative of it is taken before another thread is.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "clock.hpp"
#include "operation.hpp"

namespace troupe::model {

class search {
 public:
  /// Without reduction every order is explored that has at most so many
  /// preemptions.
  search(bool reduce, std::uint32_t preemptions_max) noexcept
      : reduces_(reduce), preemptions_max_(preemptions_max) {}

  /// A new execution; it follows the choices made so far.
  void begin() noexcept;
  /// The thread that takes the next step. `pending` says by thread what each
  /// would do; `alive` have not ended, `enabled` could go on. Nothing when
  /// whatever could follow has been explored.
  std::optional<thread_id> pick(thread_set alive, thread_set enabled,
                                std::span<const operation> pending);
  /// Which of `count` alternatives, at least one, the step picked last takes.
  std::uint32_t choose(std::uint32_t count) noexcept;
  /// On to the next execution; false when there is none.
  bool advance() noexcept;

 private:
  struct step {
    thread_id taken = 0;
    instant nth = 0;  // step of its thread
    std::uint32_t choice = 0;
    std::uint32_t choices = 1;
    thread_set enabled = 0;
    thread_set backtrack = 0;  // to be explored from here
    thread_set done = 0;       // explored from here
    thread_set asleep = 0;     // explored from an earlier step, and nothing since depends on it
    operation what;
    thread_set preempted = 0;  // would have gone on, had no other been taken
  };
  struct history {
    vector_clock all;     // what the operations so far come after, with them
    vector_clock writes;  // likewise, without loads
    std::vector<std::uint32_t> steps;
  };

  void find_races(thread_id thread, const operation& next);
  void add_backtrack(std::uint32_t at, thread_id thread, const operation& next);
  void take(std::uint32_t at, const operation& what);
  history& history_of(object_id object);

  const bool reduces_;
  const std::uint32_t preemptions_max_;
  std::uint32_t preemptions_ = 0;  // in this execution
  std::vector<step> steps_;
  std::uint32_t depth_ = 0;  // steps taken in this execution
  thread_set asleep_ = 0;    // where the next step begins
  thread_set fresh_ = 0;     // what they are about to do has not been compared yet
  operation last_{};
  std::vector<vector_clock> clocks_;  // by step: what it comes after, with itself
  std::vector<vector_clock> threads_{threads_max};
  std::vector<history> histories_;  // by object
  std::vector<std::uint32_t> turned_;
};

}  // namespace troupe::model
