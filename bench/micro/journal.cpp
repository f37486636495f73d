// troupe_bench_journal [FOLDER] [SECONDS]: durable appends a second with 1, 10, 100 and 1000
// actors, beside what the disk itself does: 4 KiB written over what a file has and fdatasync, one
// after the other. FOLDER (default: the working directory) says which disk.
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <semaphore>
#include <string>
#include <vector>

#include <fcntl.h>
#include <unistd.h>

#include <troupe/journal_sqlite.hpp>
#include <troupe/troupe.hpp>

namespace {

using bench_clock = std::chrono::steady_clock;

double seconds_since(bench_clock::time_point begin) {
  return std::chrono::duration<double>(bench_clock::now() - begin).count();
}

double syncs_per_second(const std::filesystem::path& folder, double seconds) {
  const auto file = folder / "bench-fdatasync";
  const int descriptor = open(file.c_str(), O_CREAT | O_TRUNC | O_WRONLY, 0600);
  if (descriptor < 0) return 0;
  const std::string block(4096, 'x');
  constexpr int blocks = 1024;
  int count = 0;
  for (; count < blocks; ++count) {
    if (write(descriptor, block.data(), block.size()) < 0) return 0;
  }
  if (fsync(descriptor) != 0) return 0;
  count = 0;
  const auto begin = bench_clock::now();
  while (seconds_since(begin) < seconds) {
    const off_t at = static_cast<off_t>(count % blocks) * static_cast<off_t>(block.size());
    if (pwrite(descriptor, block.data(), block.size(), at) < 0) break;
    if (fdatasync(descriptor) != 0) break;
    ++count;
  }
  const double rate = count / seconds_since(begin);
  close(descriptor);
  std::filesystem::remove(file);
  return rate;
}

struct run {
  std::atomic<bool> over{false};
  std::counting_semaphore<> ended{0};
};
struct go {};

class appending final : public troupe::actor {
 public:
  appending(troupe::journal& journal, std::string stream, run& of,
            std::vector<double>& milliseconds)
      : journal_(journal), stream_(std::move(stream)), run_(of), milliseconds_(milliseconds) {}

  troupe::task<> on(go) {
    const std::string data(100, 'x');
    for (std::uint64_t sequence = 0; !run_.over.load(); ++sequence) {
      const auto begin = bench_clock::now();
      const auto stored = co_await journal_.append(
          {.stream = stream_, .expected_sequence = sequence, .events = {{"measured", 1, data}}});
      if (!stored) break;
      milliseconds_.push_back(seconds_since(begin) * 1000);
    }
    run_.ended.release();
  }

 private:
  troupe::journal& journal_;
  std::string stream_;
  run& run_;
  std::vector<double>& milliseconds_;
};

void measure(const std::filesystem::path& folder, int actors, double seconds, double disk_rate) {
  const auto file = folder / "bench-journal";
  for (const char* suffix : {"", "-wal", "-shm"}) {
    std::filesystem::remove(file.string() + suffix);
  }
  auto journal = troupe::sqlite_journal::open(file);
  if (!journal) {
    std::fprintf(stderr, "%s\n", journal.error().what.c_str());
    std::exit(1);
  }
  std::vector<std::vector<double>> times(static_cast<std::size_t>(actors));
  run all;
  {
    troupe::system system;
    const auto begin = bench_clock::now();
    for (std::size_t i = 0; i < times.size(); ++i) {
      system
          .spawn<appending>(std::ref<troupe::journal>(**journal), std::to_string(i), std::ref(all),
                            std::ref(times[i]))
          .tell(go{});
    }
    while (seconds_since(begin) < seconds) (void)all.ended.try_acquire_for(std::chrono::seconds(1));
    all.over.store(true);
    for (int i = 0; i < actors; ++i) all.ended.acquire();
  }
  std::vector<double> sorted;
  for (const auto& each : times) sorted.insert(sorted.end(), each.begin(), each.end());
  std::ranges::sort(sorted);
  if (sorted.empty()) return;
  const auto figures = (*journal)->figures();
  const auto appends = static_cast<double>(figures.appends);
  const double rate = appends / seconds;
  std::printf("%6d %12.0f %12.0f %14.1f %10.2f %10.2f %12.1f\n", actors, rate,
              static_cast<double>(figures.commits) / seconds,
              appends / static_cast<double>(figures.commits), sorted[sorted.size() / 2],
              sorted[sorted.size() * 99 / 100], rate / disk_rate);
  journal->reset();
  for (const char* suffix : {"", "-wal", "-shm"}) {
    std::filesystem::remove(file.string() + suffix);
  }
}

}  // namespace

int main(int argc, char** argv) {
  const std::filesystem::path folder = argc > 1 ? argv[1] : ".";
  const double seconds = argc > 2 ? std::atof(argv[2]) : 3;
  const double disk_rate = syncs_per_second(folder, seconds);
  std::printf("the disk: %.0f fdatasync/s, one after the other\n", disk_rate);
  std::printf("%6s %12s %12s %14s %10s %10s %12s\n", "actors", "appends/s", "commits/s",
              "appends/commit", "p50 ms", "p99 ms", "of the disk");
  for (const int actors : {1, 10, 100, 1000}) measure(folder, actors, seconds, disk_rate);
}
