#include <csignal>
#include <string>
#include <utility>

#include <pthread.h>

#include <troupe/service_thread.hpp>

namespace troupe {
namespace {

/// A thread inherits the mask of the one that makes it.
class signals_blocked {
 public:
  signals_blocked() noexcept {
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  signals_blocked(const signals_blocked&) = delete;
  signals_blocked& operator=(const signals_blocked&) = delete;
  ~signals_blocked() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

 private:
  sigset_t before_{};
};

}  // namespace

service_thread::service_thread(std::string_view name, std::move_only_function<void()> body) {
  const std::string shown(name.substr(0, name_bytes_max));
  const signals_blocked guard;
  thread_ =
      std::thread([](std::move_only_function<void()> run) noexcept { run(); }, std::move(body));
  pthread_setname_np(thread_.native_handle(), shown.c_str());
}

void service_thread::join() {
  if (thread_.joinable()) thread_.join();
}

}  // namespace troupe
