#include "adapters/curl/scripted_server.hpp"

#include <array>
#include <cstdlib>
#include <stdexcept>
#include <utility>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <unistd.h>

namespace troupe::adapters {
namespace {

constexpr std::size_t request_bytes_max = 1024 * 1024;

std::size_t content_length(const std::string& head) {
  const std::size_t at = head.find("Content-Length: ");
  return at == head.npos ? 0 : std::strtoul(head.c_str() + at + 16, nullptr, 10);
}

std::string read_request(const std::function<long(char*, std::size_t)>& read) {
  std::string request;
  std::array<char, 4096> buffer{};
  for (;;) {
    const std::size_t end = request.find("\r\n\r\n");
    if (end != request.npos && request.size() >= end + 4 + content_length(request)) return request;
    const long count = read(buffer.data(), buffer.size());
    if (count <= 0 || request.size() > request_bytes_max) return request;
    request.append(buffer.data(), static_cast<std::size_t>(count));
  }
}

}  // namespace

scripted_server::scripted_server(script answer, const tls_identity* tls)
    : answer_(std::move(answer)), tls_(tls) {
  listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* const any = static_cast<sockaddr*>(static_cast<void*>(&address));
  if (::bind(listener_, any, size) != 0 || ::listen(listener_, 64) != 0 ||
      ::getsockname(listener_, any, &size) != 0) {
    throw std::runtime_error("no port on 127.0.0.1");
  }
  port_ = ntohs(address.sin_port);
  acceptor_.emplace("accept", [this] { accept_all(); });
}

scripted_server::~scripted_server() {
  ::shutdown(listener_, SHUT_RDWR);
  acceptor_->join();
  ::close(listener_);
  for (service_thread& each : connections_) each.join();
}

std::string scripted_server::url(const std::string& path) const {
  return (tls_ ? "https://127.0.0.1:" : "http://127.0.0.1:") + std::to_string(port_) + path;
}

std::vector<std::string> scripted_server::requests() const {
  const std::scoped_lock lock(mutex_);
  return requests_;
}

void scripted_server::accept_all() {
  for (;;) {
    const int connection = ::accept(listener_, nullptr, nullptr);
    if (connection < 0) return;
    connections_.emplace_back("serve", [this, connection] { serve(connection); });
  }
}

void scripted_server::serve(int connection) {
  if (tls_) {
    SSL* const session = SSL_new(tls_->context());
    SSL_set_fd(session, connection);
    if (SSL_accept(session) == 1) {
      converse(
          [&](char* into, std::size_t size) -> long {
            return SSL_read(session, into, static_cast<int>(size));
          },
          [&](const std::string& bytes) {
            SSL_write(session, bytes.data(), static_cast<int>(bytes.size()));
            SSL_shutdown(session);
          });
    }
    SSL_free(session);
  } else {
    converse(
        [&](char* into, std::size_t size) -> long { return ::recv(connection, into, size, 0); },
        [&](const std::string& bytes) {
          ::send(connection, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        });
  }
  ::close(connection);
}

void scripted_server::converse(const std::function<long(char*, std::size_t)>& read,
                               const std::function<void(const std::string&)>& write) {
  const std::string request = read_request(read);
  {
    const std::scoped_lock lock(mutex_);
    requests_.push_back(request);
  }
  write(answer_(request));
}

}  // namespace troupe::adapters
