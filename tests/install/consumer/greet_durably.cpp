#include <cstdio>

#include <troupe/journal_sqlite.hpp>
#include <troupe/troupe.hpp>

struct greetings {
  static constexpr std::string_view state_name = "greetings";
  static constexpr std::uint32_t state_version = 1;
  std::string whom;
  std::string encode() const { return whom; }
  static std::optional<greetings> decode(std::uint32_t, std::string_view data) {
    return greetings{std::string(data)};
  }
};

struct remember {
  using reply = std::expected<std::uint64_t, troupe::journal_errc>;
  std::string whom;
};

class memory final : public troupe::durable_state<greetings> {
 public:
  explicit memory(troupe::journal& journal) : durable_state(journal, "memory") {}
  troupe::task<remember::reply> on(remember m) { return persist({m.whom}); }
};

int main(int, char** arguments) {
  std::remove(arguments[1]);
  const auto journal = troupe::sqlite_journal::open(arguments[1]);
  if (!journal) return 1;
  troupe::system system;
  const auto someone = system.spawn<memory>(std::ref<troupe::journal>(**journal));
  return system.ask(someone, remember{"world"}, std::chrono::seconds(10)) == 1U ? 0 : 2;
}
