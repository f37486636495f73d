// rate_limiter: one actor per key. The registry spawns a key's bucket when it is first asked, and
// stops a bucket that has not been used for a while. So what is kept is bounded by the keys that
// are in use, and a bucket that comes back is full.
#include <iostream>
#include <string>

#include <troupe/troupe.hpp>

using namespace std::chrono_literals;

struct take {
  using reply = bool;  // false: over the limit
};

class bucket final : public troupe::actor {
 public:
  bucket(const std::string& /*key*/, int limit) : tokens_(limit) {}
  bool on(take) { return tokens_ > 0 && tokens_-- > 0; }

 private:
  int tokens_;
};
using buckets = troupe::registry<std::string, bucket>;

struct request {
  using reply = bool;
  std::string user;
};

class gate final : public troupe::actor {
 public:
  explicit gate(buckets all) : buckets_(std::move(all)) {}
  troupe::task<bool> on(request m) {
    const auto allowed = co_await buckets_.ask(m.user, take{}, 1s);  // get_or_spawn, then ask
    co_return allowed.value_or(false);
  }

 private:
  buckets buckets_;
};

int main() {
  troupe::system system;
  const buckets all(system, {.idle_after = 1s}, 3);
  const auto entrance = system.spawn<gate>(all);
  const auto try_to_enter = [&](const std::string& user) {
    const bool allowed = system.ask(entrance, request{user}, 10s).value();
    std::cout << user << ": " << (allowed ? "yes" : "no") << '\n';
  };
  for (const std::string user : {"anna", "anna", "anna", "anna", "ben"}) try_to_enter(user);

  if (!system.wait_stopped(all.find("anna"), 10s)) return 1;
  std::cout << "a second later\n";
  try_to_enter("anna");
}
