// The journal in one SQLite file: the optional component troupe::journal_sqlite.
//
// Group commit: what many actors append while one transaction is being synced goes into the next
// one together, each append as a savepoint of its own, so that an error of one is no error of the
// others. All work is done on a thread of the system's offload pool, at most one at a time; workers
// never wait for the disk.
//
// WAL with synchronous=FULL: an acknowledged append has been synced. A process that finds the file
// locked by another one for longer than lock_wait_max answers `unavailable`.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <filesystem>
#include <memory>
#include <string>

#include <troupe/clock.hpp>
#include <troupe/journal.hpp>

namespace troupe {

struct sqlite_journal_options {
  // What may wait for the disk; more is answered `overloaded`.
  std::size_t queue_calls_max = 10'000;
  std::size_t queue_bytes_max = 64 * 1024 * 1024;
  // What one transaction takes at most.
  std::size_t batch_calls_max = 1000;
  std::size_t batch_bytes_max = 16 * 1024 * 1024;

  std::chrono::milliseconds lock_wait_max{500};
};

/// Why the file could not be opened. unavailable: not readable, not writable, locked. corrupt: no
/// journal, or damaged. unknown_version: its schema is of a newer program.
struct journal_open_error {
  journal_errc code{};
  std::string what;
};

struct sqlite_journal_figures {
  std::size_t waiting = 0;           // calls in the queue now
  std::uint64_t appends = 0;         // acknowledged, snapshots included
  std::uint64_t commits = 0;         // transactions that were synced
  std::uint64_t failed_batches = 0;  // transactions that could not be, and were tried one by one
  std::string last_error;            // the engine's words for the last `unavailable`, or empty
};

class sqlite_journal : public journal {
 public:
  /// Creates the file when it is not there, and brings an older schema up to date. Blocks.
  static std::expected<std::unique_ptr<sqlite_journal>, journal_open_error> open(
      const std::filesystem::path& file, sqlite_journal_options options = {});

  /// Any thread.
  virtual sqlite_journal_figures figures() const = 0;

  // Destroying it waits until everything that was accepted is stored.
};

}  // namespace troupe
