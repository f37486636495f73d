#include "adapters/log/spdlog_log.hpp"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdlib>
#include <ctime>
#include <mutex>
#include <optional>
#include <regex>
#include <sstream>
#include <streambuf>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace troupe::adapters {
namespace {

using core::log_level;

/// A terminal that can be held, as by Ctrl-S.
class held_terminal final : public std::streambuf {
 public:
  void hold() { set_held(true); }
  void release() { set_held(false); }
  void wait_until_reached(std::size_t lines) {
    wait([&] { return reached_ >= lines; });
  }
  void wait_until_written(std::size_t lines) {
    wait([&] { return lines_.size() >= lines; });
  }

  /// Without the times.
  std::vector<std::string> lines() const {
    const std::scoped_lock lock(mutex_);
    return lines_;
  }

 protected:
  std::streamsize xsputn(const char* text, std::streamsize size) override {
    std::unique_lock lock(mutex_);
    ++reached_;
    changed_.notify_all();
    changed_.wait(lock, [this] { return !held_; });
    const std::string line(text, static_cast<std::size_t>(size));
    lines_.push_back(line.substr(line.find(' ') + 1));
    changed_.notify_all();
    return size;
  }

 private:
  void set_held(bool held) {
    const std::scoped_lock lock(mutex_);
    held_ = held;
    changed_.notify_all();
  }
  template <class Condition>
  void wait(Condition condition) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, condition);
  }

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  bool held_ = false;
  std::size_t reached_ = 0;
  std::vector<std::string> lines_;
};

std::string printed(log_level least, void (*use)(spdlog_log&)) {
  std::ostringstream out;
  {
    spdlog_log log(out, least);
    use(log);
  }
  return out.str();
}

TEST(spdlog_log, writes_time_level_event_and_fields) {
  const std::string text = printed(log_level::info, [](spdlog_log& log) {
    log.info("listening", {{"address", "127.0.0.1:8000"}});
  });
  const std::regex shape(R"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z info  listening )"
                         R"(address=127\.0\.0\.1:8000\n)");
  EXPECT_TRUE(std::regex_match(text, shape)) << text;
}

TEST(spdlog_log, stamps_lines_with_utc_wherever_it_runs) {
  const char* const zone = std::getenv("TZ");
  const std::optional<std::string> zone_before =
      zone ? std::optional<std::string>(zone) : std::nullopt;
  setenv("TZ", "FAR-14", 1);
  tzset();
  const auto hour_of = [](wall_time time) {
    const auto day = std::chrono::floor<std::chrono::days>(time);
    return std::chrono::floor<std::chrono::hours>(time - day).count();
  };
  const auto before = hour_of(spdlog_log::now());
  const std::string text = printed(log_level::info, [](spdlog_log& log) { log.info("now"); });
  const auto after = hour_of(spdlog_log::now());
  zone_before ? setenv("TZ", zone_before->c_str(), 1) : unsetenv("TZ");
  tzset();
  const auto stated = std::stol(text.substr(11, 2));
  EXPECT_TRUE(stated == before || stated == after) << text;
}

TEST(spdlog_log, writes_every_level_that_is_enabled) {
  EXPECT_EQ(printed(log_level::none, [](spdlog_log& log) { log.fatal("unheard"); }), "");
  const std::string text = printed(log_level::debug, [](spdlog_log& log) {
    log.trace("unheard");
    log.debug("heard");
    log.error("heard");
    log.fatal("heard");
  });
  EXPECT_EQ(text.find("unheard"), std::string::npos) << text;
  for (const char* line : {"debug heard\n", "error heard\n", "fatal heard\n"}) {
    EXPECT_NE(text.find(line), std::string::npos) << text;
  }
}

TEST(spdlog_log, changes_its_level_while_it_runs) {
  const std::string text = printed(log_level::warn, [](spdlog_log& log) {
    log.info("first");
    log.set_level(log_level::info);
    log.info("second");
  });
  EXPECT_EQ(text.find("first"), std::string::npos) << text;
  EXPECT_NE(text.find("info  second\n"), std::string::npos) << text;
}

TEST(spdlog_log, takes_braces_and_percent_signs_as_they_are) {
  const std::string text = printed(
      log_level::info, [](spdlog_log& log) { log.info("connected", {{"user", "{}%v%n{0}"}}); });
  EXPECT_NE(text.find("user={}%v%n{0}\n"), std::string::npos) << text;
}

TEST(spdlog_log, writes_out_its_queue_before_it_goes) {
  const std::string text = printed(log_level::info, [](spdlog_log& log) {
    for (int n = 0; n < 1000; ++n) log.info("line", {{"n", n}});
  });
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 1000);
  EXPECT_NE(text.find("line n=999\n"), std::string::npos);
}

TEST(spdlog_log, keeps_whole_lines_of_many_threads) {
  constexpr int thread_count = 4;
  constexpr int rounds = 500;
  std::ostringstream out;
  {
    spdlog_log log(out, log_level::info);
    std::vector<std::thread> threads;
    for (int thread = 0; thread < thread_count; ++thread) {
      threads.emplace_back([&log] {
        for (int n = 0; n < rounds; ++n) log.info("line", {{"n", n}});
      });
    }
    for (std::thread& each : threads) each.join();
  }
  const std::regex shape(R"(\S{24} info  line n=\d+)");
  std::istringstream in(out.str());
  int count = 0;
  for (std::string line; std::getline(in, line); ++count) {
    EXPECT_TRUE(std::regex_match(line, shape)) << line;
  }
  EXPECT_EQ(count, thread_count * rounds);
}

class held_log : public testing::Test {
 protected:
  /// One line is stuck at the terminal, the queue of four has overflowed by six.
  void overflow() {
    terminal_.hold();
    log_->info("line", {{"n", 0}});
    terminal_.wait_until_reached(1);
    for (int n = 1; n <= 10; ++n) log_->info("line", {{"n", n}});
  }

  held_terminal terminal_;
  std::ostream out_{&terminal_};
  std::optional<spdlog_log> log_{std::in_place, out_, log_level::info, 4};
  const std::vector<std::string> kept_ = {"info  line n=0\n", "info  line n=7\n",
                                          "info  line n=8\n", "info  line n=9\n",
                                          "info  line n=10\n"};
};

TEST_F(held_log, keeps_no_caller_waiting_and_says_what_was_lost) {
  overflow();  // returns although nothing can be written
  terminal_.release();
  terminal_.wait_until_written(kept_.size());
  log_->info("afterwards");
  log_.reset();
  std::vector<std::string> expected = kept_;
  expected.emplace_back("warn  log lines lost lines=6\n");
  expected.emplace_back("info  afterwards\n");
  EXPECT_EQ(terminal_.lines(), expected);
}

TEST_F(held_log, says_what_was_lost_before_it_goes) {
  overflow();
  terminal_.release();
  log_.reset();
  std::vector<std::string> expected = kept_;
  expected.emplace_back("warn  log lines lost lines=6\n");
  EXPECT_EQ(terminal_.lines(), expected);
}

}  // namespace
}  // namespace troupe::adapters
