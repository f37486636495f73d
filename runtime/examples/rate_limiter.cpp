// rate_limiter: one actor per key. A directory spawns a key's bucket on its first use; a bucket
// that was not used for a while stops itself, and the directory, which monitors it, forgets the
// key. So what is kept is bounded by the keys that are in use.
#include <iostream>
#include <map>
#include <string>

#include <troupe/troupe.hpp>

using namespace std::chrono_literals;

struct take {
  using reply = bool;  // false: over the limit
};
struct idle {};

class bucket final : public troupe::actor {
 public:
  bool on(take) {
    cancel(idle_);
    idle_ = send_after(1s, idle{});
    return tokens_ > 0 && tokens_-- > 0;
  }
  void on(idle) { stop(); }

 private:
  int tokens_ = 3;
  troupe::timer_id idle_ = send_after(1s, idle{});
};

struct find_bucket {
  using reply = troupe::ref<bucket>;
  std::string key;
};

class directory final : public troupe::actor {
 public:
  troupe::ref<bucket> on(find_bucket m) {
    auto& found = buckets_[m.key];
    if (!found) {
      found = spawn<bucket>();
      monitor(found);
    }
    return found;
  }
  void on(troupe::terminated m) {
    std::erase_if(buckets_, [&](const auto& each) { return each.second.id() == m.who; });
  }

 private:
  std::map<std::string, troupe::ref<bucket>> buckets_;
};

bool allowed(troupe::system& system, troupe::ref<directory> all, const std::string& key) {
  for (int attempt = 0; attempt < 3; ++attempt) {
    const auto of_key = system.ask(all, find_bucket{key}, 10s);
    const auto answer = system.ask(of_key.value(), take{}, 10s);
    if (answer) return *answer;  // else it stopped just now, and the next one found is new
  }
  return false;
}

int main() {
  troupe::system system;
  const auto all = system.spawn<directory>();
  for (const std::string key : {"anna", "anna", "anna", "anna", "ben"}) {
    std::cout << key << ": " << (allowed(system, all, key) ? "yes" : "no") << '\n';
  }

  const auto bucket_of_anna = system.ask(all, find_bucket{"anna"}, 10s).value();
  if (!system.wait_stopped(bucket_of_anna, 10s)) return 1;
  std::cout << "a second later\nanna: " << (allowed(system, all, "anna") ? "yes" : "no") << '\n';
}
