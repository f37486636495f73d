// data_directory.hpp — storage.path: everything that outlives the process, and the lock that keeps
// two servers from sharing it. Nothing is touched before the first call that needs the directory.
// Calls block on the file system; one thread at a time.
#pragma once

#include <expected>
#include <filesystem>
#include <string>

#include "core/random.hpp"

namespace troupe::files {

struct data_directory_error {
  enum class code {
    unusable,  // cannot be created, opened or written; the text has the system's reason
    in_use,    // another process holds the lock; the text names its pid
    exposed,   // a secret file that others than its owner may read or write
    damaged,   // a secret file with other content than was written
    no_randomness,
  } reason;
  std::string text;  // one line that names the path
};

class data_directory {
 public:
  explicit data_directory(std::filesystem::path path);
  ~data_directory();  // releases the lock
  data_directory(const data_directory&) = delete;
  data_directory& operator=(const data_directory&) = delete;

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

  /// Creates the directory (0700) where it is not there, and holds the file `lock` in it, with this
  /// process's pid, until this object goes. The kernel lets go of it when the process dies,
  /// however. Errors: unusable, in_use.
  [[nodiscard]] std::expected<void, data_directory_error> lock();

  /// 64 hex digits of 32 random bytes, kept in the file `development-secret` (0600): made by the
  /// first call ever, read by all others, in any process. Needs no lock: of two that make it at the
  /// same time one wins and both return the winner's. Errors: all but in_use.
  [[nodiscard]] std::expected<std::string, data_directory_error> development_secret(
      core::random_source& random);

 private:
  [[nodiscard]] std::expected<void, data_directory_error> create() const;

  std::filesystem::path path_;
  int lock_descriptor_ = -1;
};

}  // namespace troupe::files
