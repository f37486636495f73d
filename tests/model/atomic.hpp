// What a checked case is made of in the place of std::atomic, plain fields and
// std::mutex, and what its threads wait with.
#pragma once

#include <atomic>
#include <cstdint>
#include <source_location>
#include <type_traits>

#include "execution.hpp"

namespace troupe::model {

template <class T>
class atomic {
 public:
  using order = std::memory_order;
  using place = std::source_location;

  atomic(T initial = T{}) noexcept  // NOLINT: as std::atomic
      : id_(execution::here().create_atomic(bits(initial))) {}
  ~atomic() { execution::here().end_atomic(id_); }
  atomic(const atomic&) = delete;
  atomic& operator=(const atomic&) = delete;

  T load(order how = order::seq_cst, place at = place::current()) const noexcept {
    return value(execution::here().load(id_, how, at));
  }
  void store(T next, order how = order::seq_cst, place at = place::current()) noexcept {
    execution::here().store(id_, bits(next), how, at);
  }
  T exchange(T next, order how = order::seq_cst, place at = place::current()) noexcept {
    return update(how, at, [next](T) { return next; });
  }
  T fetch_add(T by, order how = order::seq_cst, place at = place::current()) noexcept {
    return update(how, at, [by](T old) { return static_cast<T>(old + by); });
  }
  T fetch_sub(T by, order how = order::seq_cst, place at = place::current()) noexcept {
    return update(how, at, [by](T old) { return static_cast<T>(old - by); });
  }
  T fetch_or(T by, order how = order::seq_cst, place at = place::current()) noexcept {
    return update(how, at, [by](T old) { return static_cast<T>(old | by); });
  }
  T fetch_and(T by, order how = order::seq_cst, place at = place::current()) noexcept {
    return update(how, at, [by](T old) { return static_cast<T>(old & by); });
  }
  bool compare_exchange_strong(T& expected, T next, order success, order failure,
                               place at = place::current()) noexcept {
    std::uint64_t found = bits(expected);
    const bool done =
        execution::here().compare_exchange(id_, found, bits(next), success, failure, at);
    expected = value(found);
    return done;
  }
  /// Never fails without a reason.
  bool compare_exchange_weak(T& expected, T next, order success, order failure,
                             place at = place::current()) noexcept {
    return compare_exchange_strong(expected, next, success, failure, at);
  }

 private:
  template <class Change>
  T update(order how, place at, Change&& change) noexcept {
    return value(execution::here().update(
        id_, how, at, [&](std::uint64_t old) { return bits(change(value(old))); }));
  }
  static std::uint64_t bits(T of) noexcept {
    if constexpr (std::is_pointer_v<T>) {
      return reinterpret_cast<std::uintptr_t>(of);
    } else {
      return static_cast<std::uint64_t>(of);
    }
  }
  static T value(std::uint64_t of) noexcept {
    if constexpr (std::is_pointer_v<T>) {
      return reinterpret_cast<T>(of);
    } else {
      return static_cast<T>(of);
    }
  }

  const object_id id_;
};

/// A field that is no atomic: two threads that touch it without being ordered
/// are a failure.
template <class T>
class plain {
 public:
  plain(T initial = T{}) noexcept  // NOLINT: as a T
      : id_(execution::here().create_field()), value_(initial) {}
  ~plain() { execution::here().end_field(id_); }
  plain(const plain&) = delete;
  plain& operator=(const plain& other) noexcept {
    *this = static_cast<T>(other);
    return *this;
  }
  plain& operator=(T next) noexcept {
    execution::here().write_field(id_);
    value_ = next;
    return *this;
  }
  operator T() const noexcept {  // NOLINT: as a T
    execution::here().read_field(id_);
    return value_;
  }
  T operator->() const noexcept
    requires std::is_pointer_v<T>
  {
    return *this;
  }

 private:
  const object_id id_;
  T value_;
};

class mutex {
 public:
  using place = std::source_location;
  void lock(place at = place::current()) noexcept { execution::here().lock(id_, at); }
  void unlock(place at = place::current()) noexcept { execution::here().unlock(id_, at); }

 private:
  const object_id id_ = execution::here().create_gate();
};

/// Hands pointers over in order; who takes one comes after who put it in.
template <class T>
class channel {
 public:
  using place = std::source_location;
  void put(T& what, place at = place::current()) noexcept {
    execution::here().put(id_, reinterpret_cast<std::uintptr_t>(&what), false, at);
  }
  /// Waits for one.
  T& take(place at = place::current()) noexcept {
    return *reinterpret_cast<T*>(execution::here().take(id_, at));
  }

 private:
  const object_id id_ = execution::here().create_gate();
};

/// What a worker sleeps in. As a reactor: an interrupt ends the wait that runs,
/// or the next one; several that come together are one.
class sleeper {
 public:
  using place = std::source_location;
  void interrupt(place at = place::current()) noexcept { execution::here().put(id_, 0, true, at); }
  void wait(place at = place::current()) noexcept { execution::here().take(id_, at); }
  void poll(place at = place::current()) noexcept { execution::here().poll(id_, at); }

 private:
  const object_id id_ = execution::here().create_gate();
};

/// In the place of troupe::detail::machine_sync.
struct modelled_sync {
  template <class T>
  using atomic = model::atomic<T>;
  template <class T>
  using plain = model::plain<T>;
  using mutex = model::mutex;
};

}  // namespace troupe::model
