// history_caller.hpp — actors that call a history for the tests: a call may suspend, so it needs an
// actor. `now` comes with each message: the time that a call speaks of is the test's.
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <utility>

#include <troupe/troupe.hpp>

#include "ports/history.hpp"

namespace troupe::conformance {

struct append_history {
  using reply = std::expected<ports::append_result, ports::history_errc>;
  core::channel_name channel;
  protocol::publication publication;
  ports::history_limits limits;
  ports::append_conditions conditions;
  time_point now;
};

struct read_history {
  using reply = std::expected<ports::history_page, ports::history_errc>;
  core::channel_name channel;
  ports::history_filter filter;
  ports::history_limits limits;
  time_point now;
};

struct remove_history {
  using reply = std::expected<void, ports::history_errc>;
  core::channel_name channel;
  time_point now;
};

/// Answers with what the history answered.
class history_caller final : public actor {
 public:
  explicit history_caller(ports::history& store) : store_(store) {}

  task<append_history::reply> on(append_history m) {
    co_return co_await store_.append(std::move(m.channel), std::move(m.publication), m.limits,
                                     std::move(m.conditions), m.now);
  }
  task<read_history::reply> on(read_history m) {
    co_return co_await store_.read(std::move(m.channel), m.filter, m.limits, m.now);
  }
  task<remove_history::reply> on(remove_history m) {
    co_return co_await store_.remove(std::move(m.channel), m.now);
  }

 private:
  ports::history& store_;
};

struct write_history {
  std::uint64_t publication_count = 0;
};
/// Waits for the writing, being behind it in the mailbox. Reply: what went wrong first; empty when
/// nothing did.
struct writing_fault {
  using reply = std::string;
};

/// Writes one channel as fast as the history lets it, opens a new channel beside it with each
/// publication, and reads and sweeps now and then.
class history_writer final : public actor {
 public:
  history_writer(ports::history& store, core::channel_name channel, ports::history_limits limits)
      : store_(store), channel_(std::move(channel)), limits_(limits) {}

  task<> on(write_history m) {
    std::string epoch;
    for (std::uint64_t offset = 1; offset <= m.publication_count && fault_.empty(); ++offset) {
      protocol::publication publication;
      publication.data = channel_.text() + " " + std::to_string(offset);
      const auto given =
          co_await store_.append(channel_, std::move(publication), limits_, {}, now());
      if (offset == 1 && given) epoch = given->position.epoch;
      if (given != ports::append_result{{offset, epoch}}) fault_ = "a wrong position";
      co_await open_beside(offset);
      if (offset % read_every != 0) continue;
      store_.sweep(now());
      co_await read_back(offset);
    }
  }
  std::string on(writing_fault) { return fault_; }

 private:
  static constexpr std::uint64_t read_every = 16;

  task<> open_beside(std::uint64_t offset) {
    const core::channel_name beside(channel_.text() + "/" + std::to_string(offset));
    const auto page = co_await store_.read(beside, {.limit = 0}, limits_, now());
    if (!page || page->top.offset != 0) fault_ = "a new channel that is not new";
  }
  task<> read_back(std::uint64_t offset) {
    const auto page = co_await store_.read(channel_, {.limit = 1, .reverse = true}, limits_, now());
    if (!page || page->publications.size() != 1 || page->top.offset != offset) {
      fault_ = "a wrong page";
    } else if (page->publications[0].data != channel_.text() + " " + std::to_string(offset)) {
      fault_ = "another channel's publication";
    }
  }

  ports::history& store_;
  core::channel_name channel_;
  ports::history_limits limits_;
  std::string fault_;
};

}  // namespace troupe::conformance
