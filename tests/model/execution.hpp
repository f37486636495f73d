// One execution of a case: the threads, what they wait for, what they did.
#pragma once

#include <atomic>
#include <cstdint>
#include <source_location>
#include <string>
#include <vector>

#include "explore.hpp"
#include "fibers.hpp"
#include "memory.hpp"
#include "operation.hpp"
#include "search.hpp"

namespace troupe::model {

class execution {
 public:
  using place = std::source_location;
  enum class end : std::uint8_t { complete, cut_short, failed };

  explicit execution(const limits& within) : within_(within) {}

  /// Along the choices of `among`.
  end run(const std::function<std::unique_ptr<scenario>()>& make, search& among);
  std::uint32_t steps() const noexcept { return static_cast<std::uint32_t>(trace_.size()); }
  /// What went wrong, and how it came to that.
  std::string failure() const;

  /// Where the calling code runs in.
  static execution& here() noexcept;
  /// Ends the execution; returns only to the thread that set it up.
  void fail(const char* what);
  void yield(place where);

  // For the types of atomic.hpp
  // ---------------------------------------------------------------
  object_id create_atomic(std::uint64_t initial) { return memory_.create(self(), initial); }
  void end_atomic(object_id what);
  std::uint64_t load(object_id from, std::memory_order order, place where);
  void store(object_id to, std::uint64_t value, std::memory_order order, place where);
  bool compare_exchange(object_id at, std::uint64_t& expected, std::uint64_t desired,
                        std::memory_order success, std::memory_order failure, place where);
  /// Gives the old value.
  template <class Change>
  std::uint64_t update(object_id at, std::memory_order order, place where, Change&& change) {
    before({action::update, at, order, where});
    const std::uint64_t old = memory_.peek(at, 0);
    memory_.update(self(), at, change(old), order);
    after(change(old), true);
    return old;
  }

  object_id create_field() { return memory_.create_plain(self()); }
  void end_field(object_id what);
  void read_field(object_id what);
  void write_field(object_id what);

  object_id create_gate();
  void lock(object_id what, place where);
  void unlock(object_id what, place where);
  /// For one who takes it later. `once`: what is there already takes it in.
  void put(object_id in, std::uint64_t value, bool once, place where);
  /// Waits until there is something.
  std::uint64_t take(object_id from, place where);
  /// Takes what is there, if anything.
  void poll(object_id from, place where);

 private:
  // A mutex, a channel or an event.
  struct item {
    std::uint64_t value = 0;
    vector_clock put;
  };
  struct gate {
    thread_id holder = 0;
    vector_clock released;
    std::vector<item> items;
    std::size_t taken = 0;
  };
  struct line {
    thread_id by = 0;
    operation what;
    std::uint64_t value = 0;
    std::uint32_t nth = 0;  // of a load: 0 for the newest
  };
  struct look {
    object_id at = 0;
    std::uint32_t written = 0;  // how often others had written to it
  };
  struct round {  // since a thread's last yield
    std::vector<look> looks;
    std::vector<object_id> stale;
  };

  thread_id self() const noexcept { return fibers_.running(); }
  gate& gate_of(object_id what) noexcept { return gates_[gate_places_[what]]; }
  static void enter(void* context, thread_id thread);
  void before(operation what);
  void after(std::uint64_t value, bool wrote, std::uint32_t nth = 0);
  void complain_if_wrong();
  std::uint32_t readable(object_id from, bool sequential) noexcept;
  void note_stale(object_id of);
  bool can_go_on(thread_id thread);
  thread_id next();
  [[noreturn]] void leave();
  std::uint32_t& written(object_id to);
  void note_look(object_id at);
  void note_write(object_id to);
  bool has_news(thread_id thread);

  const limits within_;
  search* among_ = nullptr;
  scenario* case_ = nullptr;
  fibers fibers_;
  memory memory_;
  std::vector<operation> pending_;
  thread_set alive_ = 0;
  bool starting_ = false;
  end end_ = end::complete;
  std::string failure_;
  std::uint32_t stale_reads_ = 0;
  std::vector<std::uint32_t> written_;  // by object
  std::vector<round> rounds_{threads_max};
  std::vector<gate> gates_;
  std::vector<std::uint32_t> gate_places_;  // by object
  std::vector<line> trace_;
};

}  // namespace troupe::model
