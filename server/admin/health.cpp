#include "admin/health.hpp"

#include <algorithm>
#include <array>
#include <chrono>

#include <fmt/format.h>

#include "core/printable.hpp"

namespace troupe::admin {
namespace {

constexpr std::string_view text_type = "text/plain; charset=utf-8";
constexpr std::string_view json_type = "application/json";

enum class condition : std::uint8_t { healthy, degraded, unhealthy };  // rising
constexpr std::array<std::string_view, 3> condition_names = {"healthy", "degraded", "unhealthy"};

std::string_view name_of(condition state) {
  return condition_names[static_cast<std::size_t>(state)];
}

condition of_workers(const worker_liveness& workers) {
  if (workers.stalled >= workers.total) return condition::unhealthy;
  return workers.stalled == 0 ? condition::healthy : condition::degraded;
}

/// What its failing means for the server.
condition of_check(const dependency_check& check) {
  if (check.healthy) return condition::healthy;
  return check.required ? condition::unhealthy : condition::degraded;
}

condition of_server(const health_facts& facts) {
  condition worst = std::max(of_workers(facts.workers),
                             facts.draining ? condition::degraded : condition::healthy);
  for (const dependency_check& check : facts.checks) worst = std::max(worst, of_check(check));
  return worst;
}

std::string timestamp(wall_time now) {
  const auto day = std::chrono::floor<std::chrono::days>(now);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss time(now - day);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                     time.hours().count(), time.minutes().count(), time.seconds().count(),
                     time.subseconds().count());
}

std::string json(std::string_view text) {
  return core::printable(text, health_detail_bytes_max);
}

std::string json(const dependency_check& check) {
  std::string object = fmt::format(R"({}:{{"status":"{}")", json(check.name),
                                   check.healthy ? "healthy" : "unhealthy");
  if (!check.backend.empty()) object += fmt::format(R"(,"backend":{})", json(check.backend));
  if (!check.detail.empty()) object += fmt::format(R"(,"detail":{})", json(check.detail));
  return object + "}";
}

}  // namespace

health_answer answer_live() {
  return {200, text_type, "live\n"};
}

health_answer answer_ready(const health_facts& facts) {
  std::string failing;
  const auto name = [&failing](std::string_view part) {
    failing += failing.empty() ? "not ready: " : ", ";
    failing += part;
  };
  if (facts.draining) name("draining");
  for (const dependency_check& check : facts.checks) {
    if (of_check(check) == condition::unhealthy) name(check.name);
  }
  if (of_workers(facts.workers) == condition::unhealthy) name("actors");
  if (failing.empty()) return {200, text_type, "ready\n"};
  return {503, text_type, failing + "\n"};
}

health_answer answer_health(const health_facts& facts) {
  const condition overall = of_server(facts);
  const condition workers = of_workers(facts.workers);
  std::string body =
      fmt::format(R"({{"status":"{}","timestamp":"{}",{}"checks":{{)", name_of(overall),
                  timestamp(facts.now), facts.draining ? R"("draining":true,)" : "");
  for (const dependency_check& check : facts.checks) body += json(check) + ",";
  body += fmt::format(R"("actors":{{"active_actors":{},"status":"{}","healthy":{}}}}}}})",
                      facts.active_actors, name_of(workers), workers == condition::healthy);
  const bool serves = overall != condition::unhealthy;
  return {static_cast<std::uint16_t>(serves ? 200 : 503), json_type, std::move(body)};
}

}  // namespace troupe::admin
