#include <algorithm>
#include <bit>
#include <utility>

#include <troupe/actor.hpp>
#include <troupe/detail/delivery.hpp>
#include <troupe/detail/offspring.hpp>
#include <troupe/detail/registry_core.hpp>

namespace troupe {

/// The supervisor of a registry's entries: what the tree shows. Moves the time of idling on.
class registry_keeper final : public actor {
 public:
  struct next_tick {};
  struct next_shard {
    std::size_t index;
  };

  explicit registry_keeper(std::shared_ptr<detail::registry_core> core) : core_(std::move(core)) {
    const duration idle_after = core_->options().idle_after;
    if (idle_after > duration::zero()) {
      send_every(
          std::max<duration>(idle_after / detail::registry_core::ticks_per_idle_time, duration(1)),
          next_tick{});
    }
  }

  void on(next_tick) {
    core_->tick();
    if (core_->count() == 0) return;
    if (!std::exchange(sweeping_, true)) sweep(0);
  }
  void on(next_shard m) { sweep(m.index); }

 private:
  static constexpr std::size_t swept_at_a_time = 1024;

  // A long table in several messages, so that it does not hold the thread.
  void sweep(std::size_t index) {
    std::size_t seen = 0;
    while (index < detail::registry_core::shard_count && seen < swept_at_a_time) {
      seen += core_->sweep(index++);
    }
    sweeping_ = index < detail::registry_core::shard_count;
    if (sweeping_) send_after(duration::zero(), next_shard{index});
  }

  std::shared_ptr<detail::registry_core> core_;
  bool sweeping_ = false;
};

namespace detail {

struct entry_departure final : departure {
  entry_departure(std::shared_ptr<registry_core> in, std::shared_ptr<registry_entry> of) noexcept
      : core(std::move(in)), entry(std::move(of)) {}
  void gone(actor_cell& child) noexcept override { core->departed(*entry, child); }

  std::shared_ptr<registry_core> core;
  std::shared_ptr<registry_entry> entry;
};

struct keeper_departure final : departure {
  explicit keeper_departure(std::shared_ptr<registry_core> of) noexcept : core(std::move(of)) {}
  void gone(actor_cell&) noexcept override { core->close(); }

  std::shared_ptr<registry_core> core;
};

// ---- leases ----------------------------------------------------------------------------------

tell_status registry_lease::send(envelope* message) {
  if (!entry_) return tell_status::no_such_actor;
  if (cell_ && !entry_->leaving.load(std::memory_order_acquire)) {
    const tell_status status = cell_->push(message);
    if (status != tell_status::stopped) return status;
  }
  return core_->send(*entry_, message, cell_);
}

cell_ptr registry_lease::resolve() {
  return entry_ ? core_->resolve(*entry_) : cell_ptr();
}

bool registry_lease::closed() const noexcept {
  if (!entry_) return true;
  const auto& shard = core_->shard_of(entry_->hash);
  const std::scoped_lock lock(shard.mutex);
  return shard.closed;
}

void registry_lease::release() noexcept {
  // Sequentially consistent with departed(): one of the two sees that nothing is left.
  if (entry_->leases.fetch_sub(1, std::memory_order_seq_cst) != 1) return;
  if (!entry_->has_cell.load(std::memory_order_seq_cst)) core_->lease_ended(*entry_);
}

// ---- the table -------------------------------------------------------------------------------

registry_core::registry_core(const actor_type& type, registry_options options)
    : type_(type), options_(std::move(options)) {}

registry_core::~registry_core() = default;

void registry_core::open(const cell_ptr& parent) {
  keeper_ = spawn_below(parent, actor_type_of<registry_keeper>, spawn_options{},
                        make_factory<registry_keeper, true>(shared_from_this()),
                        std::make_unique<keeper_departure>(shared_from_this()));
}

std::size_t registry_core::bucket_of(const shard& in, std::uint64_t hash) noexcept {
  const int bits = std::countr_zero(in.buckets.size());
  return static_cast<std::size_t>((hash << shard_bits) >> (64U - static_cast<unsigned>(bits)));
}

void registry_core::resize(shard& of, std::size_t bucket_count) {
  shard grown;
  grown.buckets.resize(bucket_count);
  for (std::shared_ptr<registry_entry>& bucket : of.buckets) {
    while (bucket) {
      std::shared_ptr<registry_entry> entry = std::exchange(bucket, bucket->next);
      std::shared_ptr<registry_entry>& place = grown.buckets[bucket_of(grown, entry->hash)];
      entry->next = std::move(place);
      place = std::move(entry);
    }
  }
  of.buckets.swap(grown.buckets);
}

std::shared_ptr<registry_entry> registry_core::look_up(const shard& in, std::uint64_t hash,
                                                       const void* key) {
  if (in.buckets.empty()) return nullptr;
  const std::shared_ptr<registry_entry>* each = &in.buckets[bucket_of(in, hash)];
  while (*each && !((*each)->hash == hash && (*each)->has_key(key))) each = &(*each)->next;
  return *each;
}

void registry_core::unlink_if_unused(shard& of, registry_entry& entry) {
  if (entry.cell || entry.leases.load(std::memory_order_seq_cst) != 0) return;
  std::shared_ptr<registry_entry>* each = &of.buckets[bucket_of(of, entry.hash)];
  while (*each && each->get() != &entry) each = &(*each)->next;
  if (!*each) return;
  *each = std::exchange((*each)->next, nullptr);
  entries_.fetch_sub(1, std::memory_order_relaxed);
  if (--of.size < of.buckets.size() / 8 && of.buckets.size() > buckets_min) {
    resize(of, of.buckets.size() / 2);
  }
}

registry_lease registry_core::get_or_spawn(std::uint64_t hash, const void* key,
                                           tell_status& refusal) {
  registry_lease lease;  // outlives the lock
  shard& in = shard_of(hash);
  const std::scoped_lock lock(in.mutex);
  refusal = tell_status::stopped;
  if (in.closed) return lease;
  std::shared_ptr<registry_entry> entry = look_up(in, hash, key);
  if (!entry) {
    entry = make_entry(hash, key);
    refusal = tell_status::mailbox_full;
    if (!link(in, entry)) return lease;
  }
  entry->used_at_tick = tick_.load(std::memory_order_relaxed);
  entry->leases.fetch_add(1, std::memory_order_relaxed);
  lease.core_ = shared_from_this();
  lease.entry_ = entry;  // should what follows throw, the lease is given back
  if (entry->leaving.load(std::memory_order_relaxed)) {
    entry->wanted = true;
  } else {
    if (!entry->cell && !spawn(*entry)) {
      refusal = tell_status::stopped;
      return std::exchange(lease, {});
    }
    lease.cell_ = entry->cell;
  }
  refusal = tell_status::accepted;
  return lease;
}

bool registry_core::link(shard& in, const std::shared_ptr<registry_entry>& entry) {
  if (in.size >= in.buckets.size()) resize(in, std::max(buckets_min, in.buckets.size() * 2));
  if (entries_.fetch_add(1, std::memory_order_relaxed) >= options_.entries_max) {
    entries_.fetch_sub(1, std::memory_order_relaxed);
    return false;
  }
  std::shared_ptr<registry_entry>& place = in.buckets[bucket_of(in, entry->hash)];
  entry->next = std::move(place);
  place = entry;
  ++in.size;
  return true;
}

cell_ptr registry_core::find(std::uint64_t hash, const void* key) const {
  shard& in = shard_of(hash);
  const std::scoped_lock lock(in.mutex);
  const std::shared_ptr<registry_entry> entry = look_up(in, hash, key);
  if (!entry || entry->leaving.load(std::memory_order_relaxed)) return {};
  entry->used_at_tick = tick_.load(std::memory_order_relaxed);
  return entry->cell;
}

std::uint64_t registry_core::visit(std::uint64_t cursor, std::size_t count_max,
                                   void (*visitor)(const registry_entry&, void* context),
                                   void* context) const {
  std::size_t visited = 0;
  count_max = std::max<std::size_t>(count_max, 1);
  for (std::size_t index = cursor >> (64U - shard_bits); index < shard_count; ++index) {
    const shard& in = shards_[index];
    const std::scoped_lock lock(in.mutex);
    const std::uint64_t first = static_cast<std::uint64_t>(index) << (64U - shard_bits);
    const std::size_t size = in.buckets.size();
    const std::size_t begin = cursor > first && size > 0 ? bucket_of(in, cursor) : 0;
    for (std::size_t bucket = begin; bucket < size; ++bucket) {
      const std::uint64_t starts_at =
          first + bucket * ((1ULL << (64U - shard_bits)) / static_cast<std::uint64_t>(size));
      // Between buckets only: so entries with equal hashes are never cut apart.
      if (visited >= count_max) return std::max(cursor, starts_at);
      for (const registry_entry* each = in.buckets[bucket].get(); each; each = each->next.get()) {
        // After the table has shrunk, a bucket may begin before the cursor.
        if (each->hash < cursor || !each->cell) continue;
        if (each->leaving.load(std::memory_order_relaxed)) continue;
        visitor(*each, context);
        ++visited;
      }
    }
  }
  return 0;
}

// ---- the entries' cells ----------------------------------------------------------------------

void registry_core::set_cell(registry_entry& entry, cell_ptr cell) noexcept {
  entry.cell = std::move(cell);
  entry.has_cell.store(static_cast<bool>(entry.cell), std::memory_order_seq_cst);
}

bool registry_core::spawn(registry_entry& entry) {
  shard& in = shard_of(entry.hash);
  if (in.closed) return false;
  cell_ptr cell =
      spawn_below(keeper_, type_, options_.entry, entry.make_factory(),
                  std::make_unique<entry_departure>(shared_from_this(), entry.shared_from_this()));
  if (!cell) {
    in.closed = true;  // the keeper is stopping
    return false;
  }
  alive_.fetch_add(1, std::memory_order_seq_cst);  // its departure waits for the lock
  set_cell(entry, std::move(cell));
  return true;
}

tell_status registry_core::send(registry_entry& entry, envelope* message, cell_ptr& used) {
  shard& in = shard_of(entry.hash);
  for (int attempt = 0; attempt < attempts_max; ++attempt) {
    {
      const std::scoped_lock lock(in.mutex);
      const cell_ptr closed = std::move(used);
      used = {};
      // First: what is leaving stays the entry's cell until its departure, closed or not.
      if (entry.leaving.load(std::memory_order_relaxed)) return park(entry, message);
      if (closed && entry.cell.get() == closed.get()) set_cell(entry, {});  // invariant 2
      if (!entry.cell && !spawn(entry)) return tell_status::stopped;
      used = entry.cell;
    }
    // Without the lock: the caller's lease keeps it from being passivated.
    const tell_status status = used->push(message);
    if (status != tell_status::stopped) return status;
  }
  return tell_status::stopped;
}

tell_status registry_core::park(registry_entry& entry, envelope* message) const noexcept {
  if (entry.parked_count >= options_.entry.mailbox_capacity) return tell_status::mailbox_full;
  message->next.store(nullptr, std::memory_order_relaxed);
  if (entry.parked_last) {
    entry.parked_last->next.store(message, std::memory_order_relaxed);
  } else {
    entry.parked_first = message;
  }
  entry.parked_last = message;
  ++entry.parked_count;
  return tell_status::accepted;
}

cell_ptr registry_core::resolve(registry_entry& entry) {
  shard& in = shard_of(entry.hash);
  const std::scoped_lock lock(in.mutex);
  if (entry.leaving.load(std::memory_order_relaxed)) return {};
  if (!entry.cell) spawn(entry);
  return entry.cell;
}

void registry_core::leave(registry_entry& entry) noexcept {
  entry.leaving.store(true, std::memory_order_relaxed);
  entry.cell->request_stop(stop_reason::stopped);
}

bool registry_core::remove(std::uint64_t hash, const void* key) {
  shard& in = shard_of(hash);
  const std::scoped_lock lock(in.mutex);
  const std::shared_ptr<registry_entry> entry = look_up(in, hash, key);
  if (!entry || !entry->cell || entry->leaving.load(std::memory_order_relaxed)) return false;
  leave(*entry);
  return true;
}

std::size_t registry_core::sweep(std::size_t shard_index) noexcept {
  const std::uint32_t now = tick_.load(std::memory_order_relaxed);
  shard& in = shards_[shard_index];
  const std::scoped_lock lock(in.mutex);
  for (const std::shared_ptr<registry_entry>& bucket : in.buckets) {
    for (registry_entry* each = bucket.get(); each; each = each->next.get()) {
      if (!each->cell || each->leaving.load(std::memory_order_relaxed)) continue;
      // The order matters: whoever gave its lease back has sent before.
      if (each->leases.load(std::memory_order_seq_cst) > 0 || each->cell->depth() > 0) {
        each->used_at_tick = now;
      } else if (now - each->used_at_tick > ticks_per_idle_time) {
        leave(*each);
      }
    }
  }
  return in.size;
}

void registry_core::departed(registry_entry& entry, actor_cell& cell) noexcept {
  shard& in = shard_of(entry.hash);
  cell_ptr last;  // let go after the lock
  envelope* undelivered = nullptr;
  {
    const std::scoped_lock lock(in.mutex);
    alive_.fetch_sub(1, std::memory_order_seq_cst);
    if (entry.cell.get() != &cell) return;  // has a successor already
    last = entry.cell;
    set_cell(entry, {});
    entry.leaving.store(false, std::memory_order_seq_cst);
    undelivered = std::exchange(entry.parked_first, nullptr);
    entry.parked_last = nullptr;
    entry.parked_count = 0;
    if ((undelivered || std::exchange(entry.wanted, false)) && spawn(entry)) {
      while (undelivered) {
        envelope* next = undelivered->next.load(std::memory_order_relaxed);
        undelivered->next.store(nullptr, std::memory_order_relaxed);
        if (!taken(entry.cell->push(undelivered))) {
          undelivered->next.store(next, std::memory_order_relaxed);
          break;
        }
        undelivered = next;
      }
    }
    entry.wanted = false;
    unlink_if_unused(in, entry);
  }
  entry.waiters.wake_all();
  while (undelivered) {
    envelope* message = undelivered;
    undelivered = message->next.load(std::memory_order_relaxed);
    message->next.store(nullptr, std::memory_order_relaxed);
    static_cast<void>(cell.push(message));  // refused, and counted
    message->type->discard(cell, message, ask_errc::stopped);
  }
}

void registry_core::lease_ended(registry_entry& entry) noexcept {
  shard& in = shard_of(entry.hash);
  const std::scoped_lock lock(in.mutex);
  unlink_if_unused(in, entry);
}

void registry_core::close() noexcept {
  for (shard& each : shards_) {
    const std::scoped_lock lock(each.mutex);
    each.closed = true;
  }
}

void registry_core::shutdown_all() noexcept {
  close();
  keeper_->request_stop(stop_reason::stopped);
}

}  // namespace detail
}  // namespace troupe
