#include "admin/health.hpp"

#include <chrono>
#include <string>

#include <gtest/gtest.h>

namespace troupe::admin {
namespace {

health_facts all_well() {
  health_facts facts;
  facts.checks = {{.name = "database", .healthy = true, .detail = {}, .backend = "memory"}};
  facts.active_actors = 12;
  facts.workers = {.total = 2, .stalled = 0};
  facts.now = std::chrono::sys_days(std::chrono::year(2026) / 1 / 1);
  return facts;
}

health_facts database_down() {
  health_facts facts = all_well();
  facts.checks[0] = {.name = "database", .healthy = false, .detail = "disk full", .backend = {}};
  return facts;
}

TEST(health, says_that_the_process_lives) {
  EXPECT_EQ(answer_live().status, 200);
  EXPECT_EQ(answer_live().body, "live\n");
}

TEST(health, is_ready_when_all_is_well) {
  const health_answer answer = answer_ready(all_well());
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.body, "ready\n");
  EXPECT_EQ(answer.content_type, "text/plain; charset=utf-8");
}

TEST(health, tells_its_parts_when_all_is_well) {
  const health_answer answer = answer_health(all_well());
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.content_type, "application/json");
  EXPECT_EQ(answer.body, R"({"status":"healthy","timestamp":"2026-01-01T00:00:00.000Z","checks":{)"
                         R"("database":{"status":"healthy","backend":"memory"},)"
                         R"("actors":{"active_actors":12,"status":"healthy","healthy":true}}})");
}

TEST(health, is_not_ready_without_a_required_dependency_and_names_it) {
  const health_answer ready = answer_ready(database_down());
  EXPECT_EQ(ready.status, 503);
  EXPECT_EQ(ready.body, "not ready: database\n");

  const health_answer health = answer_health(database_down());
  EXPECT_EQ(health.status, 503);
  EXPECT_EQ(health.body,
            R"({"status":"unhealthy","timestamp":"2026-01-01T00:00:00.000Z","checks":{)"
            R"("database":{"status":"unhealthy","detail":"disk full"},)"
            R"("actors":{"active_actors":12,"status":"healthy","healthy":true}}})");
}

TEST(health, shows_no_detail_to_those_who_only_ask_for_readiness) {
  EXPECT_EQ(answer_ready(database_down()).body.find("disk"), std::string::npos);
}

TEST(health, is_degraded_and_ready_without_an_optional_dependency) {
  health_facts facts = database_down();
  facts.checks[0].required = false;
  EXPECT_EQ(answer_ready(facts).status, 200);
  const health_answer health = answer_health(facts);
  EXPECT_EQ(health.status, 200);
  EXPECT_TRUE(health.body.starts_with(R"({"status":"degraded")")) << health.body;
  EXPECT_NE(health.body.find(R"("database":{"status":"unhealthy")"), std::string::npos);
}

TEST(health, names_every_failing_part) {
  health_facts facts = database_down();
  facts.checks.push_back({.name = "bus", .healthy = true, .detail = {}, .backend = {}});
  facts.checks.push_back({.name = "blobs", .healthy = false, .detail = {}, .backend = {}});
  facts.workers.stalled = 2;
  facts.draining = true;
  EXPECT_EQ(answer_ready(facts).body, "not ready: draining, database, blobs, actors\n");
}

TEST(health, is_not_ready_while_draining_and_not_ill_either) {
  health_facts facts = all_well();
  facts.draining = true;
  const health_answer ready = answer_ready(facts);
  EXPECT_EQ(ready.status, 503);
  EXPECT_EQ(ready.body, "not ready: draining\n");
  const health_answer health = answer_health(facts);
  EXPECT_EQ(health.status, 200);
  EXPECT_TRUE(health.body.starts_with(R"({"status":"degraded")")) << health.body;
  EXPECT_NE(health.body.find(R"("draining":true,)"), std::string::npos);
}

TEST(health, is_degraded_while_some_workers_stall) {
  health_facts facts = all_well();
  facts.workers.stalled = 1;
  EXPECT_EQ(answer_ready(facts).status, 200);
  const health_answer health = answer_health(facts);
  EXPECT_EQ(health.status, 200);
  EXPECT_TRUE(health.body.ends_with(
      R"("actors":{"active_actors":12,"status":"degraded","healthy":false}}})"))
      << health.body;
}

TEST(health, is_unhealthy_when_no_worker_makes_progress) {
  for (const worker_liveness workers : {worker_liveness{2, 2}, worker_liveness{}}) {
    health_facts facts = all_well();
    facts.workers = workers;
    EXPECT_EQ(answer_ready(facts).body, "not ready: actors\n");
    EXPECT_EQ(answer_health(facts).status, 503);
  }
}

TEST(health, stays_json_whatever_a_dependency_says) {
  health_facts facts = database_down();
  facts.checks[0].detail = "\"}\n\xff" + std::string(10'000, 'x');
  const std::string body = answer_health(facts).body;
  EXPECT_NE(body.find(R"("detail":"\"}\n\ufffdxxx)"), std::string::npos) << body;
  EXPECT_LT(body.size(), 2 * health_detail_bytes_max);
}

TEST(health, writes_the_time_in_utc_with_milliseconds) {
  using namespace std::chrono_literals;
  health_facts facts = all_well();
  facts.now =
      wall_time(std::chrono::sys_days(std::chrono::year(2028) / 2 / 29)) + 23h + 59min + 58s + 7ms;
  EXPECT_NE(answer_health(facts).body.find(R"("timestamp":"2028-02-29T23:59:58.007Z")"),
            std::string::npos);
}

}  // namespace
}  // namespace troupe::admin
