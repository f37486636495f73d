// simulated_disk.hpp — a disk in memory that SQLite's files lie on while the object lives: it loses
// what was not synced when the power fails, is full, and has errors, as the seed says.
//
// It takes the place of SQLite's default file system, so the adapters are the real ones and know
// nothing of it. One at a time, one thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <troupe/random.hpp>

namespace troupe::sim {

struct disk_counts {
  std::uint64_t syncs = 0;
  std::uint64_t lost_writes = 0;  // not synced when the power failed, and gone
  std::uint64_t torn_writes = 0;  // likewise, and there in part
  std::uint64_t kept_writes = 0;  // likewise, and there all the same
  std::uint64_t full = 0;         // writes refused
  std::uint64_t write_errors = 0;
  std::uint64_t sync_errors = 0;
  std::uint64_t read_errors = 0;
};

class simulated_disk {
 public:
  /// Also begins SQLite's own randomness anew, so that two runs in one process are the same.
  explicit simulated_disk(std::uint64_t seed);
  ~simulated_disk();
  simulated_disk(const simulated_disk&) = delete;
  simulated_disk& operator=(const simulated_disk&) = delete;

  /// The process that has opened files is killed: it can do nothing with them any more, and what it
  /// wrote is there.
  void lose_process() noexcept { ++generation_; }
  /// The machine fails: of the writes that were not synced each is kept, torn or lost.
  void lose_power();

  /// Until it is said otherwise: files cannot grow.
  void set_full(bool full) noexcept { full_ = full; }
  /// Of so many reads, writes and syncs one fails. 0: none.
  void set_errors(std::uint32_t one_in) noexcept { errors_one_in_ = one_in; }

  const disk_counts& counts() const noexcept { return counts_; }

  // For the functions that SQLite calls ---------------------------------------------------------
  struct operation {
    std::size_t offset;
    std::vector<std::byte> bytes;
    bool truncates = false;  // to `offset`
  };
  struct file {
    std::vector<std::byte> content;      // as the processes of this machine see it
    std::vector<std::byte> synced;       // as it is after the power has failed
    std::vector<operation> under_way{};  // in the content and not in synced
    std::vector<std::unique_ptr<std::byte[]>> shared_memory{};
    std::uint64_t shared_memory_of = 0;  // the generation
  };
  file& open(const std::string& path) { return files_[path]; }
  file& open_temporary() { return files_["temporary " + std::to_string(++temporaries_)]; }
  bool exists(const std::string& path) const { return files_.contains(path); }
  void remove(const std::string& path) { files_.erase(path); }
  std::uint64_t generation() const noexcept { return generation_; }

  /// These give SQLite's codes.
  int read(file& from, void* into, int amount, std::int64_t offset);
  int write(file& to, const void* from, int amount, std::int64_t offset);
  int truncate(file& which, std::int64_t size);
  int sync(file& which);
  random_source& random() noexcept { return random_; }

 private:
  bool fails() noexcept { return errors_one_in_ > 0 && random_.below(errors_one_in_) == 0; }
  void write_through(file& to, operation& what);

  random_source random_;
  std::map<std::string, file> files_;
  std::uint64_t generation_ = 1;
  std::uint64_t temporaries_ = 0;
  bool full_ = false;
  std::uint32_t errors_one_in_ = 0;
  disk_counts counts_;
};

}  // namespace troupe::sim
