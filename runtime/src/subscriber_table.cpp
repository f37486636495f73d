#include <mutex>
#include <shared_mutex>
#include <unordered_map>
#include <vector>

#include <troupe/detail/delivery.hpp>
#include <troupe/detail/subscriber_table.hpp>

namespace troupe::detail {
namespace {

struct subscriber {
  cell_ptr cell;
  const void* operations;
};

}  // namespace

struct subscriber_table::state {
  explicit state(std::uint32_t most) noexcept : subscribers_max(most) {}

  const std::uint32_t subscribers_max;
  mutable std::shared_mutex mutex;
  std::vector<subscriber> subscribers;
  std::unordered_map<std::uint64_t, std::size_t> position;  // by the actor's id
};

subscriber_table::subscriber_table(std::uint32_t subscribers_max)
    : state_(std::make_unique<state>(subscribers_max)) {}
subscriber_table::~subscriber_table() = default;

subscribe_status subscriber_table::add(const cell_ptr& subscriber, const void* operations) {
  if (!subscriber) return subscribe_status::no_such_actor;
  const std::scoped_lock lock(state_->mutex);
  if (state_->position.contains(subscriber->id())) return subscribe_status::already_subscribed;
  if (state_->subscribers.size() >= state_->subscribers_max) return subscribe_status::full;
  state_->position.emplace(subscriber->id(), state_->subscribers.size());
  state_->subscribers.push_back({subscriber, operations});
  return subscribe_status::subscribed;
}

bool subscriber_table::remove(std::uint64_t id) noexcept {
  cell_ptr removed;  // let go after the lock
  const std::scoped_lock lock(state_->mutex);
  const auto found = state_->position.find(id);
  if (found == state_->position.end()) return false;
  subscriber& hole = state_->subscribers[found->second];
  removed = std::move(hole.cell);
  if (&hole != &state_->subscribers.back()) {
    hole = std::move(state_->subscribers.back());
    state_->position[hole.cell->id()] = found->second;
  }
  state_->subscribers.pop_back();
  state_->position.erase(found);
  return true;
}

std::uint32_t subscriber_table::size() const noexcept {
  const std::shared_lock lock(state_->mutex);
  return static_cast<std::uint32_t>(state_->subscribers.size());
}

published subscriber_table::deliver(envelope* (*make)(const void* operations, void* context),
                                    void* context) {
  published counts;
  std::vector<std::uint64_t> stopped;
  {
    const std::shared_lock lock(state_->mutex);
    for (const subscriber& each : state_->subscribers) {
      envelope* message = make(each.operations, context);
      const tell_status status = each.cell->push(message);
      counts.delivered += status == tell_status::accepted;
      counts.refused += status == tell_status::mailbox_full || status == tell_status::dropped;
      if (status == tell_status::stopped) {
        ++counts.gone;
        stopped.push_back(each.cell->id());
      }
      if (!taken(status)) message->type->discard(*each.cell.get(), message, ask_errc::stopped);
    }
  }
  for (const std::uint64_t id : stopped) remove(id);
  return counts;
}

}  // namespace troupe::detail
