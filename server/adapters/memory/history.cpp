#include "adapters/memory/history.hpp"

#include <functional>
#include <utility>

#include <troupe/random.hpp>

namespace troupe::memory {

history::history(std::uint64_t seed, history_options options)
    : streams_(options.streams_max), bytes_(options.bytes_max) {
  random_source seeds(seed);
  for (std::size_t i = 0; i < shards_count; ++i) {
    shards_.emplace_back(seeds.next(), streams_, bytes_);
  }
}

history_shard& history::shard_of(const core::channel_name& channel) noexcept {
  return shards_[std::hash<core::channel_name>{}(channel) % shards_count];
}

task<std::expected<ports::append_result, ports::history_errc>> history::append(
    core::channel_name channel, protocol::publication publication, ports::history_limits limits,
    ports::append_conditions conditions, time_point now) {
  co_return shard_of(channel).append(channel, std::move(publication), limits, std::move(conditions),
                                     now);
}

task<std::expected<ports::history_page, ports::history_errc>> history::read(
    core::channel_name channel, ports::history_filter filter, ports::history_limits limits,
    time_point now) {
  co_return shard_of(channel).read(channel, filter, limits, now);
}

task<std::expected<void, ports::history_errc>> history::remove(core::channel_name channel,
                                                               time_point now) {
  shard_of(channel).remove(channel, now);
  co_return std::expected<void, ports::history_errc>{};
}

void history::sweep(time_point now) {
  for (history_shard& shard : shards_) shard.sweep(now, sweep_steps_per_shard);
}

}  // namespace troupe::memory
