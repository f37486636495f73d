// The server API: from a body to calls, and from results to a response. What the methods do is in
// server_api_channels.cpp and server_api_connections.cpp.
#include "services/hub/server_api.hpp"

#include <algorithm>
#include <utility>

#include <troupe/when.hpp>

#include "protocol/api/codes.hpp"
#include "protocol/api/json_decoder.hpp"
#include "services/hub/answers.hpp"
#include "services/hub/api_call.hpp"

namespace troupe::hub {
namespace {

namespace api = protocol::api;

constexpr std::string_view batch_method = "batch";
/// A call asks a few actors, one after the other.
constexpr std::chrono::seconds call_ends_within{30};

api::json_decoder& decoder() {
  // Scratch memory of the parser, nothing else is kept between calls.
  thread_local api::json_decoder mine;
  return mine;
}

api_response undecodable() {
  return {.what = api_response::kind::undecodable};
}

std::uint32_t small(std::uint64_t figure) {
  return static_cast<std::uint32_t>(std::min<std::uint64_t>(figure, UINT32_MAX));
}

std::uint64_t total(const core::counters_by_transport& counted) {
  std::uint64_t sum = 0;
  for (const core::transport each : core::transports) sum += counted.of(each).value();
  return sum;
}

}  // namespace

server_api::server_api(const context& shared, ref<hub_supervisor> hub, node_state node)
    : shared_(shared), hub_(std::move(hub)), node_(std::move(node)) {}

task<api_response> server_api::call(std::string method, std::string body) {
  if (method.empty()) co_return co_await call_enveloped(std::move(body));
  shared_.counters.api_commands.add(method);
  if (method == batch_method) co_return co_await call_batch(std::move(body));
  auto request = decoder().decode(method, body);
  if (!request) co_return undecodable();
  if (request->index() == 0) co_return api_response{.what = api_response::kind::unknown_method};
  const auto result = co_await execute(*std::move(request));
  api_response response{.json = api::to_response(result)};
  if (!result) response.failure = result.error();
  co_return response;
}

task<api::json_result> server_api::execute(api::request call) {
  co_return co_await std::visit([this](auto& body) { return serve(std::move(body)); }, call);
}

// ---- several at a time -------------------------------------------------------------------------

task<api_response> server_api::call_batch(std::string body) {
  auto batch = decoder().decode<api::batch_request>(body);
  if (!batch) co_return undecodable();
  std::vector<api::named_result> results;
  for (const api::request& each : batch->commands) {
    shared_.counters.api_commands.add(api::name_of(each));
    results.push_back({api::name_of(each), {}});
  }
  if (batch->parallel) {
    auto answers = co_await execute_in_parallel(std::move(batch->commands));
    for (std::size_t i = 0; i < answers.size(); ++i) results[i].result = std::move(answers[i]);
  } else {
    for (std::size_t i = 0; i < batch->commands.size(); ++i) {
      results[i].result = co_await execute(std::move(batch->commands[i]));
    }
  }
  co_return api_response{.json = api::to_batch_response(results)};
}

task<std::vector<api::json_result>> server_api::execute_in_parallel(
    std::vector<api::request> calls) {
  std::vector<json_result> results;
  for (auto first = calls.begin(); first != calls.end();) {
    const auto last = first + std::min<std::ptrdiff_t>(calls.end() - first, parallel_calls_max);
    std::vector<decltype(hub_.ask(start_call{}, answer_within))> starts;
    for (auto each = first; each != last; ++each) {
      starts.push_back(hub_.ask(start_call{node_}, answer_within));
    }
    const auto runners = co_await when_all(std::move(starts));
    std::vector<decltype(runners.front()->ask(run_call{}, call_ends_within))> runs;
    for (const auto& runner : runners) {
      const ref<api_call> one = runner.value_or(ref<api_call>{});
      runs.push_back(one.ask(run_call{std::move(*first++)}, call_ends_within));
    }
    for (auto& answer : co_await when_all(std::move(runs))) {
      if (answer) {
        results.emplace_back(*std::move(answer));
      } else {
        results.emplace_back(std::unexpected(to_error(answer.error())));
      }
    }
  }
  co_return results;
}

task<api_response> server_api::call_enveloped(std::string body) {
  auto requests = decoder().decode_enveloped(body);
  if (!requests) co_return undecodable();
  api_response response;
  for (api::enveloped_request& each : *requests) {
    json_result result = std::unexpected(error(protocol::errors::bad_request));
    if (each.call) {
      shared_.counters.api_commands.add(api::name_of(*each.call));
      result = co_await execute(*std::move(each.call));
    }
    if (!response.json.empty()) response.json += '\n';
    response.json += api::to_enveloped_response(each.id, result);
  }
  co_return response;
}

// ---- methods that concern the server -----------------------------------------------------------

task<api::json_result> server_api::serve(std::monostate) {
  co_return std::unexpected(error(protocol::errors::method_not_found));
}

task<api::json_result> server_api::serve(api::info_request) {
  const auto figures = co_await hub_.ask(get_figures{}, answer_within);
  if (!figures) co_return std::unexpected(error(protocol::errors::internal));
  const auto uptime = std::chrono::duration_cast<std::chrono::milliseconds>(node_.uptime);
  const core::counters& counted = shared_.counters;
  api::node_info node{
      .uid = node_.name, .name = node_.name, .version = std::string(shared_.version)};
  node.num_clients = small(figures->clients);
  node.num_users = small(figures->users);
  node.num_subs = small(figures->subscriptions);
  node.num_channels = small(figures->channels);
  node.uptime_s = small(static_cast<std::uint64_t>(uptime.count() / 1000));
  node.metrics =
      api::node_metrics{.interval_s = node.uptime_s,
                        .items = {{"connections_accepted", total(counted.connections_accepted)},
                                  {"connections_refused", counted.connections_refused.value()},
                                  {"deliveries", counted.deliveries.value()},
                                  {"messages_received", total(counted.messages_received)},
                                  {"messages_sent", total(counted.messages_sent)},
                                  {"publications", counted.publications.value()}}};
  if (node_.measure) {
    const core::process_cost cost = node_.measure();
    const auto lived = std::max<std::int64_t>(uptime.count(), 1);
    node.process = api::node_process{
        .cpu_percent = small(static_cast<std::uint64_t>(100 * cost.cpu_time.count() / lived)),
        .rss_bytes = cost.rss_bytes};
  }
  co_return api::to_json(api::info_result{{std::move(node)}});
}

task<api::json_result> server_api::serve(api::rpc_request request) {
  // No extension offers methods.
  co_return std::unexpected(error(request.method.empty() ? protocol::errors::bad_request
                                                         : protocol::errors::not_available));
}

}  // namespace troupe::hub
