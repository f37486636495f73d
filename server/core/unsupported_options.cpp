#include "core/option_table.hpp"

namespace troupe::core {
namespace {

using enum unsupported_option::refused_when;

constexpr std::string_view no_such_transport =
    "clients connect by WebSocket, HTTP stream or server-sent events";
constexpr std::string_view one_node = "this version runs as one node";
constexpr std::string_view no_client_certificates =
    "ask for client certificates in a proxy in front of the server";

constexpr unsupported_option unsupported_table[] = {
    {"engine.type", not_memory, one_node},
    {"broker.enabled", on, one_node},
    {"presence_manager.enabled", on, one_node},
    {"uni_websocket.enabled", on, no_such_transport},
    {"uni_http_stream.enabled", on, no_such_transport},
    {"uni_sse.enabled", on, no_such_transport},
    {"uni_grpc.enabled", on, no_such_transport},
    {"webtransport.enabled", on, no_such_transport},
    {"grpc_api.enabled", on, "use the server HTTP API"},
    {"http_server.tls.cert_pem_b64", given, "give it as http_server.tls.cert_pem"},
    {"http_server.tls.key_pem_b64", given, "give it as http_server.tls.key_pem"},
    {"http_server.tls.client_ca_pem", given, no_client_certificates},
    {"http_server.tls.client_ca_pem_b64", given, no_client_certificates},
    {"http_server.tls.client_ca_pem_file", given, no_client_certificates},
    {"http_server.tls_autocert.enabled", on,
     "have an ACME client write http_server.tls.cert_pem_file and send SIGHUP"},
    {"http_server.internal_tls.enabled", on,
     "http_server.tls is for both listeners unless http_server.tls_external"},
    {"http_server.http3.enabled", on, "end HTTP/3 in a proxy in front of the server"},
    {"proxies", given, "one address for each event: channel.proxy and rpc.proxy"},
    {"consumers", given, "publish through the server HTTP API"},
};

}  // namespace

std::span<const unsupported_option> unsupported_options() {
  return unsupported_table;
}

}  // namespace troupe::core
