// curl_client.hpp — the port http_client on libcurl: one thread of its own runs all transfers
// through curl's multi interface, and keeps connections for the next request to the same host.
//
// Bounded: so many transfers at once, so many requests waiting for one. Proxies and credentials
// that the environment or the user's files name are not looked at.
#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "core/limits.hpp"
#include "ports/http_client.hpp"

namespace troupe::adapters {

struct curl_options {
  std::size_t at_once_max = core::limits::http_requests_at_once_max;
  std::size_t waiting_max = core::limits::http_requests_waiting_max;
  std::string ca_file{};  // certificates to trust, in PEM; empty: the machine's
};

class curl_client final : public ports::http_client {
 public:
  explicit curl_client(curl_options options = {});
  ~curl_client() override;

  task<ports::http_result> send(ports::http_request request) override;

  /// Ends what is under way (cancelled) and takes nothing more. Must have been called before the
  /// system of the actors that send is destroyed. Any thread; may be repeated.
  void close();

 private:
  class loop;  // names curl
  std::unique_ptr<loop> loop_;
};

}  // namespace troupe::adapters
