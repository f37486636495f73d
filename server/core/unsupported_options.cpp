#include "core/option_table.hpp"

namespace troupe::core {
namespace {

using enum unsupported_option::refused_when;

constexpr std::string_view no_such_transport =
    "clients connect by WebSocket, HTTP stream or server-sent events";
constexpr std::string_view one_node = "this version runs as one node";
constexpr std::string_view no_client_certificates =
    "ask for client certificates in a proxy in front of the server";

constexpr std::string_view exact_claims = "name the one value in audience and issuer";
constexpr std::string_view user_is_sub = "the user of a token is its `sub`";

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
    {"client.disallow_anonymous_connection_tokens", on, "give every token a `sub`"},
    {"client.insecure_skip_token_signature_verify", on, "for development there is client.insecure"},
    {"client.user_id_http_header", given, "have client.proxy.connect say who it is"},
    {"client.token.audience_regex", given, exact_claims},
    {"client.token.issuer_regex", given, exact_claims},
    {"client.token.user_id_claim", given, user_is_sub},
    {"client.subscription_token.audience_regex", given, exact_claims},
    {"client.subscription_token.issuer_regex", given, exact_claims},
    {"client.subscription_token.user_id_claim", given, user_is_sub},
    {"proxies", given, "one address for each event: channel.proxy and rpc.proxy"},
    {"consumers", given, "publish through the server HTTP API"},
};

constexpr unsupported_option unsupported_channel_table[] = {
    {"channel_regex", given, "channels may have any name of printable ASCII"},
    {"publication_data_format", given, "have channel.proxy.publish check what clients publish"},
    {"subscribe_stream_proxy_enabled", on, "ask with subscribe_proxy_enabled"},
};

}  // namespace

std::span<const unsupported_option> unsupported_options() {
  return unsupported_table;
}
std::span<const unsupported_option> unsupported_channel_options() {
  return unsupported_channel_table;
}

}  // namespace troupe::core
