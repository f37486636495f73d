// event_sourced: an actor whose state is what its events make it, kept in a journal.
//
//   struct item_added {
//     static constexpr std::string_view event_name = "item_added";   // for good
//     static constexpr std::uint32_t event_version = 1;              // raise when the bytes change
//     std::string item;
//     std::string encode() const;
//     static std::optional<item_added> decode(std::uint32_t version, std::string_view data);
//   };
//   struct cart_state { std::map<…> items;  void apply(const item_added&); };
//
//   class cart final : public troupe::event_sourced<cart_state, item_added> {
//    public:
//     cart(troupe::journal& journal, std::string key) : event_sourced(journal, "cart-" + key) {}
//     task<add::reply> on(add m) {
//       if (auto first = answered<add::reply>({"add", m.id})) co_return *first;   // a retry
//       auto stored = co_await persist_answer({"add", m.id}, add::reply{…}, item_added{m.item});
//       co_return stored ? *stored : …;
//     }
//   };
//
// The state changes only by persist(): the events are stored, and applied once the journal has
// acknowledged them. It is recovered, from the last snapshot and the events after it, before the
// first message and at every restart; messages wait meanwhile.
//
// decode() gets the version that was stored, so it can read what an older program wrote; a newer
// version, or a name that is none of Events, fails the start with an error that names it.
//
// Snapshots are taken when the state can be encoded, which makes recovery short:
//     static constexpr std::string_view state_name;  static constexpr std::uint32_t state_version;
//     std::string encode() const;
//     static std::optional<cart_state> decode(std::uint32_t version, std::string_view data);
// A snapshot that could not be stored is tried again snapshot_every events later.
//
// Commands at most once: persist_answer() stores the command's id and its answer with the events,
// atomically, and answered() finds it again: after a restart and a crash too, within the bounds of
// answers_window. While the first is being handled a retry waits in the mailbox like any message.
#pragma once

#include <concepts>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <troupe/detail/journaled_actor.hpp>

namespace troupe {

template <class E>
concept journaled_event = requires(const E& event, std::uint32_t version, std::string_view data) {
  { E::event_name } -> std::convertible_to<std::string_view>;
  { E::event_version } -> std::convertible_to<std::uint32_t>;
  { event.encode() } -> std::convertible_to<std::string>;
  { E::decode(version, data) } -> std::same_as<std::optional<E>>;
};

template <class S>
concept journaled_state = requires(const S& state, std::uint32_t version, std::string_view data) {
  { S::state_name } -> std::convertible_to<std::string_view>;
  { S::state_version } -> std::convertible_to<std::uint32_t>;
  { state.encode() } -> std::convertible_to<std::string>;
  { S::decode(version, data) } -> std::same_as<std::optional<S>>;
};

struct event_sourced_options {
  std::uint32_t snapshot_every = 100;  // events; 0: never
  answers_window answers{};
};

namespace detail {

template <class E>
journal_event to_stored(const E& event) {
  return {std::string(E::event_name), E::event_version, event.encode()};
}

template <journaled_state S>
std::expected<S, std::string> read_state(const journal_snapshot& stored) {
  if (stored.type != S::state_name) {
    return std::unexpected("a snapshot of " + stored.type + ", and this program keeps " +
                           std::string(S::state_name));
  }
  if (auto problem = version_problem("snapshot", stored.type, stored.version, S::state_version);
      !problem.empty()) {
    return std::unexpected(std::move(problem));
  }
  if (auto state = S::decode(stored.version, stored.data)) return *std::move(state);
  return std::unexpected("snapshot " + stored.type + " of version " +
                         std::to_string(stored.version) + " cannot be decoded");
}

template <journaled_state S>
journal_snapshot to_snapshot(const S& state, std::uint64_t sequence) {
  return {sequence, std::string(S::state_name), S::state_version, state.encode()};
}

template <class T, class... All>
concept one_of = (std::same_as<T, All> || ...);

template <class... Names>
consteval bool all_different(Names... names) {
  const std::string_view all[] = {names...};
  for (std::size_t i = 0; i < sizeof...(names); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      if (all[i] == all[j]) return false;
    }
  }
  return true;
}

}  // namespace detail

template <class State, journaled_event... Events>
class event_sourced : public detail::journaled_actor {
  static_assert(sizeof...(Events) > 0, "an event-sourced actor has events");
  static_assert((requires(State& state, const Events& event) { state.apply(event); } && ...),
                "the state needs void apply(const Event&) for each event");
  static_assert(detail::all_different(std::string_view(Events::event_name)...),
                "each event has a name of its own");

 protected:
  /// `keeps` outlives the actor; no other actor has this stream.
  event_sourced(journal& keeps, std::string stream, event_sourced_options options = {})
      : journaled_actor(keeps, std::move(stream), options.answers), options_(options) {}

  const State& state() const noexcept { return state_; }

  /// Stores the events, then applies them; gives the sequence of the last one. One call at a time.
  /// On an error nothing was applied: unavailable, overloaded, corrupt, too_large, cancelled. A
  /// conflict is thrown (journal_failure): the restart recovers what the other writer stored.
  template <detail::one_of<Events...>... E>
    requires(sizeof...(E) > 0)
  journal::result<std::uint64_t> persist(E... events) {
    journal_append what;
    (what.events.push_back(detail::to_stored(events)), ...);
    auto written = co_await append_to_stream(std::move(what));
    if (!written) co_return written;
    (state_.apply(events), ...);
    co_await take_snapshot_if_due();
    co_return written;
  }

  /// The same with the answer to a command, stored together: gives the answer. There may be no
  /// events: also a refusal can be remembered.
  template <encodable R, detail::one_of<Events...>... E>
  journal::result<R> persist_answer(command_id command, R answer, E... events) {
    journal_append what;
    (what.events.push_back(detail::to_stored(events)), ...);
    what.answer = make_answer(command, codec<R>::encode(answer));
    const auto written = co_await append_to_stream(std::move(what));
    if (!written) co_return std::unexpected(written.error());
    (state_.apply(events), ...);
    co_await take_snapshot_if_due();
    co_return answer;
  }

 private:
  read_outcome restore_snapshot(const journal_snapshot& snapshot) override {
    if constexpr (journaled_state<State>) {
      auto state = detail::read_state<State>(snapshot);
      if (!state) return std::unexpected(std::move(state.error()));
      state_ = *std::move(state);
      return {};
    } else {
      return std::unexpected("a snapshot of " + snapshot.type +
                             ", and this program does not read snapshots");
    }
  }

  read_outcome replay_record(const journal_record& record) override {
    read_outcome result = std::unexpected("event " + record.event.type + " of version " +
                                          std::to_string(record.event.version) +
                                          " is of no type that this program knows");
    (void)((record.event.type == Events::event_name
                ? (result = replay_as<Events>(record.event), true)
                : false) ||
           ...);
    return result;
  }

  template <class E>
  read_outcome replay_as(const journal_event& stored) {
    if (auto problem =
            detail::version_problem("event", stored.type, stored.version, E::event_version);
        !problem.empty()) {
      return std::unexpected(std::move(problem));
    }
    const std::optional<E> event = E::decode(stored.version, stored.data);
    if (!event) {
      return std::unexpected("event " + stored.type + " of version " +
                             std::to_string(stored.version) + " cannot be decoded");
    }
    state_.apply(*event);
    return {};
  }

  task<> take_snapshot_if_due() {
    if constexpr (journaled_state<State>) {
      if (options_.snapshot_every == 0) co_return;
      if (sequence() - snapshot_sequence_ < options_.snapshot_every) co_return;
      snapshot_sequence_ = sequence();
      // The events are stored: without the snapshot the next recovery only takes longer.
      (void)co_await journal_.save_snapshot(stream(), detail::to_snapshot(state_, sequence()));
    }
    co_return;
  }

  const event_sourced_options options_;
  State state_{};
};

}  // namespace troupe
