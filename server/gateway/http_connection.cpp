#include "gateway/http_connection.hpp"

#include <optional>
#include <utility>

#include "admin/health.hpp"
#include "admin/metrics.hpp"
#include "core/limits.hpp"
#include "gateway/api_key.hpp"
#include "gateway/client_address.hpp"
#include "gateway/connection_supervisor.hpp"
#include "gateway/development_token.hpp"
#include "gateway/handler_prefixes.hpp"
#include "gateway/origin.hpp"
#include "gateway/read_buffer.hpp"
#include "gateway/static_files.hpp"
#include "gateway/websocket_terms.hpp"
#include "protocol/api/codes.hpp"
#include "protocol/api/json_encoder.hpp"
#include "services/hub/server_api.hpp"
#include "web/assets.hpp"

namespace troupe::gateway {
namespace {

namespace limits = core::limits;

constexpr std::chrono::seconds hub_answers_within{1};
constexpr int discards_per_turn_max = 16;

http::response not_cached(http::response response) {
  response.headers.add("Cache-Control", "no-store");
  return response;
}

http::response to_response(admin::health_answer answer) {
  return not_cached(
      http::make_response(answer.status, answer.content_type, std::move(answer.body)));
}

http::response to_response(hub::api_response answer, bool errors_as_status) {
  using kind = hub::api_response::kind;
  if (answer.what == kind::unknown_method) return http::text_response(404, "no such method");
  if (answer.what == kind::undecodable) {
    return http::text_response(400, "the body cannot be decoded");
  }
  constexpr std::string_view json = "application/json";
  if (!errors_as_status || !answer.failure) {
    return http::make_response(200, json, std::move(answer.json));
  }
  return http::make_response(protocol::api::http_status_of(answer.failure->code), json,
                             protocol::api::to_json(*answer.failure));
}

admin::health_facts health_facts(const context& shared, bool hub_answers, wall_time now) {
  admin::health_facts facts;
  facts.checks.push_back({.name = "database", .healthy = true, .detail = {}, .backend = "memory"});
  facts.checks.push_back({.name = "hub",
                          .healthy = hub_answers,
                          .detail = hub_answers ? "" : "it did not answer in time",
                          .backend = {}});
  for (const type_statistics& each : shared.running->statistics())
    facts.active_actors += each.alive();
  facts.workers = {.total = shared.worker_count, .stalled = 0};
  facts.draining = shared.state.draining;
  facts.now = now;
  return facts;
}

}  // namespace

http_connection::http_connection(const context& shared, ref<hub::hub_supervisor> hub,
                                 ref<connection_supervisor> supervisor, arrival from)
    : shared_(shared),
      hub_(std::move(hub)),
      supervisor_(std::move(supervisor)),
      peer_(std::move(from.peer)),
      offered_(from.offered),
      worker_(from.worker),
      socket_(std::move(from.socket)),
      stream_(open(std::move(from.stream))),
      parser_({.header_bytes_max = limits::header_bytes_max,
               .body_bytes_max = limits::api_body_bytes_max}) {}

// ---- in ----------------------------------------------------------------------------------------

bool http_connection::reads() const noexcept {
  return stream_ && !busy_ && !ending_ && out_.bytes() <= waiting_output_max;
}

void http_connection::on(io::readable) {
  if (lingering_) return discard_input();
  if (!reads() || !unread_.empty()) return;
  const auto count = stream_->read_some(read_buffer());
  if (count) return take_input(read_buffer().first(*count));
  if (count.error() == io::errc::would_block) return;
  // The client sends no more; what it asked for before, it may still wait for.
  ending_ = true;
}

void http_connection::take_input(std::span<const std::byte> input) {
  while (!input.empty() && reads()) {
    const auto fed = parser_.feed(input);
    if (!fed) {
      return refuse(fed.error().status, fed.error().reason, {.keep_alive = false});
    }
    input = input.subspan(fed->consumed_bytes);
    if (parser_.wants_continue()) {
      out_.push(core::shared_bytes::copy_of("HTTP/1.1 100 Continue\r\n\r\n"));
    }
    if (fed->complete) {
      first_request_ = false;
      watched_ = phase::none;  // the next request has its own time
      serve(parser_.take(), input);
    }
  }
  if (stream_ && !ending_) {
    unread_.assign(reinterpret_cast<const char*>(input.data()), input.size());
  }
}

void http_connection::serve(http::request request, std::span<const std::byte> rest) {
  const http::write_options how{.head = request.method == "HEAD",
                                .keep_alive = request.keep_alive && !shared_.state.draining,
                                .version = request.version};
  const core::configuration& rules = shared_.hub.configuration();
  const std::string path = usual_path(request.path, rules);
  const route to = find_route(path, offered_);
  switch (to.what) {
    case route::kind::websocket:
      return open_websocket(request, how, rest);
    case route::kind::http_stream:
      if (!rules.http_stream.enabled) break;
      return open_stream(stream_transport::http_stream, request, how);
    case route::kind::sse:
      if (!rules.sse.enabled) break;
      return open_stream(stream_transport::sse, request, how);
    case route::kind::emulation:
      if (!rules.http_stream.enabled && !rules.sse.enabled) {
        break;
      }
      return serve_emulation(request, how);
    case route::kind::api:
      return serve_api(to, std::move(request), how);
    case route::kind::live:
      return answer(to_response(admin::answer_live()), how);
    case route::kind::ready:
    case route::kind::health:
    case route::kind::metrics:
      busy_ = true;
      self().tell(report{to.what, how});
      return;
    case route::kind::development_token:
      if (!shared_.development_key) break;
      return answer(answer_development_token(request, peer_, *shared_.development_key,
                                             shared_.hub.configuration().client.token, wall_now()),
                    how);
    case route::kind::page:
      if (const web::asset* file = web::find_asset(request.path)) {
        return answer(serve_file(request, *file), how);
      }
      break;
    case route::kind::nothing:
      break;
  }
  refuse(404, "not found", how);
}

void http_connection::serve_api(const route& to, http::request request, http::write_options how) {
  if (request.method != "POST") {
    http::response refused = http::text_response(405, "the API is called with POST");
    refused.headers.add("Allow", "POST");
    return answer(refused, how);
  }
  if (!may_call_api(request, shared_.hub.configuration().http_api)) {
    const bool no_key = shared_.hub.configuration().http_api.key.empty();
    if (no_key && !shared_.state.key_hint_given.exchange(true)) {
      shared_.hub.log.warn("API call refused", {{"reason", "http_api.key is not configured"}});
    }
    return refuse(401, "the API key is missing or wrong", how);
  }
  if (quiescing_) return refuse(503, "the server is shutting down", how);
  if (request.body.empty()) return refuse(400, "the body is empty: want at least {}", how);
  busy_ = true;
  self().tell(call_api{std::string(to.api_method), std::move(request.body),
                       request.headers.find("X-Centrifugo-Error-Mode") == "transport" ||
                           shared_.hub.configuration().http_api.error_mode == "transport",
                       how});
}

task<> http_connection::on(call_api message) {
  hub::server_api api(shared_.hub, hub_,
                      {.name = shared_.node_name,
                       .now = wall_now(),
                       .uptime = wall_now() - shared_.started,
                       .measure = shared_.measure_process});
  auto result = co_await api.call(std::move(message.method), std::move(message.body));
  answer(to_response(std::move(result), message.errors_as_status), message.how);
  answered();
}

task<> http_connection::on(report message) {
  const auto figures = co_await hub_.ask(hub::get_figures{}, hub_answers_within);
  const bool hub_answers = figures.has_value();
  if (message.what == route::kind::metrics) {
    const hub::hub_figures now = figures.value_or(hub::hub_figures{});
    const auto actors = shared_.running->statistics();
    const auto messages = shared_.running->message_times();
    answer(
        not_cached(http::make_response(
            200, admin::metrics_content_type,
            admin::render_metrics({.actors = actors,
                                   .messages = messages,
                                   .hub = {now.clients, now.users, now.channels, now.subscriptions},
                                   .counters = shared_.hub.counters,
                                   .version = shared_.hub.version,
                                   .started = shared_.started}))),
        message.how);
  } else {
    const auto facts = health_facts(shared_, hub_answers, wall_now());
    answer(to_response(message.what == route::kind::ready ? admin::answer_ready(facts)
                                                          : admin::answer_health(facts)),
           message.how);
  }
  answered();
}

void http_connection::open_websocket(const http::request& request, http::write_options how,
                                     std::span<const std::byte> rest) {
  auto agreed = agree_on_websocket(request, shared_.hub.configuration().websocket.compression);
  if (!agreed) return refuse_client(agreed.error(), how);
  auto place = admit_client(request);
  if (!place) return refuse_client(place.error(), how);
  upgrade handed_over{.at = give_seat(core::transport::websocket, request,
                                      std::move(agreed->response), *std::move(place)),
                      .terms = agreed->terms,
                      .input = {}};
  handed_over.input.assign(reinterpret_cast<const char*>(rest.data()), rest.size());
  if (supervisor_.tell(std::move(handed_over)) != tell_status::accepted) {
    shared_.hub.log.warn("connection dropped", {{"reason", "its supervisor is overloaded"}});
  }
  stop();
}

std::expected<client_admission::place, http::response> http_connection::admit_client(
    const http::request& request) {
  const core::configuration& rules = shared_.hub.configuration();
  if (!origin_allowed(request.headers, rules.client.allowed_origins)) {
    return std::unexpected(
        http::text_response(403, "this origin is not allowed (client.allowed_origins)"));
  }
  if (quiescing_ || shared_.state.draining) {
    return std::unexpected(http::text_response(503, "the server is shutting down"));
  }
  if (!out_.empty()) {
    // Answers to earlier requests wait to be written, which would have to go first.
    return std::unexpected(
        http::text_response(400, "a client must not connect behind other requests"));
  }
  const std::string address =
      client_address(peer_.address, request.headers, rules.http_server.trusted_proxies);
  auto place = shared_.clients.try_enter(address, rules.client, now());
  if (place) return *std::move(place);
  const std::string_view why = explain(place.error());
  shared_.hub.log.warn("client refused", {{"address", address}, {"reason", why}});
  http::response full = http::text_response(503, why);
  full.headers.add("Retry-After", "1");
  return std::unexpected(std::move(full));
}

seat http_connection::give_seat(core::transport to, const http::request& request,
                                std::string response, client_admission::place client) {
  shared_.hub.counters.connections_accepted.of(to).add();
  seat given{.stream = stream_->release(),
             .worker = worker_,
             .response = std::move(response),
             .headers = {},
             .socket = std::move(socket_),
             .client = std::move(client)};
  stream_.reset();
  for (const http::header& each : request.headers) {
    given.headers.keep(shared_.hub.configuration(), each.name, each.value);
  }
  return given;
}

void http_connection::refuse_client(const http::response& why, http::write_options how) {
  shared_.hub.counters.connections_refused.add();
  answer(why, how);
}

// ---- out ---------------------------------------------------------------------------------------

void http_connection::answer(const http::response& response, http::write_options how) {
  out_.push(core::shared_bytes::copy_of(http::to_bytes(response, how)));
  if (!how.keep_alive) ending_ = true;
}

void http_connection::refuse(unsigned status, std::string_view why, http::write_options how) {
  answer(http::text_response(status, why), how);
}

void http_connection::answered() {
  busy_ = false;
}

void http_connection::on(io::writable) {
  blocked_ = false;  // turn_ended() writes
}

void http_connection::turn_ended() {
  if (!stream_) return;
  flush();
  while (!unread_.empty() && reads()) {
    const std::string input = std::exchange(unread_, {});
    take_input(std::as_bytes(std::span(input)));
    flush();
  }
  say_quiet_when_idle();
  if (reads()) stream_->notify_readable();
}

void http_connection::flush() {
  if (!stream_ || lingering_) return;
  if (blocked_) return watch(false);
  const auto wrote = out_.write_to(*stream_);
  if (wrote.how == outbound_queue::outcome::lost) return stop();
  if (wrote.how == outbound_queue::outcome::blocked) {
    blocked_ = true;
    stream_->notify_writable();
  } else if (ending_ && !busy_) {
    lingering_ = true;
    stream_->close_write();
    discard_input();
  }
  watch(wrote.bytes > 0);
}

// ---- the end -----------------------------------------------------------------------------------

void http_connection::on(quiesce) {
  quiescing_ = true;
  if (out_.empty() && unread_.empty() && !parser_.started()) stop();
}

void http_connection::on(end_connection) {
  if (out_.empty()) return stop();
  ending_ = true;
}

void http_connection::say_quiet_when_idle() {
  if (said_quiet_ || !quiescing_ || busy_) return;
  said_quiet_ = true;
  supervisor_.tell(quiet{id()});
}

void http_connection::discard_input() {
  for (int round = 0; round < discards_per_turn_max; ++round) {
    const auto count = stream_->read_some(read_buffer());
    if (count) continue;
    if (count.error() == io::errc::would_block) break;
    return stop();
  }
  stream_->notify_readable();
}

http_connection::phase http_connection::current_phase() const noexcept {
  if (lingering_) return phase::lingering;
  if (!out_.empty()) return phase::writing;
  if (busy_) return phase::answer;
  if (parser_.reads_body()) return phase::body;
  return parser_.started() || first_request_ ? phase::headers : phase::request;
}

void http_connection::watch(bool progressed) {
  const phase now = current_phase();
  if (now == watched_ && !(progressed && now == phase::writing)) return;
  watched_ = now;
  cancel(std::exchange(timer_, {}));
  const auto limit = [now]() -> std::optional<duration> {
    switch (now) {
      case phase::request:
        return idle_max;
      case phase::headers:
        return headers_within;
      case phase::body:
        return body_within;
      case phase::writing:
        return write_stall_max;
      case phase::lingering:
        return linger_max;
      case phase::none:
      case phase::answer:  // those who are asked have limits of their own
        break;
    }
    return std::nullopt;
  }();
  ++timer_wait_;
  if (limit) timer_ = send_after(*limit, timed_out{timer_wait_});
}

void http_connection::on(timed_out message) {
  if (message.wait != timer_wait_ || !stream_) return;
  if (watched_ != phase::headers && watched_ != phase::body) return stop();
  if (!parser_.started()) return stop();  // it never began
  refuse(408, "the request did not come in time", {.keep_alive = false});
}

}  // namespace troupe::gateway
