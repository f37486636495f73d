// For tests of event-sourced actors: an account, and a world that crashes and leaves the journal.
#pragma once

#include <charconv>
#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <troupe/event_sourced.hpp>
#include <troupe/memory_journal.hpp>
#include <troupe/sim.hpp>
#include <troupe/troupe.hpp>

namespace troupe::testing_journal {

inline std::optional<int> parse(std::string_view data) {
  int value = 0;
  const auto [end, error] = std::from_chars(data.data(), data.data() + data.size(), value);
  return error == std::errc{} && end == data.data() + data.size() ? std::optional(value)
                                                                  : std::nullopt;
}

struct deposited {
  static constexpr std::string_view event_name = "deposited";
  static constexpr std::uint32_t event_version = 2;
  int cents = 0;
  std::string encode() const { return std::to_string(cents); }
  static std::optional<deposited> decode(std::uint32_t version, std::string_view data) {
    const auto number = parse(data);
    if (!number) return std::nullopt;
    return deposited{version == 1 ? *number * 100 : *number};  // version 1 counted in euros
  }
};

struct closed {
  static constexpr std::string_view event_name = "closed";
  static constexpr std::uint32_t event_version = 1;
  std::string encode() const { return {}; }
  static std::optional<closed> decode(std::uint32_t, std::string_view) { return closed{}; }
};

struct balance {
  static constexpr std::string_view state_name = "balance";
  static constexpr std::uint32_t state_version = 3;
  int cents = 0;
  int events_applied = 0;  // not in the snapshot: counts what was replayed

  void apply(const deposited& event) {
    cents += event.cents;
    ++events_applied;
  }
  void apply(const closed&) { cents = 0; }
  std::string encode() const { return std::to_string(cents); }
  static std::optional<balance> decode(std::uint32_t, std::string_view data) {
    const auto number = parse(data);
    return number ? std::optional(balance{.cents = *number}) : std::nullopt;
  }
};

enum class bank_errc : std::uint8_t { refused, try_again };

struct deposit {
  using reply = std::expected<int, bank_errc>;  // the new balance
  std::string id;
  int cents;
};
struct deposit_twice {
  using reply = std::expected<std::uint64_t, journal_errc>;
  int cents;
};
struct look {
  using reply = balance;
};
struct break_down {};

class account final : public event_sourced<balance, deposited, closed> {
 public:
  account(journal& keeps, std::string name, event_sourced_options options = {},
          std::vector<int>* seen = nullptr)
      : event_sourced(keeps, std::move(name), options), seen_(seen) {}

  task<deposit::reply> on(deposit m) {
    if (auto first = answered<deposit::reply>({"deposit", m.id})) co_return *first;
    note();
    deposit::reply reply = std::unexpected(bank_errc::refused);
    std::expected<deposit::reply, journal_errc> stored;
    if (m.cents > 0) {
      stored = co_await persist_answer({"deposit", m.id}, deposit::reply(state().cents + m.cents),
                                       deposited{m.cents});
    } else {
      stored = co_await persist_answer({"deposit", m.id}, reply);
    }
    note();
    co_return stored ? *stored : std::unexpected(bank_errc::try_again);
  }
  task<deposit_twice::reply> on(deposit_twice m) {
    return persist(deposited{m.cents}, deposited{m.cents});
  }
  balance on(look) { return state(); }
  void on(break_down) { throw std::runtime_error("broken"); }

 private:
  void note() {
    if (seen_) seen_->push_back(state().cents);
  }
  std::vector<int>* seen_;
};

struct account_world {
  /// What a crash leaves: the journal. The new system has nothing in common with the old one.
  void crash() {
    world = make_world();
    failures.clear();  // of the old one's end
  }

  ref<account> open(event_sourced_options options = {}, const std::string& name = "a") {
    return world->system().spawn<account>(std::ref<journal>(kept), name, options, &seen);
  }
  deposit::reply add(const ref<account>& to, const std::string& id, int cents) {
    auto answer = world->system().ask(to, deposit{id, cents}, std::chrono::minutes(1));
    if (answer) return *answer;
    return std::unexpected(answer.error().answer() ? *answer.error().answer()
                                                   : bank_errc::try_again);
  }
  balance state_of(const ref<account>& of) {
    return world->system().ask(of, look{}, std::chrono::minutes(1)).value_or(balance{.cents = -1});
  }
  /// The text with which an actor of this stream fails to start.
  std::string start_failure(event_sourced_options options = {}) {
    failures.clear();
    auto refused = world->system().spawn<account>(
        spawn_options{.on_failure = {.decide = [](const failure&) { return directive::stop; }}},
        std::ref<journal>(kept), "a", options);
    if (!world->system().wait_stopped(refused, std::chrono::minutes(1))) return "it goes on";
    return failures.empty() ? "it started" : failures.front();
  }

  std::unique_ptr<sim::simulation> make_world() {
    return std::make_unique<sim::simulation>(
        1, sim::options{.on_failure = [this](const failure& each, directive) {
          failures.push_back(each.what);
        }});
  }

  memory_journal kept{std::chrono::milliseconds(1)};
  std::vector<int> seen;
  std::vector<std::string> failures;
  std::unique_ptr<sim::simulation> world = make_world();
};

}  // namespace troupe::testing_journal
