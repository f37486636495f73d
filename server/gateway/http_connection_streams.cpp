// The HTTP transports of clients that have no WebSocket: opening a stream, and the requests by
// which the clients of such streams speak.
#include <string_view>
#include <utility>

#include "core/limits.hpp"
#include "gateway/connection_supervisor.hpp"
#include "gateway/cross_origin.hpp"
#include "gateway/http_connection.hpp"
#include "gateway/origin.hpp"
#include "gateway/stream_connection.hpp"
#include "protocol/client/emulation.hpp"

namespace troupe::gateway {
namespace {

constexpr std::chrono::seconds taken_within{1};
constexpr std::size_t session_bytes = 16;

}  // namespace

bool http_connection::answer_across_origins(const http::request& request, http::write_options how) {
  if (!origin_allowed(request.headers, shared_.hub.configuration().client.allowed_origins)) {
    refuse_client(http::text_response(403, "this origin is not allowed (client.allowed_origins)"),
                  how);
    return true;
  }
  if (request.method != "OPTIONS") return false;
  answer(answer_preflight(request), how);
  return true;
}

void http_connection::open_stream(stream_transport transport, const http::request& request,
                                  http::write_options how) {
  if (answer_across_origins(request, how)) return;
  const auto refuse_readably = [&](http::response why) {
    let_read(request.headers, why.headers);
    refuse_client(why, how);
  };
  auto agreed = agree_on_stream(transport, request);
  if (!agreed) return refuse_readably(std::move(agreed.error()));
  auto place = admit_client(request);
  if (!place) return refuse_readably(std::move(place.error()));
  auto session = core::random_hex(shared_.secrets, session_bytes);
  if (!session) return refuse_readably(http::text_response(503, "no session can be made"));
  begin_stream handed_over{.at = give_seat(hub::transport_of(agreed->terms.format), request,
                                           std::move(agreed->head), *std::move(place)),
                           .terms = agreed->terms,
                           .session = *std::move(session),
                           .commands = std::move(agreed->commands)};
  if (supervisor_.tell(std::move(handed_over)) != tell_status::accepted) {
    shared_.hub.log.warn("connection dropped", {{"reason", "its supervisor is overloaded"}});
  }
  stop();
}

void http_connection::serve_emulation(const http::request& request, http::write_options how) {
  if (answer_across_origins(request, how)) return;
  http::header_list headers;
  let_read(request.headers, headers);
  const auto refuse_readably = [&](unsigned status, std::string_view why) {
    http::response refused = http::text_response(status, why);
    let_read(request.headers, refused.headers);
    answer(refused, how);
  };
  if (request.method != "POST") return refuse_readably(405, "commands come by POST");
  const bool binary = request.headers.find("Content-Type") == "application/octet-stream";
  auto decoded = protocol::decode_emulation(
      binary ? protocol::encoding::protobuf : protocol::encoding::json, request.body);
  if (!decoded || decoded->data.empty()) {
    return refuse_readably(400, "want session, node and data");
  }
  if (decoded->data.size() > core::limits::message_bytes_max) {
    return refuse_readably(413, "more than 65536 bytes of commands");
  }
  if (decoded->node != shared_.node_id) return refuse_readably(404, "no such node");
  if (quiescing_) return refuse_readably(503, "the server is shutting down");
  busy_ = true;
  self().tell(emulate{.session = std::move(decoded->session),
                      .frame = std::move(decoded->data),
                      .headers = std::move(headers),
                      .how = how});
}

task<> http_connection::on(emulate message) {
  http::response done{.status = 204, .headers = std::move(message.headers), .body = {}};
  const auto found =
      co_await supervisor_.ask(find_session{std::move(message.session)}, taken_within);
  if (!found) {
    done.status = 503;
  } else if (*found) {
    const auto taken = co_await found->ask(take_commands{std::move(message.frame)}, taken_within);
    // Where its connection has just gone, the end of its stream says so, as for an old session.
    if (!taken && taken.error().answer()) done.status = 429;
  }
  answer(done, message.how);
  answered();
}

}  // namespace troupe::gateway
