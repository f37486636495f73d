#include "adapters/memory/history_shard.hpp"

#include <algorithm>
#include <cassert>
#include <iterator>
#include <utility>

#include "ports/stream_epoch.hpp"

namespace troupe::memory {
namespace {

constexpr std::size_t tag_overhead_bytes = 112;  // a map's node with two strings

// Keeps the sums below within the clock's range; nobody waits for more than a century.
constexpr std::chrono::milliseconds keep_max = std::chrono::hours(24) * 365 * 100;

time_point after(time_point now, std::chrono::milliseconds length) {
  return now + std::clamp(length, std::chrono::milliseconds(0), keep_max);
}

using publications = std::deque<protocol::publication>;

std::size_t bytes_of_oldest(const publications& kept, std::size_t count) {
  std::size_t bytes = 0;
  for (std::size_t i = 0; i < count; ++i) bytes += kept_bytes(kept[i]);
  return bytes;
}

/// How many of `kept` have an offset of `last` or less.
std::size_t count_up_to(const publications& kept, std::uint64_t last) {
  if (kept.empty() || last < kept.front().offset) return 0;
  return std::min<std::uint64_t>(kept.size() - 1, last - kept.front().offset) + 1;
}

bool is_outdated(const ports::append_conditions& coming, std::uint64_t version,
                 const std::string& version_epoch) {
  return coming.version != 0 && coming.version <= version &&
         (coming.version_epoch.empty() || coming.version_epoch == version_epoch);
}

std::vector<protocol::publication> page_of(const publications& kept,
                                           const ports::history_filter& filter) {
  const std::size_t count_max = filter.limit.value_or(kept.size());
  if (!filter.reverse) {
    const std::size_t first = filter.since_offset ? count_up_to(kept, *filter.since_offset) : 0;
    const std::size_t count = std::min(count_max, kept.size() - first);
    const auto from = kept.begin() + static_cast<std::ptrdiff_t>(first);
    return {from, from + static_cast<std::ptrdiff_t>(count)};
  }
  std::size_t end = kept.size();
  if (filter.since_offset) {
    end = *filter.since_offset == 0 ? 0 : count_up_to(kept, *filter.since_offset - 1);
  }
  const std::size_t count = std::min(count_max, end);
  const auto from = std::make_reverse_iterator(kept.begin() + static_cast<std::ptrdiff_t>(end));
  return {from, from + static_cast<std::ptrdiff_t>(count)};
}

}  // namespace

std::size_t kept_bytes(const protocol::publication& publication) noexcept {
  std::size_t bytes =
      sizeof(protocol::publication) + publication.data.size() + publication.channel.size();
  if (const auto& info = publication.info) {
    bytes +=
        info->user.size() + info->client.size() + info->conn_info.size() + info->chan_info.size();
  }
  for (const auto& [name, value] : publication.tags) {
    bytes += tag_overhead_bytes + name.size() + value.size();
  }
  return bytes;
}

std::expected<ports::append_result, ports::history_errc> history_shard::append(
    const core::channel_name& channel, protocol::publication publication,
    const ports::history_limits& limits, ports::append_conditions conditions, time_point now) {
  assert(limits.size > 0 && limits.ttl > std::chrono::milliseconds(0));
  using enum ports::append_result::outcome;
  const std::scoped_lock lock(mutex_);
  stream* into = find(channel, now);
  if (into != nullptr) {
    const auto first = into->keys && !conditions.idempotency_key.empty()
                           ? into->keys->offset_of(conditions.idempotency_key)
                           : std::nullopt;
    if (first) return ports::append_result{{*first, into->top.epoch}, repeated};
    if (is_outdated(conditions, into->version, into->version_epoch)) {
      return ports::append_result{into->top, outdated};
    }
  }
  const std::size_t kept_count = into == nullptr ? 0 : into->kept.size();
  const std::size_t leaving = kept_count < limits.size ? 0 : kept_count - limits.size + 1;
  const std::size_t leaving_bytes = leaving == 0 ? 0 : bytes_of_oldest(into->kept, leaving);
  std::size_t coming_bytes = kept_bytes(publication);
  if (!conditions.idempotency_key.empty()) {
    coming_bytes += idempotency_keys::kept_bytes(conditions.idempotency_key);
  }
  if (auto room = bytes_budget_.exchange(leaving_bytes, coming_bytes); !room) {
    return std::unexpected(room.error());
  }
  if (into == nullptr) {
    const auto made = make(channel);
    if (!made) {
      bytes_budget_.give_back(coming_bytes);
      return std::unexpected(made.error());
    }
    into = *made;
  }
  into->kept.erase(into->kept.begin(), into->kept.begin() + static_cast<std::ptrdiff_t>(leaving));
  publication.offset = ++into->top.offset;
  into->kept.push_back(std::move(publication));
  into->kept_until = after(now, limits.ttl);
  if (conditions.version != 0) {
    into->version = conditions.version;
    into->version_epoch = std::move(conditions.version_epoch);
  }
  if (!conditions.idempotency_key.empty()) {
    if (!into->keys) into->keys = std::make_unique<idempotency_keys>();
    into->keys->add(std::move(conditions.idempotency_key), into->top.offset, now);
    forget_keys(*into, now);
  }
  use(*into, limits, now);
  return ports::append_result{into->top, appended};
}

std::expected<ports::history_page, ports::history_errc> history_shard::read(
    const core::channel_name& channel, const ports::history_filter& filter,
    const ports::history_limits& limits, time_point now) {
  const std::scoped_lock lock(mutex_);
  stream* from = find(channel, now);
  if (from == nullptr) {
    const auto made = make(channel);
    if (!made) return std::unexpected(made.error());
    from = *made;
  }
  use(*from, limits, now);
  return ports::history_page{.publications = page_of(from->kept, filter), .top = from->top};
}

void history_shard::remove(const core::channel_name& channel, time_point now) {
  const std::scoped_lock lock(mutex_);
  if (stream* from = find(channel, now)) drop_oldest(*from, from->kept.size());
}

void history_shard::sweep(time_point now, std::size_t steps_max) {
  assert(steps_max >= 2);
  const std::scoped_lock lock(mutex_);
  std::size_t left = steps_max;
  while (left > 0 && !agenda_.empty() && agenda_.begin()->first <= now) {
    --left;
    const auto at = streams_.find(*agenda_.begin()->second);
    stream& visited = at->second;
    if (!visited.kept.empty() && visited.kept_until <= now) {
      const std::size_t count = std::min(left, visited.kept.size());
      drop_oldest(visited, count);
      left -= count;
    }
    if (visited.keys) forget_keys(visited, now);
    if (visited.position_until <= now && visited.kept.empty()) {
      erase(at);
    } else {
      reschedule(visited);
    }
  }
}

history_shard::stream* history_shard::find(const core::channel_name& channel, time_point now) {
  const auto at = streams_.find(channel);
  if (at == streams_.end()) return nullptr;
  stream& found = at->second;
  if (found.kept_until <= now) drop_oldest(found, found.kept.size());
  if (found.keys) forget_keys(found, now);
  if (found.position_until > now) return &found;
  erase(at);
  return nullptr;
}

std::expected<history_shard::stream*, ports::history_errc> history_shard::make(
    const core::channel_name& channel) {
  if (auto room = streams_budget_.take(1); !room) return std::unexpected(room.error());
  const auto at = streams_.try_emplace(channel).first;
  at->second.top.epoch = ports::random_epoch(random_);
  at->second.entry = agenda_.emplace(time_point::max(), &at->first);
  return &at->second;
}

void history_shard::erase(stream_map::iterator at) {
  if (at->second.keys) forget_keys(at->second, time_point::max());
  agenda_.erase(at->second.entry);
  streams_.erase(at);
  streams_budget_.give_back(1);
}

void history_shard::forget_keys(stream& of, time_point now) {
  bytes_budget_.give_back(of.keys->forget(of.top.offset, now));
}

void history_shard::drop_oldest(stream& of, std::size_t count) {
  bytes_budget_.give_back(bytes_of_oldest(of.kept, count));
  of.kept.erase(of.kept.begin(), of.kept.begin() + static_cast<std::ptrdiff_t>(count));
}

void history_shard::use(stream& used, const ports::history_limits& limits, time_point now) {
  used.position_until = after(now, limits.meta_ttl);
  if (!used.kept.empty()) used.position_until = std::max(used.position_until, used.kept_until);
  if (used.due() < used.entry->first) reschedule(used);
}

void history_shard::reschedule(stream& moved) {
  auto entry = agenda_.extract(moved.entry);
  entry.key() = moved.due();
  moved.entry = agenda_.insert(std::move(entry));
}

}  // namespace troupe::memory
