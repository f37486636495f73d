// What event_sourced and durable_state share: one stream of a journal, recovery, the window of
// answered commands. Not for users.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <expected>
#include <functional>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

#include <troupe/actor.hpp>
#include <troupe/codec.hpp>
#include <troupe/journal.hpp>

namespace troupe {

/// Names a command for good: `kind` is the command's own stable name, without '/', `id` the
/// caller's (together shorter than journal_limits::command_bytes_max).
struct command_id {
  std::string_view kind;
  std::string id;
};

/// How long the answer to a command is remembered: it is forgotten when it is older than `age_max`,
/// or when `count_max` newer ones are there. A retry that comes later is a new command.
struct answers_window {
  std::uint32_t count_max = 1000;  // 1..journal_limits::answers_max; in memory while the actor runs
  duration age_max = std::chrono::hours(1);
};

/// Thrown to the supervisor, so that a restart recovers the actor: what it remembers is no longer
/// what its journal says. conflict: another writer moved the stream on. corrupt: a stored answer
/// is not what the command answers.
class journal_failure final : public std::runtime_error {
 public:
  journal_failure(journal_errc code, const std::string& what)
      : std::runtime_error(what), code_(code) {}
  journal_errc code() const noexcept { return code_; }

 private:
  journal_errc code_;
};

namespace detail {

// A member's name hides a message's in the user's class: short words are left to messages.
class journaled_actor : public actor {
 public:
  /// Recovers: messages wait. An actor with a started() of its own awaits this one first.
  /// Error: the journal's, or a snapshot or event that this program cannot read; it names the
  /// stream, the type and the version.
  task<std::expected<void, start_error>> started();

 protected:
  static constexpr std::size_t replay_page_records = 256;

  journaled_actor(journal& keeps, std::string stream, answers_window window);

  /// The stream's sequence that the state stands for.
  std::uint64_t sequence() const noexcept { return sequence_; }
  const std::string& stream() const noexcept { return stream_; }

  /// The first answer to this command, while it is remembered. Throws journal_failure (corrupt)
  /// when it is no R.
  template <encodable R>
  std::optional<R> answered(const command_id& command) {
    const std::string* data = find_answer(command);
    if (!data) return std::nullopt;
    auto answer = codec<R>::decode(*data);
    if (!answer) answer_is_unreadable(command);
    return answer;
  }

  /// Appends at sequence(), which moves on. Throws journal_failure for a conflict.
  journal::result<std::uint64_t> append_to_stream(journal_append what);
  journal_answer make_answer(const command_id& command, std::string data);

  // What was read; the error says what is wrong with it.
  using read_outcome = std::expected<void, std::string>;
  virtual read_outcome restore_snapshot(const journal_snapshot& snapshot) = 0;
  virtual read_outcome replay_record(const journal_record& record) = 0;

  journal& journal_;
  std::uint64_t snapshot_sequence_ = 0;  // of the last one that was stored or tried

 private:
  task<std::expected<void, start_error>> replay_events(std::uint64_t until);
  const std::string* find_answer(const command_id& command);
  [[noreturn]] void answer_is_unreadable(const command_id& command) const;
  void remember_answer(journal_answer answer);
  void forget_old_answers();
  start_error cannot_start(std::string_view why) const;

  const std::string stream_;
  const answers_window window_;
  std::uint64_t sequence_ = 0;
  bool writing_ = false;
  std::map<std::string, journal_answer, std::less<>> answers_;  // by command
  std::deque<std::string> answers_order_;                       // oldest first
};

/// "event item_added of version 3 is newer than version 2, the newest this program knows", or
/// empty.
std::string version_problem(std::string_view kind, std::string_view type, std::uint32_t stored,
                            std::uint32_t known);

}  // namespace detail
}  // namespace troupe
