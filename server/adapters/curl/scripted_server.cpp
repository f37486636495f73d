#include "adapters/curl/scripted_server.hpp"

#include <array>
#include <cstdlib>
#include <stdexcept>
#include <utility>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

namespace troupe::adapters {
namespace {

constexpr std::size_t request_bytes_max = 1024 * 1024;

std::size_t content_length(const std::string& head) {
  const std::size_t at = head.find("Content-Length: ");
  return at == head.npos ? 0 : std::strtoul(head.c_str() + at + 16, nullptr, 10);
}

std::string read_request(int connection) {
  std::string request;
  std::array<char, 4096> buffer{};
  for (;;) {
    const std::size_t end = request.find("\r\n\r\n");
    if (end != request.npos && request.size() >= end + 4 + content_length(request)) return request;
    const ssize_t count = ::recv(connection, buffer.data(), buffer.size(), 0);
    if (count <= 0 || request.size() > request_bytes_max) return request;
    request.append(buffer.data(), static_cast<std::size_t>(count));
  }
}

}  // namespace

scripted_server::scripted_server(script answer) : answer_(std::move(answer)) {
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
  return "http://127.0.0.1:" + std::to_string(port_) + path;
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
  const std::string request = read_request(connection);
  {
    const std::scoped_lock lock(mutex_);
    requests_.push_back(request);
  }
  const std::string answer = answer_(request);
  ::send(connection, answer.data(), answer.size(), MSG_NOSIGNAL);
  ::close(connection);
}

}  // namespace troupe::adapters
