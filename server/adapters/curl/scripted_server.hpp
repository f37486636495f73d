// scripted_server.hpp — a real HTTP server for the tests of a client: on 127.0.0.1, a thread for
// each connection, and what it answers is written out byte by byte by the test.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <list>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include <troupe/service_thread.hpp>

#include "adapters/curl/scripted_tls.hpp"

namespace troupe::adapters {

class scripted_server {
 public:
  /// Head and body of a request in; the bytes of the answer out, after which the connection is
  /// closed. May block: then that connection waits.
  using script = std::function<std::string(const std::string& request)>;

  /// With `tls`, which outlives it, over TLS.
  explicit scripted_server(script answer, const tls_identity* tls = nullptr);
  scripted_server(const scripted_server&) = delete;
  scripted_server& operator=(const scripted_server&) = delete;
  ~scripted_server();

  std::string url(const std::string& path = "/") const;
  std::vector<std::string> requests() const;

  static std::string ok(const std::string& body, const std::string& headers = "") {
    return "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) +
           "\r\nConnection: close\r\n" + headers + "\r\n" + body;
  }

 private:
  void accept_all();
  void serve(int connection);
  void converse(const std::function<long(char* into, std::size_t size)>& read,
                const std::function<void(const std::string& bytes)>& write);

  script answer_;
  const tls_identity* tls_;
  int listener_ = -1;
  std::uint16_t port_ = 0;
  mutable std::mutex mutex_;
  std::vector<std::string> requests_;
  std::list<service_thread> connections_;
  std::optional<service_thread> acceptor_;
};

}  // namespace troupe::adapters
