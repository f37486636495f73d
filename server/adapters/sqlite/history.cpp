#include "adapters/sqlite/history.hpp"

#include <functional>
#include <optional>
#include <utility>

#include <troupe/completion.hpp>

namespace troupe::sqlite {
namespace {

using ports::history_errc;

template <class T>
using outcome = std::expected<T, history_errc>;

/// One call to the store, and the actor that waits for it.
template <class T, class Run, class Writes>
class call final : public work {
 public:
  call(std::size_t bytes, completion<outcome<T>> done, Run run, Writes writes)
      : work(bytes), done_(std::move(done)), run_(std::move(run)), writes_(std::move(writes)) {}

  bool writes() override { return writes_(); }
  void run() override { result_.emplace(run_()); }
  void succeed() noexcept override { done_.set(*std::move(result_)); }
  void fail() noexcept override { done_.set(std::unexpected(history_errc::unavailable)); }

 private:
  completion<outcome<T>> done_;
  Run run_;
  Writes writes_;
  std::optional<T> result_;
};

class sweep_work final : public work {
 public:
  sweep_work(history_store& store, std::int64_t now_ms) : work(0), store_(store), now_ms_(now_ms) {}

  bool writes() override { return true; }
  void run() override { store_.sweep(now_ms_, history::sweep_steps_max); }
  void succeed() noexcept override {}
  void fail() noexcept override {}  // the next one comes in a few seconds

 private:
  history_store& store_;
  const std::int64_t now_ms_;
};

template <class T>
outcome<T> value_of(std::optional<outcome<T>> done) {
  return done ? *std::move(done) : std::unexpected(history_errc::unavailable);
}

/// Puts a call in the line. Awaited, it gives an optional outcome: empty when the actor is
/// stopping.
template <class T, class Run, class Writes>
auto in_line(group_commit& line, std::size_t bytes, Run run, Writes writes) {
  return completed<outcome<T>>([&line, bytes, run = std::move(run),
                                writes = std::move(writes)](completion<outcome<T>> done) mutable {
    line.push(std::make_unique<call<T, Run, Writes>>(bytes, std::move(done), std::move(run),
                                                     std::move(writes)));
  });
}

constexpr auto always = [] { return true; };

std::size_t bytes_of(const protocol::publication& publication) {
  std::size_t bytes = sizeof(protocol::publication) + publication.data.size();
  for (const auto& [name, value] : publication.tags) bytes += name.size() + value.size();
  return bytes;
}

}  // namespace

std::expected<std::unique_ptr<history>, open_error> history::open(const std::filesystem::path& file,
                                                                  std::uint64_t seed,
                                                                  clock_reading started,
                                                                  core::log& log,
                                                                  history_options options) {
  auto opened = database::open(file, history_store::wanted_schema(), options.lock_wait_max);
  if (!opened) return std::unexpected(std::move(opened.error()));
  try {
    return std::make_unique<history>(*std::move(opened), seed, started, log, options);
  } catch (const failure& thrown) {
    return std::unexpected(open_error{file.string() + ": is damaged: " + thrown.what});
  }
}

history::history(std::unique_ptr<database> in, std::uint64_t seed, clock_reading started,
                 core::log& log, const history_options& options)
    : database_(std::move(in)),
      started_(started),
      store_(*database_, seed),
      line_(*database_, log, options.commit) {}

std::int64_t history::wall_ms(time_point now) const {
  const auto passed = std::chrono::floor<std::chrono::milliseconds>(now - started_.now);
  return (started_.wall_now.time_since_epoch() + passed).count();
}

task<std::expected<ports::append_result, history_errc>> history::append(
    core::channel_name channel, protocol::publication publication, ports::history_limits limits,
    ports::append_conditions conditions, time_point now) {
  const std::size_t bytes = bytes_of(publication);
  auto store = [this, channel = std::move(channel), publication = std::move(publication), limits,
                conditions = std::move(conditions), now_ms = wall_ms(now)] {
    return store_.append(channel, publication, limits, conditions, now_ms);
  };
  co_return value_of(
      co_await in_line<ports::append_result>(line_, bytes, std::move(store), always));
}

task<std::expected<ports::history_page, history_errc>> history::read(core::channel_name channel,
                                                                     ports::history_filter filter,
                                                                     ports::history_limits limits,
                                                                     time_point now) {
  const std::int64_t now_ms = wall_ms(now);
  auto writes = [this, channel, now_ms] { return store_.read_writes(channel, now_ms); };
  auto load = [this, channel = std::move(channel), filter, limits, now_ms] {
    return store_.read(channel, filter, limits, now_ms);
  };
  co_return value_of(
      co_await in_line<ports::history_page>(line_, 0, std::move(load), std::move(writes)));
}

task<std::expected<void, history_errc>> history::remove(core::channel_name channel,
                                                        time_point now) {
  struct removed {};
  auto drop = [this, channel = std::move(channel), now_ms = wall_ms(now)] {
    store_.remove(channel, now_ms);
    return removed{};
  };
  const auto done = value_of(co_await in_line<removed>(line_, 0, std::move(drop), always));
  if (!done) co_return std::unexpected(done.error());
  co_return std::expected<void, history_errc>{};
}

void history::sweep(time_point now) {
  line_.push(std::make_unique<sweep_work>(store_, wall_ms(now)));
}

}  // namespace troupe::sqlite
