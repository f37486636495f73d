// For tests of journals: calls one from outside, through an actor, and waits for the answer.
#pragma once

#include <chrono>
#include <cstdlib>
#include <expected>
#include <filesystem>
#include <string>
#include <utility>

#include <troupe/journal.hpp>
#include <troupe/system.hpp>
#include <troupe/troupe.hpp>

namespace troupe::testing_journal {

struct temporary_folder {
  temporary_folder() {
    std::string name = (std::filesystem::temp_directory_path() / "journal-XXXXXX").string();
    path = mkdtemp(name.data());
  }
  temporary_folder(const temporary_folder&) = delete;
  temporary_folder& operator=(const temporary_folder&) = delete;
  ~temporary_folder() { std::filesystem::remove_all(path); }
  std::filesystem::path path;
};

template <class T>
using outcome = std::expected<T, journal_errc>;

struct append_it {
  using reply = std::optional<outcome<std::uint64_t>>;
  journal_append what;
};
struct read_it {
  using reply = std::optional<outcome<journal_page>>;
  std::string stream;
  std::uint64_t after;
  std::size_t limit;
};
struct load_it {
  using reply = std::optional<outcome<journal_stream>>;
  std::string stream;
};
struct save_it {
  using reply = std::optional<outcome<std::uint64_t>>;
  std::string stream;
  journal_snapshot snapshot;
};

class calling_actor final : public actor {
 public:
  explicit calling_actor(journal& keeps) : journal_(keeps) {}
  task<append_it::reply> on(append_it m) { co_return co_await journal_.append(std::move(m.what)); }
  task<read_it::reply> on(read_it m) {
    co_return co_await journal_.read(std::move(m.stream), m.after, m.limit);
  }
  task<load_it::reply> on(load_it m) { co_return co_await journal_.load(std::move(m.stream)); }
  task<save_it::reply> on(save_it m) {
    co_return co_await journal_.save_snapshot(std::move(m.stream), std::move(m.snapshot));
  }

 private:
  journal& journal_;
};

class caller {
 public:
  explicit caller(journal& keeps) : actor_(system_.spawn<calling_actor>(std::ref(keeps))) {}

  outcome<std::uint64_t> append(journal_append what) { return ask(append_it{std::move(what)}); }
  outcome<journal_page> read(std::string stream, std::uint64_t after, std::size_t limit) {
    return ask(read_it{std::move(stream), after, limit});
  }
  outcome<journal_stream> load(std::string stream) { return ask(load_it{std::move(stream)}); }
  outcome<std::uint64_t> save_snapshot(std::string stream, journal_snapshot snapshot) {
    return ask(save_it{std::move(stream), std::move(snapshot)});
  }

 private:
  template <class M>
  typename M::reply::value_type ask(M m) {
    auto answer = system_.ask(actor_, std::move(m), std::chrono::minutes(1));
    if (!answer) throw std::runtime_error(answer.error().describe());
    return **std::move(answer);
  }

  system system_{{.workers = 1}};
  ref<calling_actor> actor_;
};

}  // namespace troupe::testing_journal
