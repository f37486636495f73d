// What a cell tells about itself while it runs, and the walk over all of them. Why no locks are
// needed that a turn would wait for: a cell leaves live_cells before it is freed, what is read here
// is either constant or published, and a parent's cell outlives those of its children.
#include <algorithm>

#include <troupe/inspect.hpp>
#include <troupe/system.hpp>

#include "executor.hpp"
#include "system_core.hpp"

namespace troupe {
namespace {

// Deeper than any tree that makes sense; what is below is taken for outside.
constexpr int depth_max = 1000;

// So that a call ends soon where few of those it looks at are asked for.
constexpr std::size_t chunks_max = 1000;

bool is_below(const detail::actor_cell& cell, std::uint64_t top) noexcept {
  const detail::actor_cell* at = &cell;
  for (int depth = 0; at && depth < depth_max; ++depth) {
    if (at->id() == top) return true;
    at = at->parent();
  }
  return false;
}

}  // namespace

std::string_view to_string(actor_state state) noexcept {
  switch (state) {
    case actor_state::starting:
      return "starting";
    case actor_state::idle:
      return "idle";
    case actor_state::ready:
      return "ready";
    case actor_state::running:
      return "running";
    case actor_state::suspended:
      return "suspended";
    case actor_state::restarting:
      return "restarting";
    case actor_state::stopping:
      return "stopping";
  }
  return "unknown";
}

std::string actor_status::name() const {
  return std::string(type) + "#" + std::to_string(id);
}

inspect_page inspect(system& of, inspect_cursor from, const inspect_options& options) {
  const std::size_t wanted =
      std::clamp<std::size_t>(options.page_size, 1, inspect_options::page_size_max);
  const time_point now = of.core().runs().stamp();
  inspect_page page;
  page.actors.reserve(wanted);
  std::optional<std::uint64_t> position = from.position;
  for (std::size_t looks = 0; position && looks < chunks_max; ++looks) {
    if (page.actors.size() == wanted) break;
    std::optional<std::uint64_t> stopped_at;
    position = of.core().live().walk(*position, [&](const detail::actor_cell& cell) {
      if (options.subtree != 0 && !is_below(cell, options.subtree)) return;
      if (page.actors.size() < wanted) {
        page.actors.push_back(cell.status(now));
      } else if (!stopped_at) {
        stopped_at = detail::live_cells::position_of(cell.id());
      }
    });
    if (stopped_at) position = stopped_at;
  }
  if (position) page.next = inspect_cursor{*position};
  return page;
}

std::optional<actor_status> inspect_actor(system& of, std::uint64_t id) {
  std::optional<actor_status> found;
  const time_point now = of.core().runs().stamp();
  of.core().live().with(id, [&](const detail::actor_cell& cell) { found = cell.status(now); });
  return found;
}

namespace detail {

actor_status actor_cell::status(time_point now) const {
  const auto since = [now](duration::rep then) {
    return std::max(now.time_since_epoch() - duration(then), duration::zero());
  };
  const std::uint64_t word = mailbox_.word();
  const bool in_turn = in_turn_;
  const envelope_type* current = current_;
  actor_status status{.id = id_,
                      .parent = parent_ ? parent_->id_ : 0,
                      .type = type_.name,
                      .mailbox_depth = static_cast<std::uint32_t>(word & mailbox::count_mask),
                      .mailbox_capacity = options_.mailbox_capacity,
                      .processed = processed_before_,
                      .failed = failed_before_,
                      .restarts = restarts_};
  for (std::size_t i = 0; i < std::size(tally_.by_outcome); ++i) {
    const std::uint32_t count = tally_.by_outcome[i];
    if (i != static_cast<std::size_t>(outcome::dead_lettered)) status.processed += count;
    if (i == static_cast<std::size_t>(outcome::failed)) status.failed += count;
  }
  switch (phase_) {
    case phase::created:
    case phase::starting:
      status.state = actor_state::starting;
      break;
    case phase::running:
      status.state = in_turn                    ? actor_state::running
                     : current                  ? actor_state::suspended
                     : (word & mailbox::active) ? actor_state::ready
                                                : actor_state::idle;
      break;
    case phase::failed:
    case phase::backoff:
      status.state = actor_state::restarting;
      break;
    case phase::stopping:
    case phase::stopped:
      status.state = actor_state::stopping;
      break;
  }
  if (!in_turn && active_at_ != 0) status.inactive = since(active_at_);
  if (current) {
    status.message = current->message;
    status.in_message = since(current_since_);
    status.correlation = correlation_id{correlation_};
  }
  return status;
}

std::uint32_t actor_cell::progress() const noexcept {
  std::uint32_t ended = 0;
  for (const auto& count : tally_.by_outcome) ended += count;
  return ended;
}

void actor_cell::begin_hook(const envelope_type& hook) noexcept {
  current_ = &hook;
  current_since_ = about_now().time_since_epoch().count();
}

}  // namespace detail
}  // namespace troupe
