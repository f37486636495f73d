// journal_writer FILE ACTORS: event-sourced actors that count, each in a stream of its own, "0",
// "1", …, until somebody kills the process. Prints "STREAM COUNT" for each count that the journal
// has acknowledged. Exits with 3 when what it recovers is not what was acknowledged as one, with 4
// when the journal fails.
#include <charconv>
#include <cstdlib>
#include <string>

#include <unistd.h>

#include <troupe/event_sourced.hpp>
#include <troupe/journal_sqlite.hpp>
#include <troupe/troupe.hpp>

namespace {

std::optional<int> number(std::string_view data) {
  int value = 0;
  const auto [end, error] = std::from_chars(data.data(), data.data() + data.size(), value);
  return error == std::errc{} ? std::optional(value) : std::nullopt;
}

struct counted {
  static constexpr std::string_view event_name = "counted";
  static constexpr std::uint32_t event_version = 1;
  int to = 0;
  std::string encode() const { return std::to_string(to); }
  static std::optional<counted> decode(std::uint32_t, std::string_view data) {
    const auto value = number(data);
    return value ? std::optional(counted{*value}) : std::nullopt;
  }
};

struct tally {
  static constexpr std::string_view state_name = "tally";
  static constexpr std::uint32_t state_version = 1;
  int count = 0;
  void apply(const counted& event) { count = event.to; }
  std::string encode() const { return std::to_string(count); }
  static std::optional<tally> decode(std::uint32_t, std::string_view data) {
    const auto value = number(data);
    return value ? std::optional(tally{*value}) : std::nullopt;
  }
};

struct go {};

class counter final : public troupe::event_sourced<tally, counted> {
 public:
  counter(troupe::journal& journal, std::string stream)
      : event_sourced(journal, std::move(stream), {.snapshot_every = 16}) {}

  troupe::task<> on(go) {
    // The last command of the process before: its answer is there whenever its event is.
    if (const int last = state().count; last > 0) {
      if (answered<int>({"count", std::to_string(last)}) != last) _exit(3);
    }
    constexpr int counts_max = 10'000'000;
    while (state().count < counts_max) {
      const int next = state().count + 1;
      const auto stored =
          co_await persist_answer({"count", std::to_string(next)}, next, counted{next});
      if (!stored) _exit(4);
      const std::string line = stream() + ' ' + std::to_string(*stored) + '\n';
      if (::write(STDOUT_FILENO, line.data(), line.size()) < 0) _exit(5);  // whole: under PIPE_BUF
    }
  }
};

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  auto journal = troupe::sqlite_journal::open(argv[1]);
  if (!journal) return 4;
  troupe::system system({.workers = 2});
  for (int i = 0; i < std::atoi(argv[2]); ++i) {
    system.spawn<counter>(std::ref<troupe::journal>(**journal), std::to_string(i)).tell(go{});
  }
  for (;;) pause();
}
