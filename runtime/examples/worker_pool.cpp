// worker_pool: jobs for a pool of workers. pipe() asks without waiting: the answer becomes a
// message of the asking actor itself, so all the jobs are under way at once.
#include <algorithm>
#include <iostream>

#include <troupe/troupe.hpp>

using namespace std::chrono_literals;

struct count_primes {
  using reply = int;
  int from;  // up to but not including `to`
  int to;
};

class worker final : public troupe::actor {
 public:
  int on(count_primes m) {
    int found = 0;
    for (int n = m.from; n < m.to; ++n) found += is_prime(n) ? 1 : 0;
    return found;
  }

 private:
  static bool is_prime(int n) {
    if (n < 2) return false;
    for (int d = 2; d * d <= n; ++d) {
      if (n % d == 0) return false;
    }
    return true;
  }
};

struct counted {
  troupe::ask_result<count_primes> found;
};

class census final : public troupe::actor {
 public:
  census(int numbers, int& result) : result_(result) {
    for (int from = 0; from < numbers; from += 1000) {
      const count_primes job{from, std::min(from + 1000, numbers)};
      pipe(workers_.ask(job, 60s), [](auto found) { return counted{std::move(found)}; });
      ++jobs_;
    }
  }

  void on(counted m) {
    if (m.found) result_ += *m.found;
    if (!m.found) std::cerr << m.found.error().describe() << '\n';
    if (--jobs_ == 0) stop();  // and with it the pool
  }

 private:
  troupe::pool<worker> workers_{*this, {.size = 4, .routing = troupe::pool_routing::least_loaded}};
  int& result_;
  int jobs_ = 0;
};

int main() {
  troupe::system system;
  int primes = 0;
  const auto counting = system.spawn<census>(100'000, std::ref(primes));
  if (!system.wait_stopped(counting, 60s)) return 1;
  std::cout << primes << " primes below 100000\n";
}
