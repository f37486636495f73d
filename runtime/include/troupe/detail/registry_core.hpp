// The part of a registry that does not depend on the types of key and actor. Not for users.
//
// Invariants, under the lock of the entry's shard:
//  1. There is at most one entry per key in the table, and an entry has at most one cell.
//  2. A cell gets a successor only after it has closed: its instance is gone. Either its departure
//     has been heard, or push() has answered `stopped`.
//  3. An entry is `leaving` from the moment its cell is asked to stop by the registry until the
//     departure. What is sent meanwhile is parked, and goes to the successor first.
//  4. Passivation begins only when nobody holds a lease and nothing is in the mailbox; both can
//     change from zero under the lock only.
//  5. An entry leaves the table only when it has no cell and no lease.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

#include <troupe/clock.hpp>
#include <troupe/detail/cell.hpp>
#include <troupe/detail/offspring.hpp>
#include <troupe/detail/waiters.hpp>
#include <troupe/spawn_options.hpp>

namespace troupe {

struct registry_options {
  /// Of the entries. One that fails too often is stopped, and not the registry with all others.
  spawn_options entry{.on_failure = {.when_exceeded = directive::stop}};
  /// An entry is stopped when it has been idle for this long (up to a quarter more); 0: never.
  duration idle_after = duration::zero();
  /// Keys at a time; a new one over it is refused with mailbox_full.
  std::uint32_t entries_max = 1'000'000;
};

namespace detail {

class registry_core;

struct registry_entry : std::enable_shared_from_this<registry_entry> {
  explicit registry_entry(std::uint64_t hash_of_key) noexcept : hash(hash_of_key) {}
  registry_entry(const registry_entry&) = delete;
  registry_entry& operator=(const registry_entry&) = delete;
  virtual ~registry_entry() = default;
  virtual bool has_key(const void* key) const = 0;
  virtual std::unique_ptr<actor_factory> make_factory() = 0;

  const std::uint64_t hash;
  std::atomic<std::uint32_t> leases{0};
  std::atomic<bool> has_cell{false};
  std::atomic<bool> leaving{false};
  waiter_list waiters;  // for the end of `leaving`

  // Under the shard's lock
  std::shared_ptr<registry_entry> next;
  cell_ptr cell;
  bool wanted = false;  // a successor was asked for
  envelope* parked_first = nullptr;
  envelope* parked_last = nullptr;
  std::uint32_t parked_count = 0;
  std::uint32_t used_at_tick = 0;
};

/// A handle's hold on an entry: keeps it from being passivated.
class registry_lease {
 public:
  registry_lease() noexcept = default;
  registry_lease(std::shared_ptr<registry_core> core, std::shared_ptr<registry_entry> entry,
                 cell_ptr cell) noexcept  // takes over a lease that has been counted
      : core_(std::move(core)), entry_(std::move(entry)), cell_(std::move(cell)) {}
  registry_lease(const registry_lease& other) noexcept
      : core_(other.core_), entry_(other.entry_), cell_(other.cell_) {
    if (entry_) entry_->leases.fetch_add(1, std::memory_order_relaxed);
  }
  registry_lease(registry_lease&& other) noexcept = default;
  registry_lease& operator=(registry_lease other) noexcept {
    std::swap(core_, other.core_);
    std::swap(entry_, other.entry_);
    std::swap(cell_, other.cell_);
    return *this;
  }
  ~registry_lease() {
    if (entry_) release();
  }

  explicit operator bool() const noexcept { return static_cast<bool>(entry_); }
  registry_entry* entry() const noexcept { return entry_.get(); }
  /// Takes the envelope when accepted.
  tell_status send(envelope* message);
  /// The cell to send to, spawned if need be; null while the last one is leaving, or after
  /// shutdown.
  cell_ptr resolve();
  bool closed() const noexcept;

 private:
  friend class registry_core;
  void release() noexcept;

  std::shared_ptr<registry_core> core_;
  std::shared_ptr<registry_entry> entry_;
  cell_ptr cell_;  // the last one known
};

class [[nodiscard]] entry_settled final : event_wait {
 public:
  entry_settled(registry_entry& entry, troupe::duration within) noexcept
      : event_wait(entry.waiters, within), entry_(entry) {}
  using event_wait::await_ready;
  using event_wait::await_suspend;
  wait::end await_resume() const noexcept { return how_ended(); }

 private:
  bool holds() const noexcept override { return !entry_.leaving.load(std::memory_order_seq_cst); }
  registry_entry& entry_;
};

/// All functions: any thread.
class registry_core : public std::enable_shared_from_this<registry_core> {
 public:
  registry_core(const registry_core&) = delete;
  registry_core& operator=(const registry_core&) = delete;
  virtual ~registry_core();

  /// Spawns the actor that the entries are children of; before anything else.
  void open(const cell_ptr& parent);

  /// Empty when shut down (`refusal` is stopped) or at entries_max (mailbox_full).
  registry_lease get_or_spawn(std::uint64_t hash, const void* key, tell_status& refusal);
  cell_ptr find(std::uint64_t hash, const void* key) const;
  bool remove(std::uint64_t hash, const void* key);
  void shutdown_all() noexcept;
  /// Nothing is spawned any more.
  void close() noexcept;
  std::size_t count() const noexcept { return alive_.load(std::memory_order_seq_cst); }
  const cell_ptr& keeper() const noexcept { return keeper_; }

  /// Calls `visit` under a lock for live entries from `cursor` on, about `count_max` of them; gives
  /// the next cursor, 0 at the end.
  std::uint64_t visit(std::uint64_t cursor, std::size_t count_max,
                      void (*visitor)(const registry_entry&, void* context), void* context) const;

  /// Passivates what is idle in one shard; gives the entries looked at.
  std::size_t sweep(std::size_t shard_index) noexcept;
  /// Time for idling, in quarters of idle_after.
  void tick() noexcept { tick_.fetch_add(1, std::memory_order_relaxed); }
  const registry_options& options() const noexcept { return options_; }

  static constexpr std::size_t shard_bits = 6;
  static constexpr std::size_t shard_count = 1U << shard_bits;
  static constexpr std::size_t buckets_min = 8;  // per shard that is used
  static constexpr int attempts_max = 3;
  static constexpr std::uint32_t ticks_per_idle_time = 4;

 protected:
  registry_core(const actor_type& type, registry_options options);
  virtual std::shared_ptr<registry_entry> make_entry(std::uint64_t hash, const void* key) = 0;

 private:
  friend class registry_lease;
  friend struct entry_departure;
  friend struct keeper_departure;

  // Buckets are in the order of the hashes, whatever their number; so a page can be resumed.
  struct shard {
    mutable std::mutex mutex;
    std::vector<std::shared_ptr<registry_entry>> buckets;
    std::size_t size = 0;
    bool closed = false;
  };
  shard& shard_of(std::uint64_t hash) const noexcept { return shards_[hash >> (64U - shard_bits)]; }
  static std::size_t bucket_of(const shard& in, std::uint64_t hash) noexcept;
  static void resize(shard& of, std::size_t bucket_count);
  static std::shared_ptr<registry_entry> look_up(const shard& in, std::uint64_t hash,
                                                 const void* key);
  bool link(shard& in, const std::shared_ptr<registry_entry>& entry);
  void unlink_if_unused(shard& of, registry_entry& entry);

  bool spawn(registry_entry& entry);
  void set_cell(registry_entry& entry, cell_ptr cell) noexcept;
  tell_status send(registry_entry& entry, envelope* message, cell_ptr& used);
  tell_status park(registry_entry& entry, envelope* message) const noexcept;
  cell_ptr resolve(registry_entry& entry);
  void leave(registry_entry& entry) noexcept;
  void departed(registry_entry& entry, actor_cell& cell) noexcept;
  void lease_ended(registry_entry& entry) noexcept;

  const actor_type& type_;
  const registry_options options_;
  cell_ptr keeper_;
  mutable shard shards_[shard_count];
  std::atomic<std::size_t> entries_{0};  // in the table
  std::atomic<std::size_t> alive_{0};    // actors
  std::atomic<std::uint32_t> tick_{0};
};

}  // namespace detail
}  // namespace troupe
