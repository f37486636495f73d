#include "gateway/greeting.hpp"

namespace troupe::gateway {
namespace {

std::string url_of(const io::endpoint& address, bool secure) {
  return (secure ? "https://" : "http://") + host_and_port(address);
}

}  // namespace

std::string host_and_port(const io::endpoint& address) {
  const bool is_v6 = address.address.contains(':');
  return (is_v6 ? "[" + address.address + "]" : address.address) + ":" +
         std::to_string(address.port);
}

std::string explain(const listen_failure& failure) {
  const std::string where = "cannot listen on " + host_and_port(failure.address) + ": ";
  switch (failure.why.code) {
    case io::errc::address_in_use:
      return where + "address in use; choose another with --port";
    case io::errc::permission_denied:
      return where + "permission denied; ports below 1024 are for root, choose another with --port";
    case io::errc::bad_address:
      return where + "no address of this machine";
    default:
      return where + (failure.why.detail.empty() ? "unknown error" : failure.why.detail);
  }
}

std::string greeting(const listening& where, const core::configuration::http_server_section& rules,
                     std::string_view version, bool is_tried_out) {
  const std::string url = url_of(where.address, rules.tls.enabled);
  std::string text = "Troupe " + std::string(version) + " is listening on " + url + '\n';
  if (where.internal) {
    text += "  health and metrics are on " +
            url_of(*where.internal, rules.tls.enabled && !rules.tls_external) + '\n';
  }
  if (is_tried_out) {
    text +=
        "  open it in a browser, or: curl -X POST " + url + "/dev/token -d '{\"user\":\"ada\"}'\n";
  }
  return text + "  Ctrl-C stops it\n";
}

}  // namespace troupe::gateway
