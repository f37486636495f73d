// The actors that the tests of streams share: writers of both forms, readers of both forms.
#pragma once

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>

#include <troupe/sim.hpp>
#include <troupe/stream.hpp>
#include <troupe/troupe.hpp>

namespace troupe::stream_test {

/// What the actors of a test did; outlives them.
struct ledger {
  int written = 0;
  int ahead_max = 0;  // written and not yet read
  int read = 0;
  int alive = 0;  // items that exist
  std::string writer_end;
  int moved_from = 0;  // items that were not accepted and yet moved from
};

/// An item that counts itself.
class item {
 public:
  item(ledger& of, int number) : ledger_(&of), number_(number) { ++ledger_->alive; }
  item(item&& other) noexcept : ledger_(other.ledger_), number_(std::exchange(other.number_, 0)) {
    ++ledger_->alive;
  }
  item& operator=(item&& other) noexcept {
    std::swap(ledger_, other.ledger_);
    std::swap(number_, other.number_);
    return *this;
  }
  ~item() { --ledger_->alive; }
  int number() const noexcept { return number_; }

 private:
  ledger* ledger_;
  int number_;
};

inline std::string text(const std::optional<stream_end>& end) {
  return end ? std::string(to_string(end->reason)) : "open";
}

// Writes from the handler of the request.
struct count_to {
  using item = stream_test::item;
  int last;
  duration pause{};  // before each item
  int throws_at = 0;
};

class counter final : public actor {
 public:
  explicit counter(ledger& of) : ledger_(of) {}
  task<> on(count_to m, stream_writer<item> out) {
    for (int i = 1; i <= m.last; ++i) {
      if (i == m.throws_at) throw std::runtime_error("no more");
      if (m.pause > duration::zero() && !co_await sleep(m.pause)) co_return;
      const auto written = co_await out.write(item(ledger_, i));
      if (!written) {
        ledger_.writer_end = written.error().describe();
        co_return;
      }
      ledger_.ahead_max = std::max(ledger_.ahead_max, ++ledger_.written - ledger_.read);
    }
  }

 private:
  ledger& ledger_;
};

// Stores the writers, and writes when there is credit.
struct feed {
  using item = stream_test::item;
  int last;
};
struct ping {
  using reply = int;
};
enum class then : std::uint8_t { forget, fail, close_all };
struct act {
  then what;
};

class feeder final : public actor {
 public:
  explicit feeder(ledger& of) : ledger_(of) {}
  void on(feed m, stream_writer<item> out) {
    const std::uint64_t id = out.id();
    open_.emplace(id, source{std::move(out), m.last});
    pump(id);
  }
  void on(stream_credit m) {
    const auto found = open_.find(m.stream);
    if (found == open_.end()) return;
    if (m.items == 0) {
      ledger_.writer_end = found->second.out.end()->describe();
      open_.erase(found);
      return;
    }
    pump(m.stream);
  }
  int on(ping) { return static_cast<int>(open_.size()); }
  void on(act m) {
    if (m.what == then::fail) throw std::runtime_error("on purpose");
    if (m.what == then::close_all) {
      for (auto& [id, each] : open_) each.out.close();
    }
    open_.clear();
  }

 private:
  struct source {
    stream_writer<item> out;
    int last;
    int at = 0;
  };
  void pump(std::uint64_t id) {
    source& each = open_.at(id);
    while (each.at < each.last) {
      item next(ledger_, each.at + 1);
      if (each.out.try_write(std::move(next)) != stream_write::accepted) {
        if (next.number() != each.at + 1) ++ledger_.moved_from;
        return;
      }
      ++each.at;
      ledger_.ahead_max = std::max(ledger_.ahead_max, ++ledger_.written - ledger_.read);
    }
    each.out.close();
    open_.erase(id);
  }

  ledger& ledger_;
  std::map<std::uint64_t, source> open_;
};

// Reads, in a handler, with pauses that come from its own randomness.
template <class Source, class Request>
struct read_all {
  using reply = std::string;
  ref<Source> from;
  Request request;
  stream_options options{};
  int up_to = 1'000'000;  // then it closes
  duration pause_max{};
};
struct whole_end {
  using reply = std::string;
};

class reader final : public actor {
 public:
  explicit reader(ledger& of) : ledger_(of) {}

  template <class Source, class Request>
  task<std::string> read(read_all<Source, Request> m) {
    auto list = m.from.open(std::move(m.request), m.options);
    int last = 0;
    while (auto next = co_await list.next()) {
      ++ledger_.read;
      if (next->number() != last + 1) co_return "out of order";
      last = next->number();
      if (last == m.up_to) {
        list.close();
        const auto after = co_await list.next();
        co_return after ? "an item after close" : std::to_string(last) + " " + text(list.end());
      }
      if (m.pause_max > duration::zero()) {
        co_await sleep(
            duration(random().below(static_cast<std::uint64_t>(m.pause_max.count()) + 1)));
      }
    }
    end_ = list.end() ? list.end()->describe() : "no end";
    co_return std::to_string(last) + " " + text(list.end());
  }
  task<std::string> on(read_all<counter, count_to> m) { return read(std::move(m)); }
  task<std::string> on(read_all<feeder, feed> m) { return read(std::move(m)); }
  std::string on(whole_end) { return end_; }

 private:
  ledger& ledger_;
  std::string end_;
};

// Keeps the reader as a member; items are messages.
struct start_piping {
  using reply = bool;
  duration idle{std::chrono::seconds(30)};
  std::uint32_t window = 8;
  int close_at = 0;
  int last = 100;
  duration work{};
  int fail_at = 0;
  int map_throws_at = 0;
};
struct item_came {
  item what;
};
struct list_ended {
  stream_end why;
};
struct piped_so_far {
  using reply = std::string;
};

template <class Source, class Request>
class piper final : public actor {
 public:
  piper(ref<Source> from, ledger& of) : from_(std::move(from)), ledger_(of) {}
  bool on(start_piping m) {
    rules_ = m;
    list_ = from_.open(Request{m.last}, {.window = m.window, .idle_timeout = m.idle});
    pipe(
        list_,
        [at = m.map_throws_at](item next) {
          if (next.number() == at) throw std::runtime_error("on purpose");
          return item_came{std::move(next)};
        },
        [](stream_end why) { return list_ended{std::move(why)}; });
    return true;
  }
  task<> on(item_came m) {
    ordered_ = ordered_ && m.what.number() == last_ + 1;
    last_ = m.what.number();
    if (last_ == rules_.fail_at) throw std::runtime_error("on purpose");
    if (rules_.work > duration::zero()) co_await sleep(rules_.work);
    ++ledger_.read;
    if (last_ == rules_.close_at) list_.close();
  }
  void on(list_ended m) { ends_ += " " + std::string(to_string(m.why.reason)); }
  std::string on(piped_so_far) {
    return (ordered_ ? "" : "out of order ") + std::to_string(last_) + ends_;
  }

 private:
  ref<Source> from_;
  ledger& ledger_;
  start_piping rules_{};
  stream_reader<item> list_;
  bool ordered_ = true;
  int last_ = 0;
  std::string ends_;
};

inline constexpr std::uint64_t seed_count = 60;

/// A simulation, its actors, and what they did.
struct stage {
  /// Ends what ran before, and begins anew.
  sim::simulation& begin(std::uint64_t seed = 1) {
    clear();
    book = {};
    world = std::make_unique<sim::simulation>(seed);
    return *world;
  }
  void clear() {
    world.reset();
    left_behind += book.alive;
  }
  template <class A>
  ref<A> spawn(spawn_options options = {}) {
    return world->system().spawn<A>(options, std::ref(book));
  }
  template <class Source, class Request>
  std::string read(const ref<Source>& from, Request request, stream_options options = {},
                   int up_to = 1'000'000, duration pause_max = {}) {
    auto who = spawn<reader>();
    auto result = world->system().ask(
        who, read_all<Source, Request>{from, std::move(request), options, up_to, pause_max},
        std::chrono::hours(24));
    whole = world->system().ask(who, whole_end{}, std::chrono::hours(1)).value_or("");
    return result.value_or("no answer");
  }
  std::string piped(const auto& who) {
    return world->system().ask(who, piped_so_far{}, std::chrono::hours(1)).value_or("no answer");
  }

  ledger book;
  std::unique_ptr<sim::simulation> world;
  std::string whole;    // what read() was told of the end
  int left_behind = 0;  // items that outlived the actors
};

}  // namespace troupe::stream_test
