#include <cassert>
#include <utility>

#include <troupe/detail/journaled_actor.hpp>

namespace troupe::detail {
namespace {

std::string key_of(const command_id& command) {
  assert(!command.kind.contains('/') && "else two commands could have the same key");
  return std::string(command.kind) + '/' + command.id;
}

std::chrono::milliseconds age_max(const answers_window& window) {
  return std::chrono::ceil<std::chrono::milliseconds>(window.age_max);
}

}  // namespace

std::string version_problem(std::string_view kind, std::string_view type, std::uint32_t stored,
                            std::uint32_t known) {
  if (stored <= known) return {};
  return std::string(kind) + ' ' + std::string(type) + " of version " + std::to_string(stored) +
         " is newer than version " + std::to_string(known) + ", the newest this program knows";
}

journaled_actor::journaled_actor(journal& keeps, std::string stream, answers_window window)
    : journal_(keeps), stream_(std::move(stream)), window_(window) {}

start_error journaled_actor::cannot_start(std::string_view why) const {
  return {"stream " + stream_ + ": " + std::string(why)};
}

task<std::expected<void, start_error>> journaled_actor::started() {
  auto found = co_await journal_.load(stream_);
  if (!found) {
    co_return std::unexpected(
        cannot_start("the journal answers " + std::string(to_string(found.error()))));
  }
  if (found->snapshot) {
    if (auto restored = restore_snapshot(*found->snapshot); !restored) {
      co_return std::unexpected(cannot_start(restored.error() + ", at sequence " +
                                             std::to_string(found->snapshot->sequence)));
    }
    sequence_ = snapshot_sequence_ = found->snapshot->sequence;
  }
  if (sequence_ > found->sequence) {
    co_return std::unexpected(cannot_start("corrupt: a snapshot at sequence " +
                                           std::to_string(sequence_) + " is beyond the end, " +
                                           std::to_string(found->sequence)));
  }
  for (journal_answer& each : found->answers) remember_answer(std::move(each));
  co_return co_await replay_events(found->sequence);
}

task<std::expected<void, start_error>> journaled_actor::replay_events(std::uint64_t until) {
  for (bool more = sequence_ < until; more;) {
    auto page = co_await journal_.read(stream_, sequence_, replay_page_records);
    if (!page) {
      co_return std::unexpected(
          cannot_start("the journal answers " + std::string(to_string(page.error()))));
    }
    for (const journal_record& each : page->records) {
      if (each.sequence != sequence_ + 1) break;
      if (auto replayed = replay_record(each); !replayed) {
        co_return std::unexpected(
            cannot_start(replayed.error() + ", at sequence " + std::to_string(each.sequence)));
      }
      sequence_ = each.sequence;
    }
    const bool is_contiguous =
        page->records.empty() ? !page->more : page->records.back().sequence == sequence_;
    more = page->more && is_contiguous;
  }
  if (sequence_ < until) {
    co_return std::unexpected(cannot_start("corrupt: there is no event " +
                                           std::to_string(sequence_ + 1) + " of " +
                                           std::to_string(until)));
  }
  co_return {};
}

journal::result<std::uint64_t> journaled_actor::append_to_stream(journal_append what) {
  struct one_at_a_time {
    explicit one_at_a_time(bool& flag) : writing(flag) {
      assert(!writing && "one persist() at a time: the next needs the sequence of the one before");
      writing = true;
    }
    one_at_a_time(const one_at_a_time&) = delete;
    one_at_a_time& operator=(const one_at_a_time&) = delete;
    ~one_at_a_time() { writing = false; }
    bool& writing;
  };
  const one_at_a_time guard(writing_);

  what.stream = stream_;
  what.expected_sequence = sequence_;
  what.answers_count_max = window_.count_max;
  what.answers_since = wall_now() - age_max(window_);
  auto answer = what.answer;
  const auto written = co_await journal_.append(std::move(what));
  if (written) {
    sequence_ = *written;
    if (answer) remember_answer(*std::move(answer));
  } else if (written.error() == journal_errc::conflict) {
    throw journal_failure(journal_errc::conflict,
                          "stream " + stream_ + ": another writer has moved it on from sequence " +
                              std::to_string(sequence_));
  }
  co_return written;
}

journal_answer journaled_actor::make_answer(const command_id& command, std::string data) {
  return {key_of(command), std::move(data), wall_now()};
}

const std::string* journaled_actor::find_answer(const command_id& command) {
  forget_old_answers();
  const auto found = answers_.find(key_of(command));
  return found == answers_.end() ? nullptr : &found->second.data;
}

void journaled_actor::answer_is_unreadable(const command_id& command) const {
  throw journal_failure(journal_errc::corrupt, "stream " + stream_ + ": the stored answer to " +
                                                   key_of(command) + " cannot be decoded");
}

void journaled_actor::remember_answer(journal_answer answer) {
  std::string command = answer.command;
  if (!answers_.insert_or_assign(command, std::move(answer)).second) {
    std::erase(answers_order_, command);  // answered anew: persisted without asking answered()
  }
  answers_order_.push_back(std::move(command));
  forget_old_answers();
}

void journaled_actor::forget_old_answers() {
  const auto is_old = [this](const std::string& command) {
    return answers_.find(command)->second.at < wall_now() - age_max(window_);
  };
  while (!answers_order_.empty() &&
         (answers_order_.size() > window_.count_max || is_old(answers_order_.front()))) {
    answers_.erase(answers_.find(answers_order_.front()));
    answers_order_.pop_front();
  }
}

}  // namespace troupe::detail
