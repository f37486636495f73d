#include <algorithm>
#include <atomic>
#include <mutex>
#include <shared_mutex>
#include <utility>

#include <troupe/actor.hpp>
#include <troupe/detail/delivery.hpp>
#include <troupe/detail/offspring.hpp>
#include <troupe/detail/pool_core.hpp>
#include <troupe/shard.hpp>

namespace troupe {

/// The supervisor of a pool's workers: replaces and retires them.
class pool_keeper final : public actor {
 public:
  struct replace {
    std::uint32_t slot;
  };
  struct fill {
    std::uint32_t slot;
  };
  struct retire {
    detail::cell_ptr worker;
  };

  explicit pool_keeper(std::shared_ptr<detail::pool_core> core) : core_(std::move(core)) {
    if (restarted()) core_->fill_all();  // what had its time set by the instance before
  }

  void on(replace m) { send_after(core_->replace_after(), fill{m.slot}); }
  void on(fill m) { core_->fill(m.slot); }
  void on(retire m);

 private:
  static constexpr std::chrono::milliseconds retry_after{1};

  std::shared_ptr<detail::pool_core> core_;
};

namespace detail {
namespace {

// The last message of a worker that is taken out: it stops when everything before is handled, and
// whatever came behind by a plain reference as well.
struct retirement final : envelope {
  retirement() noexcept : envelope(operations) {}

  static handler_outcome handle(actor_cell& cell, envelope* base) {
    delete static_cast<retirement*>(base);
    const bool last = cell.depth() <= 1;
    if (!last) {
      auto* again = new retirement;
      const tell_status status = cell.push(again);
      if (status == tell_status::accepted) return handler_outcome::finished;
      if (!taken(status)) delete again;
    }
    cell.request_stop(stop_reason::stopped);
    return handler_outcome::finished;
  }
  static void discard(actor_cell&, envelope* base, ask_errc) noexcept {
    delete static_cast<retirement*>(base);
  }
  static constexpr envelope_type operations{&handle, nullptr, &discard, "pool retirement"};
};

}  // namespace

struct worker_slot {
  cell_ptr cell;                    // under the pool's lock
  std::atomic<bool> closed{false};  // was found closed; its departure is on the way
  bool runs() const noexcept { return cell && !closed.load(std::memory_order_relaxed); }
};

struct pool_core::state {
  state(const actor_type& of, pool_options with) : type(of), options(std::move(with)) {}

  const actor_type& type;
  const pool_options options;
  cell_ptr keeper;
  mutable std::shared_mutex mutex;
  std::vector<std::unique_ptr<worker_slot>> slots;
  bool closed = false;
  std::atomic<std::uint32_t> next{0};

  worker_slot* choose() noexcept;
  worker_slot* choose_by(std::uint64_t hash) noexcept;
};

struct worker_departure final : departure {
  worker_departure(std::shared_ptr<pool_core> of, std::uint32_t at) noexcept
      : core(std::move(of)), slot(at) {}
  void gone(actor_cell& child) noexcept override { core->departed(slot, child); }
  std::shared_ptr<pool_core> core;
  std::uint32_t slot;
};

struct pool_departure final : departure {
  explicit pool_departure(std::shared_ptr<pool_core> of) noexcept : core(std::move(of)) {}
  void gone(actor_cell&) noexcept override { core->close(); }
  std::shared_ptr<pool_core> core;
};

pool_core::pool_core(const actor_type& type, pool_options options)
    : state_(std::make_unique<state>(type, std::move(options))) {}
pool_core::~pool_core() = default;

void pool_core::open(const cell_ptr& parent) {
  // Every worker may have one notice under way, and be replaced or retired.
  constexpr std::uint32_t notices_max = 64 * pool_size_max;
  state_->keeper = spawn_below(parent, actor_type_of<pool_keeper>,
                               spawn_options{.mailbox_capacity = notices_max},
                               detail::make_factory<pool_keeper, true>(shared_from_this()),
                               std::make_unique<pool_departure>(shared_from_this()));
  resize(state_->options.size);
}

// ---- routing ---------------------------------------------------------------------------------

worker_slot* pool_core::state::choose() noexcept {
  const auto count = static_cast<std::uint32_t>(slots.size());
  const std::uint32_t first = next.fetch_add(1, std::memory_order_relaxed) % count;
  worker_slot* best = nullptr;
  std::uint32_t least = 0;
  for (std::uint32_t i = 0; i < count; ++i) {
    worker_slot& each = *slots[(first + i) % count];
    if (!each.runs()) continue;
    if (options.routing == pool_routing::round_robin) return &each;
    const std::uint32_t depth = each.cell->depth();
    if (best && depth >= least) continue;
    best = &each;
    least = depth;
    if (depth == 0) break;
  }
  return best;
}

worker_slot* pool_core::state::choose_by(std::uint64_t hash) noexcept {
  const auto count = static_cast<std::uint32_t>(slots.size());
  const std::uint32_t home = jump(hash, count);
  for (std::uint32_t i = 0; i < count; ++i) {
    worker_slot& each = *slots[(home + i) % count];
    if (each.runs()) return &each;
  }
  return nullptr;
}

namespace {

// Tries each worker once at most: `choose` passes over those that were found closed.
tell_status push_to(auto&& choose, envelope* message) {
  while (worker_slot* chosen = choose()) {
    const tell_status status = chosen->cell->push(message);
    if (status != tell_status::stopped) return status;
    chosen->closed.store(true, std::memory_order_relaxed);
  }
  return tell_status::stopped;
}

}  // namespace

tell_status pool_core::send(envelope* message) {
  const std::shared_lock lock(state_->mutex);
  return push_to([this] { return state_->choose(); }, message);
}

tell_status pool_core::send_by(std::uint64_t hash, envelope* message) {
  const std::shared_lock lock(state_->mutex);
  return push_to([this, hash] { return state_->choose_by(hash); }, message);
}

published pool_core::broadcast(envelope* (*make)(void* context), void* context) {
  published counts;
  const std::shared_lock lock(state_->mutex);
  for (const auto& each : state_->slots) {
    if (!each->cell) continue;
    envelope* message = make(context);
    const tell_status status = each->cell->push(message);
    counts.delivered += status == tell_status::accepted;
    counts.gone += status == tell_status::stopped;
    counts.refused += status == tell_status::mailbox_full || status == tell_status::dropped;
    if (!taken(status)) {
      message->type->discard(*each->cell.get(), message, ask_errc::stopped);
    }
  }
  return counts;
}

cell_ptr pool_core::pick() {
  const std::shared_lock lock(state_->mutex);
  const worker_slot* chosen = state_->choose();
  return chosen ? chosen->cell : cell_ptr();
}

cell_ptr pool_core::pick_by(std::uint64_t hash) {
  const std::shared_lock lock(state_->mutex);
  const worker_slot* chosen = state_->choose_by(hash);
  return chosen ? chosen->cell : cell_ptr();
}

// ---- the workers -----------------------------------------------------------------------------

void pool_core::spawn(std::uint32_t slot) {
  worker_slot& at = *state_->slots[slot];
  at.cell = spawn_below(state_->keeper, state_->type, state_->options.worker, make_factory(),
                        std::make_unique<worker_departure>(shared_from_this(), slot));
  if (!at.cell) state_->closed = true;  // the keeper is stopping
  at.closed.store(false, std::memory_order_relaxed);
}

void pool_core::resize(std::uint32_t size) {
  std::vector<cell_ptr> taken_out;
  {
    const std::scoped_lock lock(state_->mutex);
    size = std::clamp<std::uint32_t>(size, 1, pool_size_max);
    while (state_->slots.size() > size) {
      if (state_->slots.back()->cell) taken_out.push_back(state_->slots.back()->cell);
      state_->slots.pop_back();
    }
    while (state_->slots.size() < size) {
      state_->slots.push_back(std::make_unique<worker_slot>());
      if (!state_->closed) spawn(static_cast<std::uint32_t>(state_->slots.size() - 1));
    }
  }
  const ref<pool_keeper> keeper(state_->keeper);
  for (cell_ptr& each : taken_out) keeper.tell(pool_keeper::retire{std::move(each)});
}

void pool_core::departed(std::uint32_t slot, const actor_cell& cell) noexcept {
  {
    const std::scoped_lock lock(state_->mutex);
    if (slot >= state_->slots.size() || state_->slots[slot]->cell.get() != &cell) return;
    state_->slots[slot]->cell = {};
    if (state_->closed || state_->options.replace_after == duration::max()) return;
  }
  ref<pool_keeper>(state_->keeper).tell(pool_keeper::replace{slot});
}

void pool_core::fill(std::uint32_t slot) {
  const std::scoped_lock lock(state_->mutex);
  if (state_->closed || slot >= state_->slots.size() || state_->slots[slot]->cell) return;
  spawn(slot);
}

void pool_core::fill_all() {
  const std::scoped_lock lock(state_->mutex);
  if (state_->closed || state_->options.replace_after == duration::max()) return;
  for (std::uint32_t slot = 0; slot < state_->slots.size(); ++slot) {
    if (!state_->slots[slot]->cell) spawn(slot);
  }
}

std::uint32_t pool_core::size() const noexcept {
  const std::shared_lock lock(state_->mutex);
  return static_cast<std::uint32_t>(state_->slots.size());
}

std::vector<cell_ptr> pool_core::workers() const {
  const std::shared_lock lock(state_->mutex);
  std::vector<cell_ptr> all;
  for (const auto& each : state_->slots) {
    if (each->runs()) all.push_back(each->cell);
  }
  return all;
}

void pool_core::close() noexcept {
  const std::scoped_lock lock(state_->mutex);
  state_->closed = true;
}

void pool_core::shutdown() noexcept {
  close();
  state_->keeper->request_stop(stop_reason::stopped);
}

const cell_ptr& pool_core::keeper() const noexcept {
  return state_->keeper;
}
duration pool_core::replace_after() const noexcept {
  return state_->options.replace_after;
}

}  // namespace detail

void pool_keeper::on(retire m) {
  auto* last = new detail::retirement;
  const tell_status status = m.worker->push(last);
  if (status == tell_status::accepted) return;
  if (!detail::taken(status)) delete last;
  if (status != tell_status::stopped) send_after(retry_after, std::move(m));
}

}  // namespace troupe
