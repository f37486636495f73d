#include <utility>

#include <troupe/detail/watch_core.hpp>

namespace troupe::detail {

watch_core::watch_core(std::shared_ptr<const void> first) {
  slots_ = new slot;
  slots_->value = std::move(first);
  slots_->version = 1;
  current_.store(slots_, std::memory_order_seq_cst);
}

watch_core::~watch_core() {
  while (slots_) delete std::exchange(slots_, slots_->next);
}

std::shared_ptr<const void> watch_core::read(std::uint64_t& version) const noexcept {
  for (;;) {  // again only when the writer has published in between
    const slot* const found = current_.load(std::memory_order_seq_cst);
    found->readers.fetch_add(1, std::memory_order_seq_cst);
    if (current_.load(std::memory_order_seq_cst) == found) {
      std::shared_ptr<const void> value = found->value;
      version = found->version;
      found->readers.fetch_sub(1, std::memory_order_release);
      return value;
    }
    found->readers.fetch_sub(1, std::memory_order_release);
  }
}

watch_core::slot& watch_core::free_slot() {
  const slot* const current = current_.load(std::memory_order_relaxed);
  for (slot* each = slots_; each; each = each->next) {
    if (each != current && each->readers.load(std::memory_order_seq_cst) == 0) return *each;
  }
  auto* added = new slot;
  added->next = slots_;
  slots_ = added;
  return *added;
}

void watch_core::publish(std::shared_ptr<const void> value) {
  slot& filled = free_slot();
  slot& previous = *current_.load(std::memory_order_relaxed);
  filled.value = std::move(value);
  filled.version = previous.version + 1;
  current_.store(&filled, std::memory_order_seq_cst);
  version_.store(filled.version, std::memory_order_seq_cst);
  waiters_.wake_all();
  // Not kept longer than its readers; one that is being copied right now stays until the next time.
  if (previous.readers.load(std::memory_order_seq_cst) == 0) previous.value.reset();
}

void watch_core::close() noexcept {
  closed_.store(true, std::memory_order_seq_cst);
  waiters_.wake_all();
}

// ---- subscriptions ---------------------------------------------------------------------------

void watch_feed::begin(actor_cell& cell, std::uint64_t seen) {
  seen_ = seen;
  alive_ = shared_from_this();
  wait::complete = &ended;
  wait::discard = &discarded;
  cell.begin_wait(*this);
  node_ = &source_->waiters().add(cell, *this);
  if (source_->version() > seen_ || source_->closed()) source_->waiters().wake_all();
}

void watch_feed::ended(wait& base, actor_cell& cell, end how, request_envelope*) noexcept {
  auto& self = static_cast<watch_feed&>(base);
  const std::shared_ptr<watch_feed> alive = std::move(self.alive_);

  if (how != end::answered || self.cancelled_) {
    self.cancelled_ = true;
  } else if (self.source_->version() > self.seen_) {
    cell.push_urgent(self.make_message());
  } else if (!self.source_->closed()) {
    self.begin(cell, self.seen_);  // the list was emptied for another reason
  }
}

// The instance goes, and its subscriptions with it.
void watch_feed::discarded(wait& base) noexcept {
  auto& self = static_cast<watch_feed&>(base);
  self.cancelled_ = true;
  const std::shared_ptr<watch_feed> alive = std::move(self.alive_);
  self.source_->waiters().abandon(*self.node_);
}

void watch_feed::cancel() noexcept {
  if (std::exchange(cancelled_, true) || !alive_) return;
  const std::shared_ptr<watch_feed> alive = std::move(alive_);
  actor_cell::current().abandon_wait(*this);
  source_->waiters().abandon(*node_);
}

}  // namespace troupe::detail
