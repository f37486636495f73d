#include "ports/http_client.hpp"

namespace troupe::ports {

std::string_view describe(http_errc code) {
  switch (code) {
    case http_errc::overloaded:
      return "too many requests wait";
    case http_errc::timeout:
      return "no answer in time";
    case http_errc::unreachable:
      return "unreachable";
    case http_errc::untrusted:
      return "its certificate is not trusted";
    case http_errc::too_large:
      return "the answer is too large";
    case http_errc::bad_request:
      return "it cannot be asked so";
    case http_errc::cancelled:
      return "the server is stopping";
  }
  return "";
}

}  // namespace troupe::ports
