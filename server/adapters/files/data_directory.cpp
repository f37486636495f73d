#include "adapters/files/data_directory.hpp"

#include <cerrno>
#include <optional>
#include <string_view>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace troupe::files {
namespace {

using enum data_directory_error::code;
namespace fs = std::filesystem;

constexpr mode_t directory_mode = 0700;
constexpr mode_t file_mode = 0600;
constexpr mode_t others_mask = 0077;
constexpr std::size_t secret_bytes = 32;
constexpr std::size_t pid_digits_max = 20;

std::unexpected<data_directory_error> refusal(data_directory_error::code reason,
                                              const fs::path& path, const std::string& text) {
  return std::unexpected(data_directory_error{reason, path.string() + ": " + text});
}

std::unexpected<data_directory_error> system_refusal(const fs::path& path, const char* what) {
  return refusal(unusable, path, what + (": " + std::generic_category().message(errno)));
}

class descriptor {
 public:
  explicit descriptor(int number) : number_(number) {}
  ~descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  descriptor(const descriptor&) = delete;
  descriptor& operator=(const descriptor&) = delete;

  [[nodiscard]] int get() const { return number_; }
  [[nodiscard]] bool open() const { return number_ >= 0; }
  int release() { return std::exchange(number_, -1); }

 private:
  int number_;
};

bool write_all(int file, std::string_view text) {
  while (!text.empty()) {
    const ssize_t count = ::write(file, text.data(), text.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return false;
    text.remove_prefix(static_cast<std::size_t>(count));
  }
  return true;
}

// Up to `bytes_max` from the beginning of the file; nothing if it cannot be read.
std::optional<std::string> read_some(int file, std::size_t bytes_max) {
  std::string text(bytes_max, '\0');
  std::size_t size = 0;
  while (size < bytes_max) {
    const ssize_t count =
        ::pread(file, text.data() + size, bytes_max - size, static_cast<off_t>(size));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return std::nullopt;
    if (count == 0) break;
    size += static_cast<std::size_t>(count);
  }
  text.resize(size);
  return text;
}

std::expected<std::string, data_directory_error> read_secret(const fs::path& path) {
  const descriptor file(::open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC));
  if (!file.open()) return system_refusal(path, "cannot be opened");
  struct stat status{};
  if (::fstat(file.get(), &status) != 0) return system_refusal(path, "cannot be inspected");
  if ((status.st_mode & others_mask) != 0) {
    return refusal(
        exposed, path,
        "is open to others than its owner: run chmod 600 on it, or delete it for a fresh "
        "secret");
  }
  const auto text = read_some(file.get(), 2 * secret_bytes + 1);
  if (!text) return system_refusal(path, "cannot be read");
  if (text->size() != 2 * secret_bytes ||
      text->find_first_not_of("0123456789abcdef") != std::string::npos) {
    return refusal(damaged, path, "does not hold 64 hex digits: delete it for a fresh secret");
  }
  return *text;
}

// The file appears under its name complete or not at all; one that is there already stays.
std::expected<void, data_directory_error> write_secret(const fs::path& path,
                                                       const std::string& secret) {
  std::string temporary = path.string() + ".XXXXXX";
  const descriptor file(::mkostemp(temporary.data(), O_CLOEXEC));
  if (!file.open()) return system_refusal(path, "cannot be created");
  const bool written = ::fchmod(file.get(), file_mode) == 0 && write_all(file.get(), secret) &&
                       ::fsync(file.get()) == 0;
  const bool linked = written && (::link(temporary.c_str(), path.c_str()) == 0 || errno == EEXIST);
  const int failure = errno;
  ::unlink(temporary.c_str());
  errno = failure;
  if (!linked) return system_refusal(path, "cannot be written");
  return {};
}

}  // namespace

data_directory::data_directory(fs::path path) : path_(std::move(path)) {}

data_directory::~data_directory() {
  if (lock_descriptor_ >= 0) ::close(lock_descriptor_);
}

std::expected<void, data_directory_error> data_directory::create() const {
  std::error_code failure;
  const fs::path whole = fs::absolute(path_, failure).lexically_normal();
  if (!failure) fs::create_directories(whole.parent_path(), failure);
  if (failure) return refusal(unusable, path_, "cannot be created: " + failure.message());
  if (::mkdir(path_.c_str(), directory_mode) == 0) return {};
  if (errno != EEXIST) return system_refusal(path_, "cannot be created");
  if (!fs::is_directory(path_, failure)) return refusal(unusable, path_, "is not a directory");
  return {};
}

std::expected<void, data_directory_error> data_directory::lock() {
  if (lock_descriptor_ >= 0) return {};
  if (const auto created = create(); !created) return created;
  const fs::path name = path_ / "lock";
  descriptor file(::open(name.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, file_mode));
  if (!file.open()) return system_refusal(name, "cannot be opened");
  if (::flock(file.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK) return system_refusal(name, "cannot be locked");
    const std::string holder = read_some(file.get(), pid_digits_max).value_or("");
    return refusal(in_use, path_,
                   "is in use by process " + (holder.empty() ? "(starting)" : holder) +
                       ": stop that server, or give this one another storage.path");
  }
  if (::ftruncate(file.get(), 0) != 0 || !write_all(file.get(), std::to_string(::getpid()))) {
    return system_refusal(name, "cannot be written");
  }
  lock_descriptor_ = file.release();
  return {};
}

std::expected<std::string, data_directory_error> data_directory::development_secret(
    core::random_source& random) {
  if (const auto created = create(); !created) return std::unexpected(created.error());
  const fs::path name = path_ / "development-secret";
  std::error_code failure;
  if (fs::symlink_status(name, failure).type() == fs::file_type::not_found) {
    const auto secret = core::random_hex(random, secret_bytes);
    if (!secret) return refusal(no_randomness, name, "the system has no randomness to give");
    if (const auto written = write_secret(name, *secret); !written) {
      return std::unexpected(written.error());
    }
  }
  return read_secret(name);
}

}  // namespace troupe::files
