// What the lock-free parts of the runtime are made of. They are templates over it, so that
// tests/model can run the same source on atomics of its own, through every interleaving. Not for
// users.
#pragma once

#include <atomic>
#include <mutex>

namespace troupe::detail {

/// The machine's own.
struct machine_sync {
  template <class T>
  using atomic = std::atomic<T>;
  /// A field that one thread at a time touches: something else orders those who do.
  template <class T>
  using plain = T;
  using mutex = std::mutex;
};

}  // namespace troupe::detail
