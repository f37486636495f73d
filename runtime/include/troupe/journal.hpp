// journal: the port through which actors keep what must survive them: streams of events, snapshots
// of states, and answers to commands.
//
// A stream belongs to one actor; its key names it for good. Its sequence starts at 0 and counts its
// events: the first event has sequence 1. A writer says which sequence it believes the stream to be
// at, so that of two writers only one wins.
//
// Called from coroutines of actors, of one system at a time; the journal outlives that system. All
// functions are thread safe. Two implementations: memory_journal (tests, simulation) and
// open_sqlite_journal() of the component troupe::journal_sqlite.
//
// Durability: what append() and save_snapshot() have acknowledged survives the process and, where
// the journal is on disk, the machine's power (it has been synced). An append is stored whole or
// not at all: events, answer and state together. What failed with `unavailable` or was `cancelled`
// has not been acknowledged, and may still be found after a crash; a command id makes a retry safe.
//
// Order: what an actor reads includes everything that was appended to the stream before, also by a
// predecessor that was stopped while it waited for its acknowledgement.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <troupe/clock.hpp>
#include <troupe/task.hpp>

namespace troupe {

enum class journal_errc : std::uint8_t {
  unavailable,      // not acknowledged: disk full, I/O error, locked; retry later
  overloaded,       // nothing written: too much waits already; retry later
  conflict,         // nothing written: the stream is at another sequence, there is another writer
  corrupt,          // what is stored is not what was written
  unknown_version,  // written by a newer program, or by another one
  too_large,        // nothing written: beyond journal_limits
  cancelled,        // the waiting actor is stopping
};

/// "unavailable", "overloaded", …
std::string_view to_string(journal_errc code) noexcept;

struct journal_limits {
  static constexpr std::size_t key_bytes_max = 255;      // stream key, type name; at least 1
  static constexpr std::size_t command_bytes_max = 255;  // command id; at least 1
  static constexpr std::size_t events_max = 1000;        // of one append
  static constexpr std::size_t append_bytes_max = 8 * 1024 * 1024;     // data of events
  static constexpr std::size_t answer_bytes_max = 64 * 1024;           // data of one answer
  static constexpr std::size_t snapshot_bytes_max = 64 * 1024 * 1024;  // data
  static constexpr std::size_t page_records_max = 1000;
  static constexpr std::size_t page_bytes_max = 8 * 1024 * 1024;  // a page has one record at least
  static constexpr std::uint32_t answers_max = 10'000;            // kept of one stream
};

/// Bytes are opaque to the journal, here and below.
struct journal_event {
  std::string type;
  std::uint32_t version = 1;
  std::string data;
};

struct journal_record {
  std::uint64_t sequence = 0;
  journal_event event;
};

/// A state that stands for all events up to `sequence`.
struct journal_snapshot {
  std::uint64_t sequence = 0;
  std::string type;
  std::uint32_t version = 1;
  std::string data;
};

/// What a command was answered.
struct journal_answer {
  std::string command;
  std::string data;
  wall_time at{};
};

struct journal_append {
  std::string stream;
  std::uint64_t expected_sequence = 0;
  std::vector<journal_event> events{};  // may be empty

  std::optional<journal_answer> answer{};  // replaces an earlier one to the same command
  /// Older answers are forgotten: all but the newest `answers_count_max`, and all from before
  /// `answers_since`. Looked at when there is an answer.
  std::uint32_t answers_count_max = 1000;  // 1..journal_limits::answers_max
  wall_time answers_since{};

  /// A state without events: replaces the stream's snapshot and moves the stream on by one; its
  /// sequence is given by the journal. Together with events: too_large.
  std::optional<journal_snapshot> state{};
};

struct journal_page {
  std::vector<journal_record> records;  // contiguous, ascending
  bool more = false;                    // there are records after the last one
};

/// What is known of a stream but for its events; all empty for one that was never written.
struct journal_stream {
  std::uint64_t sequence = 0;
  std::optional<journal_snapshot> snapshot;
  std::vector<journal_answer> answers;  // oldest first
};

class journal {
 public:
  template <class T>
  using result = task<std::expected<T, journal_errc>>;

  virtual ~journal() = default;

  /// The sequence that the stream is at now. Errors: unavailable, overloaded, conflict, corrupt,
  /// too_large, cancelled.
  virtual result<std::uint64_t> append(journal_append what) = 0;

  /// Events after `after`, at most `limit` (1..page_records_max) of them. Errors: unavailable,
  /// overloaded, corrupt, cancelled.
  virtual result<journal_page> read(std::string stream, std::uint64_t after, std::size_t limit) = 0;

  /// Errors: unavailable, overloaded, corrupt, cancelled.
  virtual result<journal_stream> load(std::string stream) = 0;

  /// Replaces the stream's snapshot, unless that is newer; gives the snapshot's sequence. Errors:
  /// unavailable, overloaded, conflict (beyond the stream's end), corrupt, too_large, cancelled.
  virtual result<std::uint64_t> save_snapshot(std::string stream, journal_snapshot snapshot) = 0;

 protected:
  journal() = default;
  journal(const journal&) = default;
  journal& operator=(const journal&) = default;
};

namespace detail {

/// False: beyond journal_limits.
bool within_limits(const journal_append& what) noexcept;
bool within_limits(std::string_view stream, const journal_snapshot& snapshot) noexcept;
bool is_stream_key(std::string_view stream) noexcept;

}  // namespace detail
}  // namespace troupe
