#include "memory.hpp"

namespace troupe::model {
namespace {

bool acquires(std::memory_order order) noexcept {
  return order == std::memory_order_acquire || order == std::memory_order_acq_rel ||
         order == std::memory_order_seq_cst;
}

bool releases(std::memory_order order) noexcept {
  return order == std::memory_order_release || order == std::memory_order_acq_rel ||
         order == std::memory_order_seq_cst;
}

}  // namespace

void memory::clear() noexcept {
  clocks_.assign(threads_max, {});
  objects_ = 0;
  place_.clear();
  atomics_used_ = 0;
  fields_.clear();
  complaint_ = nullptr;
}

object_id memory::create(thread_id by, std::uint64_t initial) {
  const object_id made = ++objects_;
  place_.resize(made + 1);
  place_[made] = static_cast<std::uint32_t>(atomics_used_);
  if (atomics_used_ == atomics_.size()) atomics_.emplace_back();
  atomic& at = atomics_[atomics_used_++];
  at.stores.assign(1, {initial, {}});
  at.sequential_from = 0;
  at.ended = false;
  at.begun = {by, next_instant(by), 0};
  at.accesses.assign(1, at.begun);
  return made;
}

memory::atomic& memory::usable(thread_id by, object_id which) noexcept {
  atomic& of = atomics_[place_[which]];
  if (of.ended) complaint_ = "an atomic is used after its end";
  if (!knows(by, of.begun.by, of.begun.at)) {
    complaint_ =
        "an atomic is used by a thread that its beginning does not "
        "happen before";
  }
  return of;
}

void memory::end(thread_id by, object_id what) noexcept {
  atomic& of = usable(by, what);
  for (const access& each : of.accesses) {
    if (!knows(by, each.by, each.at)) complaint_ = "an atomic ends while it is used";
  }
  of.ended = true;
}

std::uint32_t memory::oldest_readable(thread_id by, const atomic& of,
                                      bool sequential) const noexcept {
  std::uint32_t oldest = sequential ? of.sequential_from : 0;
  for (const access& each : of.accesses) {
    if (each.nth > oldest && knows(by, each.by, each.at)) oldest = each.nth;
  }
  return oldest;
}

std::uint32_t memory::readable(thread_id by, object_id from, bool sequential) noexcept {
  const atomic& of = usable(by, from);
  return static_cast<std::uint32_t>(of.stores.size()) - oldest_readable(by, of, sequential);
}

std::uint64_t memory::peek(object_id from, std::uint32_t nth) const noexcept {
  const atomic& of = atomics_[place_[from]];
  return of.stores[of.stores.size() - 1 - nth].value;
}

void memory::note(thread_id by, atomic& of, std::uint32_t nth) {
  of.accesses.push_back({by, clocks_[by].of[by], nth});
}

std::uint64_t memory::load(thread_id by, object_id from, std::uint32_t nth,
                           std::memory_order order) {
  atomic& of = usable(by, from);
  const auto index = static_cast<std::uint32_t>(of.stores.size()) - 1 - nth;
  const stored& read = of.stores[index];
  if (acquires(order)) clocks_[by].join(read.released);
  note(by, of, index);
  return read.value;
}

void memory::store(thread_id by, object_id to, std::uint64_t value, std::memory_order order) {
  atomic& of = usable(by, to);
  of.stores.push_back({value, releases(order) ? clocks_[by] : vector_clock{}});
  const auto index = static_cast<std::uint32_t>(of.stores.size()) - 1;
  if (order == std::memory_order_seq_cst) of.sequential_from = index;
  note(by, of, index);
}

void memory::update(thread_id by, object_id at, std::uint64_t value, std::memory_order order) {
  atomic& of = usable(by, at);
  stored next{value, of.stores.back().released};
  if (acquires(order)) clocks_[by].join(next.released);
  if (releases(order)) next.released.join(clocks_[by]);
  of.stores.push_back(next);
  const auto index = static_cast<std::uint32_t>(of.stores.size()) - 1;
  if (order == std::memory_order_seq_cst) of.sequential_from = index;
  note(by, of, index);
}

void memory::catch_up(thread_id by, object_id with) {
  atomic& of = atomics_[place_[with]];
  note(by, of, static_cast<std::uint32_t>(of.stores.size()) - 1);
}

object_id memory::create_plain(thread_id by) {
  const object_id made = ++objects_;
  place_.resize(made + 1);
  place_[made] = static_cast<std::uint32_t>(fields_.size());
  fields_.push_back({{}, by, next_instant(by), false});
  return made;
}

void memory::read_plain(thread_id by, object_id what) noexcept {
  field& of = fields_[place_[what]];
  if (of.ended) complaint_ = "a field is read after its end";
  if (!knows(by, of.writer, of.written)) complaint_ = "data race: a read beside a write";
  of.reads.of[by] = next_instant(by);
}

void memory::write_plain(thread_id by, object_id what) noexcept {
  field& of = fields_[place_[what]];
  if (of.ended) complaint_ = "a field is written after its end";
  if (!knows(by, of.writer, of.written)) complaint_ = "data race: two writes";
  for (thread_id other = 0; other < threads_max; ++other) {
    if (!knows(by, other, of.reads.of[other])) complaint_ = "data race: a write beside a read";
  }
  of.writer = by;
  of.written = next_instant(by);
}

void memory::end_plain(thread_id by, object_id what) noexcept {
  write_plain(by, what);
  fields_[place_[what]].ended = true;
}

}  // namespace troupe::model
