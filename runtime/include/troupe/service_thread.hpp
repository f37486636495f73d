// service_thread: the one thread of a library that brings a loop of its own (an HTTP client, a
// message broker's client), for as long as the object lives.
//
//   service_thread loop("http", [this] { run(); });   // run() returns when its owner tells it to
//   …
//   finish();                                         // however the library's loop is woken
//   loop.join();                                      // or the destructor
//
// Work for which a pool's thread will do is offloaded (offload.hpp); what such a loop has done
// comes back to actors as completions (completion.hpp). The thread takes no signals of the process,
// and tools show it by its name. The simulator does not know of it: its library is a real one.
#pragma once

#include <functional>
#include <string_view>
#include <thread>

namespace troupe {

class service_thread {
 public:
  static constexpr std::size_t name_bytes_max = 15;  // the system keeps no more of it

  /// Runs `body` at once. It must not throw. Throws std::system_error when the system gives no
  /// thread.
  service_thread(std::string_view name, std::move_only_function<void()> body);
  service_thread(const service_thread&) = delete;
  service_thread& operator=(const service_thread&) = delete;
  ~service_thread() { join(); }

  /// Waits until `body` has returned; the owner has told it to. Any thread but its own; one at a
  /// time.
  void join();

 private:
  std::thread thread_;  // tidy: allow thread because this class is how others get one
};

}  // namespace troupe
