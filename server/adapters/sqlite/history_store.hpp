// history_store.hpp — the tables of the history in SQLite, and what is done with them. Times are
// milliseconds of the wall clock. Everything blocks and throws failure; one thread at a time.
//
// Invariants between transactions:
//   1. The publications of a stream have the offsets up to its `top`, without a hole.
//   2. kept_until_ms is 0 where nothing is kept; position_until_ms is not before it.
//   3. due_ms is not after the moment when something of the stream is over. What comes due too
//      early, because the stream was used since, is put off then: so a publication moves no entry
//      of the index.
//   4. How long a position stays that was read since the last sweep is in `prolonged_`, not in its
//      row: so a read writes nothing. A crash, or a sweep that fails, forgets only that.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>

#include <troupe/random.hpp>

#include "adapters/sqlite/database.hpp"
#include "ports/history.hpp"

namespace troupe::sqlite {

class history_store {
 public:
  static schema wanted_schema();

  /// The database outlives it. Epochs are drawn from the seed.
  history_store(database& in, std::uint64_t seed);

  // In a transaction.
  ports::append_result append(const core::channel_name& channel,
                              const protocol::publication& publication,
                              const ports::history_limits& limits,
                              const ports::append_conditions& conditions, std::int64_t now_ms);
  void remove(const core::channel_name& channel, std::int64_t now_ms);
  /// Drops what is over: at most `steps_max` keys, publications and positions each.
  void sweep(std::int64_t now_ms, std::int64_t steps_max);

  /// In a transaction when read_writes() says so.
  ports::history_page read(const core::channel_name& channel, const ports::history_filter& filter,
                           const ports::history_limits& limits, std::int64_t now_ms);
  bool read_writes(const core::channel_name& channel, std::int64_t now_ms);

 private:
  static constexpr std::size_t prolonged_max = 10'000;  // then a read writes them down

  struct stream {
    std::int64_t id = 0;
    protocol::stream_position top{};
    std::uint64_t version = 0;
    std::string version_epoch{};
    std::int64_t kept_until_ms = 0;
    std::int64_t position_until_ms = 0;
  };

  std::optional<stream> find(const core::channel_name& channel);
  /// As it is at that time; one that is over is erased first. A new one stays until `until_ms`.
  stream find_or_make(const core::channel_name& channel, std::int64_t now_ms,
                      std::int64_t until_ms);
  void erase(const stream& gone);
  std::optional<std::uint64_t> offset_of_key(const stream& in, const std::string& key,
                                             std::int64_t now_ms);
  void add_publication(std::int64_t id, std::uint64_t offset, const protocol::publication& coming);
  void add_key(const stream& to, const std::string& key, std::int64_t now_ms);
  void write_down_prolonged();
  /// Gives how many publications it dropped.
  std::int64_t sweep_stream(const stream& due, std::int64_t now_ms, std::int64_t steps_max);
  protocol::publication publication_in(statement& row);

  database& database_;
  random_source random_;
  std::unordered_map<std::int64_t, std::int64_t> prolonged_;  // position_until_ms by stream
  statement find_, make_, update_, erase_, prolong_, find_due_, put_off_, nothing_kept_;
  statement add_, read_forward_, read_reverse_, drop_through_, drop_some_, drop_all_;
  statement find_key_, add_key_, drop_old_keys_, drop_expired_keys_, drop_all_keys_;
};

}  // namespace troupe::sqlite
