#include "adapters/process/process_events.hpp"

#include <array>
#include <cerrno>
#include <csignal>
#include <system_error>

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <unistd.h>

namespace troupe::adapters {
namespace {

[[noreturn]] void fail(const char* what) {
  throw std::system_error(errno, std::system_category(), what);
}

/// Empties a descriptor that has been found readable.
template <class Content>
Content take_from(int descriptor) {
  Content content{};
  while (::read(descriptor, &content, sizeof content) < 0 && errno == EINTR) {
  }
  return content;
}

}  // namespace

process_events::process_events() {
  sigset_t awaited;
  sigemptyset(&awaited);
  sigaddset(&awaited, SIGINT);
  sigaddset(&awaited, SIGTERM);
  sigaddset(&awaited, SIGHUP);
  pthread_sigmask(SIG_BLOCK, &awaited, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
  signals_ = ::signalfd(-1, &awaited, SFD_CLOEXEC);
  if (signals_ < 0) fail("signalfd");
  wake_up_ = ::eventfd(0, EFD_CLOEXEC);
  if (wake_up_ < 0) {
    ::close(signals_);
    fail("eventfd");
  }
}

process_events::~process_events() {
  ::close(signals_);
  ::close(wake_up_);
}

process_events::event process_events::wait(std::optional<std::chrono::milliseconds> within) {
  std::array<pollfd, 2> watched{{{signals_, POLLIN, 0}, {wake_up_, POLLIN, 0}}};
  const int timeout_ms = within ? static_cast<int>(within->count()) : -1;
  int ready = 0;
  do {
    // A signal that is not blocked starts the wait anew; there is none that happens again and
    // again.
    ready = ::poll(watched.data(), watched.size(), timeout_ms);
  } while (ready < 0 && errno == EINTR);
  if (ready <= 0) return event::nothing;
  if (watched[0].revents != 0) {
    const auto signal = take_from<signalfd_siginfo>(signals_);
    return signal.ssi_signo == SIGHUP ? event::asked_to_reload : event::asked_to_end;
  }
  take_from<std::uint64_t>(wake_up_);
  return event::woken;
}

void process_events::wake() noexcept {
  const std::uint64_t one = 1;
  while (::write(wake_up_, &one, sizeof one) < 0 && errno == EINTR) {
  }
}

std::uint64_t process_events::raise_descriptor_limit() noexcept {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return 0;
  const rlim_t before = limit.rlim_cur;
  limit.rlim_cur = limit.rlim_max;
  return ::setrlimit(RLIMIT_NOFILE, &limit) == 0 ? limit.rlim_cur : before;
}

void process_events::end_by_force_after(std::chrono::seconds time) noexcept {
  ::alarm(static_cast<unsigned>(time.count()));
}

}  // namespace troupe::adapters
