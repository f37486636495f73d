#include "adapters/log/spdlog_log.hpp"

#include <array>
#include <cassert>
#include <csignal>
#include <ostream>
#include <string>

#include <spdlog/async_logger.h>
#include <spdlog/details/thread_pool.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/ostream_sink.h>

#include "core/log_line.hpp"

namespace troupe::adapters {
namespace {

/// A thread inherits what its maker blocks.
class signals_blocked {
 public:
  signals_blocked() {
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  ~signals_blocked() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  signals_blocked(const signals_blocked&) = delete;
  signals_blocked& operator=(const signals_blocked&) = delete;

 private:
  sigset_t before_{};
};

std::shared_ptr<spdlog::details::thread_pool> make_writer(std::size_t queue_lines) {
  const signals_blocked while_it_starts;
  return std::make_shared<spdlog::details::thread_pool>(queue_lines, 1);
}

std::string loss_line(std::size_t lost) {
  const std::array<core::log_field, 1> fields = {core::log_field("lines", lost)};
  return core::log_line(core::log_level::warn, "log lines lost", fields);
}

}  // namespace

struct spdlog_log::machinery {
  machinery(std::ostream& out, std::size_t queue_lines)
      : sink(std::make_shared<spdlog::sinks::ostream_sink_mt>(out, true)),
        writer(make_writer(queue_lines)),
        lines(std::make_shared<spdlog::async_logger>(
            "troupe", sink, writer, spdlog::async_overflow_policy::overrun_oldest)) {
    sink->set_formatter(std::make_unique<spdlog::pattern_formatter>(
        "%Y-%m-%dT%H:%M:%S.%eZ %v", spdlog::pattern_time_type::utc, "\n"));
  }

  std::shared_ptr<spdlog::sinks::ostream_sink_mt> sink;
  std::shared_ptr<spdlog::details::thread_pool> writer;
  std::shared_ptr<spdlog::async_logger> lines;
};

spdlog_log::spdlog_log(std::ostream& out, core::log_level least, std::size_t queue_lines)
    : queue_lines_(queue_lines),
      least_(least),
      machinery_(std::make_unique<machinery>(out, queue_lines)) {
  assert(queue_lines >= 1 && queue_lines <= queue_lines_max);
}

spdlog_log::~spdlog_log() {
  const std::size_t lost = take_losses();
  machinery_->writer.reset();  // writes out the queue
  if (lost != 0) {
    const std::string line = loss_line(lost);
    machinery_->sink->log(spdlog::details::log_msg(now(), {}, "troupe", spdlog::level::info, line));
  }
}

bool spdlog_log::enabled(core::log_level level) const noexcept {
  return level >= least_.load(std::memory_order_relaxed);
}

void spdlog_log::write(core::log_level level, core::log_event event,
                       std::span<const core::log_field> fields) {
  // While the queue is still crowded, admitting a loss would only push out another line.
  if (machinery_->writer->queue_size() <= queue_lines_ / 2) {
    if (const std::size_t lost = take_losses()) queue(loss_line(lost));
  }
  queue(core::log_line(level, event, fields));
}

void spdlog_log::set_level(core::log_level least) noexcept {
  least_.store(least, std::memory_order_relaxed);
}

wall_time spdlog_log::now() {
  // tidy: allow clock because lines are stamped outside of any actor too
  return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
}

void spdlog_log::queue(const std::string& line) {
  // The level is in the line; spdlog's own stays the one that it lets through.
  machinery_->lines->log(now(), {}, spdlog::level::info, spdlog::string_view_t(line));
}

std::size_t spdlog_log::take_losses() {
  const std::size_t lost = machinery_->writer->overrun_counter();
  std::size_t said = lost_said_.load();
  if (lost <= said || !lost_said_.compare_exchange_strong(said, lost)) return 0;
  return lost - said;
}

}  // namespace troupe::adapters
