// durable_state: an actor that keeps one value in a journal, without events: what was persisted
// last is what it starts with, the first time, after a restart and after a crash.
//
//   struct preferences {
//     static constexpr std::string_view state_name = "preferences";  // for good
//     static constexpr std::uint32_t state_version = 1;  // raise when the bytes change
//     std::string encode() const;
//     static std::optional<preferences> decode(std::uint32_t version, std::string_view data);
//   };
//   class profile final : public troupe::durable_state<preferences> {
//     … co_await persist(changed); …
//   };
//
// Each persist() writes the whole value: for large values that change a little at a time,
// event_sourced is the better choice. Commands are answered once as with event_sourced.
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <utility>

#include <troupe/event_sourced.hpp>

namespace troupe {

template <journaled_state State>
class durable_state : public detail::journaled_actor {
 protected:
  /// `keeps` outlives the actor; no other actor has this stream.
  durable_state(journal& keeps, std::string stream, answers_window answers = {})
      : journaled_actor(keeps, std::move(stream), answers) {}

  /// State{} until the first persist().
  const State& state() const noexcept { return state_; }

  /// Stores the value; state() is it once the journal has acknowledged it. Errors, and the
  /// exception for a conflict, as event_sourced::persist().
  journal::result<std::uint64_t> persist(State next) {
    journal_append what;
    what.state = detail::to_snapshot(next, 0);
    auto written = co_await append_to_stream(std::move(what));
    if (written) state_ = std::move(next);
    co_return written;
  }

  /// The same with the answer to a command, stored together: gives the answer.
  template <encodable R>
  journal::result<R> persist_answer(command_id command, R answer, State next) {
    journal_append what;
    what.state = detail::to_snapshot(next, 0);
    what.answer = make_answer(command, codec<R>::encode(answer));
    const auto written = co_await append_to_stream(std::move(what));
    if (!written) co_return std::unexpected(written.error());
    state_ = std::move(next);
    co_return answer;
  }

 private:
  read_outcome restore_snapshot(const journal_snapshot& snapshot) override {
    auto state = detail::read_state<State>(snapshot);
    if (!state) return std::unexpected(std::move(state.error()));
    state_ = *std::move(state);
    return {};
  }
  read_outcome replay_record(const journal_record& record) override {
    return std::unexpected("event " + record.event.type + " of version " +
                           std::to_string(record.event.version) +
                           " is in a stream that holds a state without events");
  }

  State state_{};
};

}  // namespace troupe
