// For tests of the journal on SQLite: a file of its own, and a disk that is full.
#pragma once

#include <csignal>
#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>

#include <sys/resource.h>

#include <troupe/journal_sqlite.hpp>

#include "journal_caller.hpp"

namespace troupe::testing_journal {

inline journal_append one_event(const std::string& stream, std::uint64_t expected,
                                std::string data = "x") {
  return {
      .stream = stream, .expected_sequence = expected, .events = {{"added", 1, std::move(data)}}};
}

struct journal_file {
  std::unique_ptr<sqlite_journal> open(sqlite_journal_options options = {}) {
    auto opened = sqlite_journal::open(file, options);
    if (!opened) throw std::runtime_error(opened.error().what);
    return *std::move(opened);
  }
  temporary_folder folder;
  const std::filesystem::path file = folder.path / "journal";
};

/// No file of this process may grow beyond this.
class file_size_limit {
 public:
  explicit file_size_limit(rlim_t bytes) {
    previous_handler_ = std::signal(SIGXFSZ, SIG_IGN);
    getrlimit(RLIMIT_FSIZE, &previous_);
    const rlimit limit{bytes, previous_.rlim_max};
    setrlimit(RLIMIT_FSIZE, &limit);
  }
  file_size_limit(const file_size_limit&) = delete;
  file_size_limit& operator=(const file_size_limit&) = delete;
  ~file_size_limit() {
    setrlimit(RLIMIT_FSIZE, &previous_);
    std::signal(SIGXFSZ, previous_handler_);
  }

 private:
  rlimit previous_{};
  void (*previous_handler_)(int);
};

}  // namespace troupe::testing_journal
