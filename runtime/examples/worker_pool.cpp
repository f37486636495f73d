// worker_pool: a pool by hand. The pool gives each of its workers one job and the next as soon as
// that one is done. pipe() asks without waiting: the answer becomes a message of the pool itself,
// so the pool stays free to hear from the other workers.
#include <iostream>
#include <vector>

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

struct job_done {
  troupe::ref<worker> by;
  troupe::ask_result<count_primes> found;
};

class pool final : public troupe::actor {
 public:
  pool(int workers, int numbers, int& result) : numbers_(numbers), result_(result) {
    for (int i = 0; i < workers; ++i) give_a_job(spawn<worker>());
  }

  void on(job_done m) {
    --busy_;
    if (m.found) result_ += *m.found;
    if (!m.found) std::cerr << m.found.error().describe() << '\n';
    give_a_job(m.by);
    if (busy_ == 0) stop();  // and with it its workers
  }

 private:
  void give_a_job(troupe::ref<worker> to) {
    if (next_ >= numbers_) return;
    ++busy_;
    pipe(to.ask(count_primes{next_, std::min(next_ + 1000, numbers_)}, 60s),
         [to](auto found) { return job_done{to, std::move(found)}; });
    next_ += 1000;
  }

  int numbers_;
  int& result_;
  int next_ = 0;
  int busy_ = 0;
};

int main() {
  troupe::system system;
  int primes = 0;
  const auto all = system.spawn<pool>(4, 100'000, std::ref(primes));
  if (!system.wait_stopped(all, 60s)) return 1;
  std::cout << primes << " primes below 100000\n";
}
