// Kills a process that writes to a journal, at any moment, and looks at what is left.
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <memory>
#include <string>

#include <gtest/gtest.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <troupe/journal_sqlite.hpp>
#include <troupe/random.hpp>
#include <troupe/troupe.hpp>

#include "journal/journal_caller.hpp"

namespace troupe {
namespace {

using testing_journal::caller;
using testing_journal::temporary_folder;

constexpr int actors = 8;

std::uint64_t from_environment(const char* name, std::uint64_t otherwise) {
  const char* text = std::getenv(name);
  return text ? std::strtoull(text, nullptr, 10) : otherwise;
}

/// A process that writes to a journal, and what it has said.
class writer_process {
 public:
  explicit writer_process(const std::filesystem::path& file) {
    int ends[2];
    EXPECT_EQ(pipe(ends), 0);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
    posix_spawn_file_actions_addclose(&actions, ends[0]);
    std::string program = JOURNAL_WRITER;
    std::string path = file.string();
    std::string count = std::to_string(actors);
    char* arguments[] = {program.data(), path.data(), count.data(), nullptr};
    EXPECT_EQ(posix_spawn(&id_, program.c_str(), &actions, nullptr, arguments, environ), 0);
    posix_spawn_file_actions_destroy(&actions);
    close(ends[1]);
    said_ = fdopen(ends[0], "r");
  }
  writer_process(const writer_process&) = delete;
  writer_process& operator=(const writer_process&) = delete;
  ~writer_process() {
    if (id_ > 0) kill();
    std::fclose(said_);
  }

  /// False at the end.
  bool read_line(std::string& stream, std::uint64_t& count) {
    char name[16];
    unsigned long long number = 0;
    if (std::fscanf(said_, "%15s %llu", name, &number) != 2) return false;
    stream = name;
    count = number;
    return true;
  }
  /// How it ended, as waitpid() says.
  int kill() {
    int status = 0;
    ::kill(id_, SIGKILL);
    waitpid(id_, &status, 0);
    id_ = 0;
    return status;
  }

 private:
  pid_t id_ = 0;
  std::FILE* said_ = nullptr;
};

void expect_whole_streams(journal& kept, const std::map<std::string, std::uint64_t>& acknowledged) {
  caller call(kept);
  for (int i = 0; i < actors; ++i) {
    const std::string stream = std::to_string(i);
    const auto found = acknowledged.find(stream);
    std::uint64_t last = 0;
    for (bool more = true; more;) {
      const auto page = call.read(stream, last, journal_limits::page_records_max).value();
      for (const journal_record& each : page.records) {
        ASSERT_EQ(each.sequence, last + 1) << "stream " << stream;
        ASSERT_EQ(each.event.data, std::to_string(each.sequence)) << "a count that is there twice";
        last = each.sequence;
      }
      more = page.more;
    }
    EXPECT_EQ(call.load(stream)->sequence, last);
    if (found != acknowledged.end()) {
      EXPECT_GE(last, found->second) << "acknowledged and lost, in stream " << stream;
    }
  }
}

TEST(a_killed_process, loses_nothing_that_was_acknowledged_and_stores_nothing_twice) {
  const std::uint64_t seed = from_environment("TROUPE_SEED", 1);
  const std::uint64_t kills = from_environment("TROUPE_KILLS", 20);
  std::printf("seed %llu, %llu kills; again: TROUPE_SEED=%llu TROUPE_KILLS=%llu\n",
              static_cast<unsigned long long>(seed), static_cast<unsigned long long>(kills),
              static_cast<unsigned long long>(seed), static_cast<unsigned long long>(kills));
  random_source moments(seed);
  const temporary_folder folder;
  std::map<std::string, std::uint64_t> acknowledged;
  std::uint64_t total = 0;
  for (std::uint64_t i = 0; i < kills; ++i) {
    SCOPED_TRACE("kill " + std::to_string(i) + " of seed " + std::to_string(seed));
    writer_process writer(folder.path / "journal");
    std::string stream;
    std::uint64_t count = 0;
    const auto note = [&] {
      EXPECT_GT(count, acknowledged[stream]) << "acknowledged twice, in stream " << stream;
      acknowledged[stream] = count;
      ++total;
    };
    for (std::uint64_t lines = moments.below(200); lines > 0; --lines) {
      ASSERT_TRUE(writer.read_line(stream, count)) << "it ended by itself";
      note();
    }
    const int status = writer.kill();
    ASSERT_TRUE(WIFSIGNALED(status)) << "it exited with " << WEXITSTATUS(status);
    while (writer.read_line(stream, count)) note();  // what it had said before
    auto kept = sqlite_journal::open(folder.path / "journal");
    ASSERT_TRUE(kept) << kept.error().what;
    ASSERT_NO_FATAL_FAILURE(expect_whole_streams(**kept, acknowledged));
  }
  std::printf("%llu acknowledged events, all there\n", static_cast<unsigned long long>(total));
  EXPECT_GT(total, kills) << "it was killed before it did anything";
}

}  // namespace
}  // namespace troupe
