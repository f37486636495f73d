#include "tests/sim/simulated_disk.hpp"

#include <algorithm>
#include <cassert>
#include <cstring>
#include <string_view>
#include <utility>

#include <sqlite3.h>

namespace troupe::sim {
namespace {

constexpr const char* name = "simulated disk";
constexpr int path_bytes_max = 512;
constexpr int sector_bytes = 512;
constexpr int shared_region_bytes_max = 1 << 20;

void apply(std::vector<std::byte>& to, const simulated_disk::operation& what, std::size_t bytes) {
  if (what.truncates) {
    to.resize(what.offset);
    return;
  }
  if (to.size() < what.offset + bytes) to.resize(what.offset + bytes);
  if (bytes > 0) std::memcpy(to.data() + what.offset, what.bytes.data(), bytes);
}

/// What SQLite holds of an open file; it allocates it.
struct handle {
  sqlite3_file base;
  simulated_disk* disk;
  simulated_disk::file* file;
  std::uint64_t generation;
};

handle& of(sqlite3_file* opened) {
  return *reinterpret_cast<handle*>(opened);
}

simulated_disk& disk_of(sqlite3_vfs* system) {
  return *static_cast<simulated_disk*>(system->pAppData);
}

bool dead(const handle& opened) {
  return opened.generation != opened.disk->generation();
}

// ---- what SQLite does with an open file --------------------------------------------------------

int close(sqlite3_file*) {
  return SQLITE_OK;
}
int read(sqlite3_file* from, void* into, int amount, sqlite3_int64 offset) {
  if (dead(of(from))) return SQLITE_IOERR_READ;
  return of(from).disk->read(*of(from).file, into, amount, offset);
}
int write(sqlite3_file* to, const void* from, int amount, sqlite3_int64 offset) {
  if (dead(of(to))) return SQLITE_IOERR_WRITE;
  return of(to).disk->write(*of(to).file, from, amount, offset);
}
int truncate(sqlite3_file* which, sqlite3_int64 size) {
  if (dead(of(which))) return SQLITE_IOERR_TRUNCATE;
  return of(which).disk->truncate(*of(which).file, size);
}
int sync(sqlite3_file* which, int) {
  if (dead(of(which))) return SQLITE_IOERR_FSYNC;
  return of(which).disk->sync(*of(which).file);
}
int file_size(sqlite3_file* which, sqlite3_int64* size) {
  if (dead(of(which))) return SQLITE_IOERR_FSTAT;
  *size = static_cast<sqlite3_int64>(of(which).file->content.size());
  return SQLITE_OK;
}
// One connection at a time: there is nobody to lock out.
int lock(sqlite3_file*, int) {
  return SQLITE_OK;
}
int check_reserved_lock(sqlite3_file*, int* reserved) {
  *reserved = 0;
  return SQLITE_OK;
}
int file_control(sqlite3_file*, int, void*) {
  return SQLITE_NOTFOUND;
}
int sector_size(sqlite3_file*) {
  return sector_bytes;
}
int device_characteristics(sqlite3_file*) {
  return 0;
}
int map_shared_memory(sqlite3_file* which, int region, int bytes, int extend,
                      void volatile** memory) {
  handle& opened = of(which);
  *memory = nullptr;
  if (dead(opened) || bytes <= 0 || bytes > shared_region_bytes_max) return SQLITE_IOERR_SHMMAP;
  auto& regions = opened.file->shared_memory;
  if (opened.file->shared_memory_of != opened.generation) regions.clear();
  opened.file->shared_memory_of = opened.generation;
  const auto index = static_cast<std::size_t>(region);
  if (regions.size() <= index && extend == 0) return SQLITE_OK;
  while (regions.size() <= index) {
    regions.push_back(std::make_unique<std::byte[]>(static_cast<std::size_t>(bytes)));
  }
  *memory = regions[index].get();
  return SQLITE_OK;
}
int lock_shared_memory(sqlite3_file*, int, int, int) {
  return SQLITE_OK;
}
void shared_memory_barrier(sqlite3_file*) {}
int unmap_shared_memory(sqlite3_file* which, int remove) {
  if (remove != 0 && !dead(of(which))) of(which).file->shared_memory.clear();
  return SQLITE_OK;
}

constexpr sqlite3_io_methods methods{.iVersion = 2,
                                     .xClose = &close,
                                     .xRead = &read,
                                     .xWrite = &write,
                                     .xTruncate = &truncate,
                                     .xSync = &sync,
                                     .xFileSize = &file_size,
                                     .xLock = &lock,
                                     .xUnlock = &lock,
                                     .xCheckReservedLock = &check_reserved_lock,
                                     .xFileControl = &file_control,
                                     .xSectorSize = &sector_size,
                                     .xDeviceCharacteristics = &device_characteristics,
                                     .xShmMap = &map_shared_memory,
                                     .xShmLock = &lock_shared_memory,
                                     .xShmBarrier = &shared_memory_barrier,
                                     .xShmUnmap = &unmap_shared_memory,
                                     .xFetch = nullptr,
                                     .xUnfetch = nullptr};

// ---- what it does with the file system ---------------------------------------------------------

int open_file(sqlite3_vfs* system, sqlite3_filename path, sqlite3_file* into, int, int* flags) {
  simulated_disk& disk = disk_of(system);
  of(into) = {
      {&methods}, &disk, path ? &disk.open(path) : &disk.open_temporary(), disk.generation()};
  if (flags) *flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
  return SQLITE_OK;
}
int remove_file(sqlite3_vfs* system, const char* path, int) {
  disk_of(system).remove(path);
  return SQLITE_OK;
}
int has_file(sqlite3_vfs* system, const char* path, int, int* result) {
  *result = disk_of(system).exists(path) ? 1 : 0;
  return SQLITE_OK;
}
int full_path(sqlite3_vfs*, const char* path, int bytes, char* into) {
  sqlite3_snprintf(bytes, into, "%s", path);
  return SQLITE_OK;
}
int fill_random(sqlite3_vfs* system, int bytes, char* into) {
  for (int i = 0; i < bytes; ++i) {
    into[i] = static_cast<char>(disk_of(system).random().below(256));
  }
  return bytes;
}
int sleep_not(sqlite3_vfs*, int microseconds) {
  return microseconds;
}
int first_day(sqlite3_vfs*, sqlite3_int64* milliseconds) {
  *milliseconds = 212'633'856'000'000;  // 2026-01-01 in Julian milliseconds; nobody asks for more
  return SQLITE_OK;
}

sqlite3_vfs file_system{.iVersion = 2,
                        .szOsFile = sizeof(handle),
                        .mxPathname = path_bytes_max,
                        .pNext = nullptr,
                        .zName = name,
                        .pAppData = nullptr,
                        .xOpen = &open_file,
                        .xDelete = &remove_file,
                        .xAccess = &has_file,
                        .xFullPathname = &full_path,
                        .xDlOpen = nullptr,
                        .xDlError = nullptr,
                        .xDlSym = nullptr,
                        .xDlClose = nullptr,
                        .xRandomness = &fill_random,
                        .xSleep = &sleep_not,
                        .xCurrentTime = nullptr,
                        .xGetLastError = nullptr,
                        .xCurrentTimeInt64 = &first_day,
                        .xSetSystemCall = nullptr,
                        .xGetSystemCall = nullptr,
                        .xNextSystemCall = nullptr};

}  // namespace

simulated_disk::simulated_disk(std::uint64_t seed) : random_(seed) {
  assert(!file_system.pAppData && "one at a time");
  file_system.pAppData = this;
  sqlite3_vfs_register(&file_system, 1);
  sqlite3_randomness(0, nullptr);
}

simulated_disk::~simulated_disk() {
  sqlite3_vfs_unregister(&file_system);
  file_system.pAppData = nullptr;
}

void simulated_disk::lose_power() {
  ++generation_;
  for (auto& [path, each] : files_) {
    for (operation& what : std::exchange(each.under_way, {})) {
      const std::uint64_t fate = random_.below(3);
      if (fate == 0) {
        ++counts_.lost_writes;
      } else if (fate == 1 || what.truncates) {
        ++counts_.kept_writes;
        apply(each.synced, what, what.bytes.size());
      } else {
        ++counts_.torn_writes;
        const std::size_t sectors = what.bytes.size() / sector_bytes;
        apply(each.synced, what, random_.below(sectors + 1) * sector_bytes);
      }
    }
    each.content = each.synced;
  }
}

int simulated_disk::read(file& from, void* into, int amount, std::int64_t offset) {
  if (fails()) {
    ++counts_.read_errors;
    return SQLITE_IOERR_READ;
  }
  const auto wanted = static_cast<std::size_t>(amount);
  const auto begin = std::min(static_cast<std::size_t>(offset), from.content.size());
  const std::size_t there = std::min(wanted, from.content.size() - begin);
  if (there > 0) std::memcpy(into, from.content.data() + begin, there);
  if (there == wanted) return SQLITE_OK;
  std::memset(static_cast<std::byte*>(into) + there, 0, wanted - there);
  return SQLITE_IOERR_SHORT_READ;  // the end of the file
}

int simulated_disk::write(file& to, const void* from, int amount, std::int64_t offset) {
  const auto at = static_cast<std::size_t>(offset);
  const auto size = static_cast<std::size_t>(amount);
  if (full_ && at + size > to.content.size()) {
    ++counts_.full;
    return SQLITE_FULL;
  }
  const auto* const bytes = static_cast<const std::byte*>(from);
  operation what{at, {bytes, bytes + size}};
  if (fails()) {
    ++counts_.write_errors;
    return SQLITE_IOERR_WRITE;
  }
  write_through(to, what);
  return SQLITE_OK;
}

void simulated_disk::write_through(file& to, operation& what) {
  apply(to.content, what, what.bytes.size());
  to.under_way.push_back(std::move(what));
}

int simulated_disk::truncate(file& which, std::int64_t size) {
  operation what{static_cast<std::size_t>(size), {}, true};
  write_through(which, what);
  return SQLITE_OK;
}

int simulated_disk::sync(file& which) {
  if (fails()) {
    ++counts_.sync_errors;
    return SQLITE_IOERR_FSYNC;
  }
  ++counts_.syncs;
  for (const operation& what : std::exchange(which.under_way, {})) {
    apply(which.synced, what, what.bytes.size());
  }
  return SQLITE_OK;
}

}  // namespace troupe::sim
