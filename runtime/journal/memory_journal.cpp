#include <algorithm>
#include <utility>

#include <troupe/detail/ask.hpp>
#include <troupe/memory_journal.hpp>

namespace troupe {
namespace {

/// False when the waiting actor is being stopped.
task<bool> pass(duration latency) {
  co_return latency == duration::zero() || co_await detail::sleep_operation(latency);
}

}  // namespace

bool memory_journal::takes_a_failure() {
  if (failures_due_ == 0) return false;
  --failures_due_;
  return true;
}

std::expected<std::uint64_t, journal_errc> memory_journal::write(journal_append& what) {
  const std::scoped_lock lock(mutex_);
  if (takes_a_failure()) return std::unexpected(journal_errc::unavailable);
  if (streams_[what.stream].sequence != what.expected_sequence) {
    return std::unexpected(journal_errc::conflict);
  }
  contents& stream = streams_[what.stream];
  for (journal_event& each : what.events) {
    stream.records.push_back({++stream.sequence, std::move(each)});
  }
  if (what.state) {
    what.state->sequence = ++stream.sequence;
    stream.snapshot = std::move(what.state);
  }
  if (what.answer) {
    auto& answers = stream.answers;
    std::erase_if(answers, [&](const journal_answer& each) {
      return each.command == what.answer->command || each.at < what.answers_since;
    });
    answers.push_back(*std::move(what.answer));
    while (answers.size() > what.answers_count_max) answers.pop_front();
  }
  ++appends_;
  if (losses_due_ > 0) {
    --losses_due_;
    return std::unexpected(journal_errc::unavailable);
  }
  return stream.sequence;
}

journal::result<std::uint64_t> memory_journal::append(journal_append what) {
  if (!detail::within_limits(what)) co_return std::unexpected(journal_errc::too_large);
  if (!co_await pass(latency_)) co_return std::unexpected(journal_errc::cancelled);
  co_return write(what);
}

journal::result<journal_page> memory_journal::read(std::string stream, std::uint64_t after,
                                                   std::size_t limit) {
  if (!co_await pass(latency_)) co_return std::unexpected(journal_errc::cancelled);
  const std::scoped_lock lock(mutex_);
  if (takes_a_failure()) co_return std::unexpected(journal_errc::unavailable);
  limit = std::clamp<std::size_t>(limit, 1, journal_limits::page_records_max);
  journal_page page;
  std::size_t bytes = 0;
  for (const journal_record& each : streams_[stream].records) {
    if (each.sequence <= after) continue;
    bytes += each.event.data.size();
    const bool fits = page.records.empty() || bytes <= journal_limits::page_bytes_max;
    if (page.records.size() == limit || !fits) {
      page.more = true;
      break;
    }
    page.records.push_back(each);
  }
  co_return page;
}

journal::result<journal_stream> memory_journal::load(std::string stream) {
  if (!co_await pass(latency_)) co_return std::unexpected(journal_errc::cancelled);
  const std::scoped_lock lock(mutex_);
  if (takes_a_failure()) co_return std::unexpected(journal_errc::unavailable);
  const contents& found = streams_[stream];
  co_return journal_stream{
      found.sequence, found.snapshot, {found.answers.begin(), found.answers.end()}};
}

journal::result<std::uint64_t> memory_journal::save_snapshot(std::string stream,
                                                             journal_snapshot snapshot) {
  if (!detail::within_limits(stream, snapshot)) co_return std::unexpected(journal_errc::too_large);
  if (!co_await pass(latency_)) co_return std::unexpected(journal_errc::cancelled);
  const std::scoped_lock lock(mutex_);
  if (takes_a_failure()) co_return std::unexpected(journal_errc::unavailable);
  contents& found = streams_[stream];
  if (snapshot.sequence > found.sequence) co_return std::unexpected(journal_errc::conflict);
  if (!found.snapshot || found.snapshot->sequence <= snapshot.sequence) {
    found.snapshot = std::move(snapshot);
    ++snapshots_;
  }
  co_return found.snapshot->sequence;
}

void memory_journal::fail_next(std::uint32_t count) {
  const std::scoped_lock lock(mutex_);
  failures_due_ = count;
}

void memory_journal::lose_acknowledgements(std::uint32_t count) {
  const std::scoped_lock lock(mutex_);
  losses_due_ = count;
}

memory_journal::contents memory_journal::stored(const std::string& stream) const {
  const std::scoped_lock lock(mutex_);
  const auto found = streams_.find(stream);
  return found == streams_.end() ? contents{} : found->second;
}

void memory_journal::replace(const std::string& stream, contents with) {
  const std::scoped_lock lock(mutex_);
  streams_[stream] = std::move(with);
}

std::uint64_t memory_journal::appends() const {
  const std::scoped_lock lock(mutex_);
  return appends_;
}

std::uint64_t memory_journal::snapshots() const {
  const std::scoped_lock lock(mutex_);
  return snapshots_;
}

}  // namespace troupe
