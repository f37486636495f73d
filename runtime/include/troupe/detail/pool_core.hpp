// The part of a pool that does not depend on the type of its workers. Not for users.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include <troupe/clock.hpp>
#include <troupe/detail/cell.hpp>
#include <troupe/detail/offspring.hpp>
#include <troupe/detail/subscriber_table.hpp>
#include <troupe/spawn_options.hpp>

namespace troupe {

enum class pool_routing : std::uint8_t {
  round_robin,   // one after the other
  least_loaded,  // the shortest mailbox, the running message counted; looks at every worker
};

struct pool_options {
  std::uint32_t size = 4;  // workers, 1..pool_size_max
  pool_routing routing = pool_routing::round_robin;
  /// Of the workers. One that fails too often is stopped, and then replaced.
  spawn_options worker{.on_failure = {.when_exceeded = directive::stop}};
  /// A worker that has stopped is replaced after this time; until then it is passed over.
  /// duration::max(): never.
  duration replace_after = std::chrono::milliseconds(10);
};

inline constexpr std::uint32_t pool_size_max = 1024;

namespace detail {

/// Any thread. Messages are pushed under a shared lock, so that a worker that is taken out by
/// resize() gets nothing more after the lock is over.
class pool_core : public std::enable_shared_from_this<pool_core> {
 public:
  pool_core(const pool_core&) = delete;
  pool_core& operator=(const pool_core&) = delete;
  virtual ~pool_core();

  /// Spawns the keeper and the workers; before anything else.
  void open(const cell_ptr& parent);

  /// Takes the envelope when accepted.
  tell_status send(envelope* message);
  tell_status send_by(std::uint64_t hash, envelope* message);
  published broadcast(envelope* (*make)(void* context), void* context);
  cell_ptr pick();
  cell_ptr pick_by(std::uint64_t hash);

  void resize(std::uint32_t size);
  std::uint32_t size() const noexcept;
  std::vector<cell_ptr> workers() const;
  void shutdown() noexcept;
  const cell_ptr& keeper() const noexcept;

  // For the keeper
  void fill(std::uint32_t slot);
  void fill_all();
  duration replace_after() const noexcept;
  /// Nothing is spawned any more.
  void close() noexcept;

 protected:
  pool_core(const actor_type& type, pool_options options);
  virtual std::unique_ptr<actor_factory> make_factory() = 0;

 private:
  friend struct worker_departure;
  friend struct pool_departure;
  struct state;

  void spawn(std::uint32_t slot);
  void departed(std::uint32_t slot, const actor_cell& cell) noexcept;

  std::unique_ptr<state> state_;
};

}  // namespace detail
}  // namespace troupe
