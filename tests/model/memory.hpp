// Memory as C++ defines it: what a load may read, what a thread then knows, and
// what is a data race.
//
// Each atomic keeps all that was stored in it, in modification order. A load
// may read any store that is not older than one the thread knows of, by its own
// reading or writing or by another's that happens before it; a sequentially
// consistent load none older than the last sequentially consistent store. An
// update reads the newest. Release and acquire join vector clocks; an update
// continues the release sequence that it reads from. Plain fields are checked
// by the same clocks.
//
// Modification order is the order of execution, and nothing is read before it
// is stored: what only a machine does that executes stores out of order across
// dependencies is not explored.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "clock.hpp"
#include "operation.hpp"

namespace troupe::model {

class memory {
 public:
  /// Forgets everything; the objects of the last execution must not be used any
  /// more.
  void clear() noexcept;

  // By the thread at its present operation. What is wrong is said by
  // complaint().
  object_id create(thread_id by, std::uint64_t initial);
  void end(thread_id by, object_id what) noexcept;
  /// How many stores a load may read.
  std::uint32_t readable(thread_id by, object_id from, bool sequential) noexcept;
  /// Reads the nth newest store, 0 for the newest.
  std::uint64_t load(thread_id by, object_id from, std::uint32_t nth, std::memory_order order);
  /// What a load of the nth newest store would give.
  std::uint64_t peek(object_id from, std::uint32_t nth) const noexcept;
  void store(thread_id by, object_id to, std::uint64_t value, std::memory_order order);
  /// Reads the newest store, and stores; one step.
  void update(thread_id by, object_id at, std::uint64_t value, std::memory_order order);
  /// The thread knows of the newest store from now on, without being ordered
  /// after it.
  void catch_up(thread_id by, object_id with);

  object_id create_plain(thread_id by);
  void read_plain(thread_id by, object_id what) noexcept;
  void write_plain(thread_id by, object_id what) noexcept;
  void end_plain(thread_id by, object_id what) noexcept;

  // Objects that block
  object_id create_other() { return ++objects_; }

  /// From here on `to` knows of all that `from` has done.
  void tell(thread_id from, thread_id to) noexcept {
    tick(from);
    clocks_[to].join(clocks_[from]);
  }
  void tick(thread_id by) noexcept { ++clocks_[by].of[by]; }
  vector_clock& clock(thread_id of) noexcept { return clocks_[of]; }

  /// The first thing that must not happen; null when nothing did.
  const char* complaint() const noexcept { return complaint_; }

 private:
  struct stored {
    std::uint64_t value = 0;
    vector_clock released;  // what an acquiring load of it comes after
  };
  struct access {
    thread_id by = 0;
    instant at = 0;
    std::uint32_t nth = 0;  // the store made or read
  };
  struct atomic {
    std::vector<stored> stores;  // in modification order
    std::vector<access> accesses;
    std::uint32_t sequential_from = 0;  // the last sequentially consistent store
    access begun;
    bool ended = false;
  };
  struct field {
    vector_clock reads;  // by thread, the last
    thread_id writer = 0;
    instant written = 0;
    bool ended = false;
  };

  atomic& usable(thread_id by, object_id which) noexcept;
  std::uint32_t oldest_readable(thread_id by, const atomic& of, bool sequential) const noexcept;
  void note(thread_id by, atomic& of, std::uint32_t nth);
  /// What a thread does between two operations belongs to the next one.
  instant next_instant(thread_id by) const noexcept {
    return static_cast<instant>(clocks_[by].of[by] + 1);
  }
  /// Own operations are in order even before they are released.
  bool knows(thread_id who, thread_id by, instant at) const noexcept {
    return who == by || clocks_[who].covers(by, at);
  }

  std::vector<vector_clock> clocks_{threads_max};
  object_id objects_ = 0;
  std::vector<std::uint32_t> place_;  // by object, in atomics_ or fields_
  std::vector<atomic> atomics_;
  std::size_t atomics_used_ = 0;  // the rest keep their memory
  std::vector<field> fields_;
  const char* complaint_ = nullptr;
};

}  // namespace troupe::model
