#include "adapters/sqlite/event_log.hpp"

#include <optional>
#include <utility>

#include <troupe/completion.hpp>

namespace troupe::sqlite {
namespace {

using ports::event_log_errc;

template <class T>
using outcome = std::expected<T, event_log_errc>;
struct done {};

/// One call to the store, and the actor that waits for it. `stored` hears of the result when it is
/// there for good.
template <class T, class Run, class Stored>
class event_call final : public work {
 public:
  event_call(std::size_t bytes, bool writes, completion<outcome<T>> to, Run run, Stored stored)
      : work(bytes),
        writes_(writes),
        to_(std::move(to)),
        run_(std::move(run)),
        stored_(std::move(stored)) {}

  bool writes() override { return writes_; }
  void run() override { result_.emplace(run_()); }
  void succeed() noexcept override {
    stored_();
    to_.set(*std::move(result_));
  }
  void fail() noexcept override { to_.set(std::unexpected(event_log_errc::unavailable)); }

 private:
  const bool writes_;
  completion<outcome<T>> to_;
  Run run_;
  Stored stored_;
  std::optional<outcome<T>> result_;
};

template <class T, class Run, class Stored>
auto in_line(group_commit& line, std::size_t bytes, bool writes, Run run, Stored stored) {
  return completed<outcome<T>>([&line, bytes, writes, run = std::move(run),
                                stored = std::move(stored)](completion<outcome<T>> to) mutable {
    line.push(std::make_unique<event_call<T, Run, Stored>>(bytes, writes, std::move(to),
                                                           std::move(run), std::move(stored)));
  });
}

/// Empty: the actor is stopping.
template <class T>
outcome<T> value_of(std::optional<outcome<T>> answer) {
  return answer ? *std::move(answer) : std::unexpected(event_log_errc::unavailable);
}

std::expected<void, event_log_errc> without_value(const outcome<done>& answer) {
  if (!answer) return std::unexpected(answer.error());
  return {};
}

}  // namespace

std::expected<std::unique_ptr<event_log>, open_error> event_log::open(
    const std::filesystem::path& file, core::log& log, const event_log_options& options) {
  auto opened = database::open(file, event_store::wanted_schema(), options.lock_wait_max);
  if (!opened) return std::unexpected(std::move(opened.error()));
  try {
    return std::make_unique<event_log>(*std::move(opened), log, options);
  } catch (const failure& thrown) {
    return std::unexpected(open_error{file.string() + ": is damaged: " + thrown.what});
  }
}

event_log::event_log(std::unique_ptr<database> in, core::log& log, const event_log_options& options)
    : database_(std::move(in)),
      store_(*database_, options.lane_events_max),
      line_(*database_, log) {}

task<std::expected<void, event_log_errc>> event_log::append(std::uint32_t lane,
                                                            std::vector<ports::event> events) {
  std::size_t bytes = 0;
  for (const ports::event& each : events) bytes += sizeof(ports::event) + each.body.size();
  // How many it adds; none when there is no room.
  const auto added = std::make_shared<std::int64_t>(0);
  auto store = [this, lane, events = std::move(events), added]() -> outcome<done> {
    const auto kept = store_.append(lane, events);
    if (!kept) return std::unexpected(kept.error());
    *added = static_cast<std::int64_t>(events.size());
    return done{};
  };
  auto count = [this, lane, added] { store_.counted(lane, *added); };
  co_return without_value(
      value_of(co_await in_line<done>(line_, bytes, true, std::move(store), std::move(count))));
}

task<std::expected<std::vector<ports::kept_event>, event_log_errc>> event_log::read(
    std::uint32_t lane, std::size_t limit) {
  using events = std::vector<ports::kept_event>;
  auto load = [this, lane, limit]() -> outcome<events> { return store_.read(lane, limit); };
  co_return value_of(co_await in_line<events>(line_, 0, false, std::move(load), [] {}));
}

task<std::expected<void, event_log_errc>> event_log::remove_through(std::uint32_t lane,
                                                                    std::uint64_t id) {
  const auto removed = std::make_shared<std::int64_t>(0);
  auto drop = [this, lane, id, removed]() -> outcome<done> {
    *removed = store_.remove_through(lane, id);
    return done{};
  };
  auto count = [this, lane, removed] { store_.counted(lane, -*removed); };
  co_return without_value(
      value_of(co_await in_line<done>(line_, 0, true, std::move(drop), std::move(count))));
}

}  // namespace troupe::sqlite
