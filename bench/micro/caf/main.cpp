// The workloads on CAF 0.17: statically typed messages in event-based actors, as its manual writes
// them. Mailboxes are unbounded; there is nothing to compare with `send`, streams with a window and
// timers that can be cancelled.
#include <memory>
#include <numeric>
#include <random>

#include "../measure.hpp"
#include "../open_loop.hpp"
#include "caf/all.hpp"

namespace {

using bench::finish_line;

using go_atom = caf::atom_constant<caf::atom("go")>;
using link_atom = caf::atom_constant<caf::atom("link")>;
using add_atom = caf::atom_constant<caf::atom("add")>;
using hello_atom = caf::atom_constant<caf::atom("hello")>;
using expect_atom = caf::atom_constant<caf::atom("expect")>;

struct two_workers {
  caf::actor_system_config config;
  std::unique_ptr<caf::actor_system> system;
  two_workers() {
    config.set("scheduler.max-threads", size_t{2});
    system = std::make_unique<caf::actor_system>(config);
  }
};

// --- a circle of actors

class node : public caf::event_based_actor {
 public:
  node(caf::actor_config& config, finish_line* finish)
      : caf::event_based_actor(config), finish_(finish) {}
  caf::behavior make_behavior() override {
    return {
        [this](link_atom, const caf::actor& next) { next_ = next; },
        [this](std::uint64_t hops_left) {
          if (hops_left == 0) {
            finish_->arrive();
          } else {
            send(next_, hops_left - 1);
          }
        },
    };
  }
  void on_exit() override { next_ = nullptr; }

 private:
  finish_line* finish_;
  caf::actor next_;
};

class circle {
 public:
  circle(std::size_t size, std::size_t tokens) : tokens_(tokens) {
    for (std::size_t i = 0; i < size; ++i) {
      nodes_.push_back(caf_.system->spawn<node>(&finish_));
    }
    std::shuffle(nodes_.begin(), nodes_.end(), std::mt19937(1));
    for (std::size_t i = 0; i < size; ++i) {
      caf::anon_send(nodes_[i], link_atom::value, nodes_[(i + 1) % size]);
    }
  }
  ~circle() {
    for (auto& each : nodes_) caf::anon_send_exit(each, caf::exit_reason::user_shutdown);
  }
  void run(std::uint64_t hops) {
    finish_.expect(tokens_);
    for (std::size_t i = 0; i < tokens_; ++i) {
      caf::anon_send(nodes_[i * nodes_.size() / tokens_], hops / tokens_);
    }
    finish_.wait();
  }

 private:
  finish_line finish_;
  two_workers caf_;
  std::vector<caf::actor> nodes_;
  std::size_t tokens_;
};

template <std::size_t size, std::size_t tokens>
double hops(double seconds) {
  circle all(size, tokens);
  return bench::per_second([&](std::uint64_t count) { all.run(count); }, seconds, 2 * size);
}

double allocations_per_hop(double) {
  circle two(2, 1);
  return bench::allocations_per([&](std::uint64_t count) { two.run(count); }, 100'000);
}

// --- a hundred to one

constexpr std::uint64_t senders = 100;
constexpr std::uint64_t messages_max = senders * 20'000;

caf::behavior sink(caf::event_based_actor*, finish_line* finish) {
  auto missing = std::make_shared<std::uint64_t>(0);
  auto sum = std::make_shared<std::uint64_t>(0);
  return {
      [missing](expect_atom, std::uint64_t messages) { *missing = messages; },
      [missing, sum, finish](std::uint64_t value) {
        *sum += value;
        if (--*missing == 0) finish->arrive();
      },
  };
}

caf::behavior sender(caf::event_based_actor* self, const caf::actor& to) {
  return {[self, to](go_atom, std::uint64_t messages) {
    for (std::uint64_t i = 0; i < messages; ++i) self->send(to, i);
  }};
}

double fan_in(double seconds) {
  finish_line finish;
  two_workers caf;
  auto to = caf.system->spawn(sink, &finish);
  std::vector<caf::actor> from;
  for (std::uint64_t i = 0; i < senders; ++i) from.push_back(caf.system->spawn(sender, to));
  const auto run = [&](std::uint64_t count) {
    finish.expect(1);
    caf::anon_send(to, expect_atom::value, count / senders * senders);
    for (auto& each : from) caf::anon_send(each, go_atom::value, count / senders);
    finish.wait();
  };
  const double value = bench::per_second(run, seconds, senders, messages_max);
  for (auto& each : from) caf::anon_send_exit(each, caf::exit_reason::user_shutdown);
  caf::anon_send_exit(to, caf::exit_reason::user_shutdown);
  return value;
}

// --- requests

struct counter_state {
  std::uint64_t sum = 0;
};
caf::behavior counter(caf::stateful_actor<counter_state>* self) {
  return {[self](add_atom, std::uint64_t amount) { return self->state.sum += amount; }};
}

caf::behavior once(caf::event_based_actor* self) {
  return {[self](add_atom, std::uint64_t amount) {
    self->quit();
    return amount + 1;
  }};
}

void ask_next(caf::event_based_actor* self, const caf::actor& of, std::uint64_t left,
              finish_line* finish) {
  if (left == 0) {
    finish->arrive();
    return;
  }
  self->request(of, caf::infinite, add_atom::value, left).await([=](std::uint64_t) {
    ask_next(self, of, left - 1, finish);
  });
}
caf::behavior asker(caf::event_based_actor* self, const caf::actor& of, finish_line* finish) {
  return {[=](go_atom, std::uint64_t times) { ask_next(self, of, times, finish); }};
}

void spawn_next(caf::event_based_actor* self, std::uint64_t left, finish_line* finish) {
  if (left == 0) {
    finish->arrive();
    return;
  }
  self->request(self->spawn(once), caf::infinite, add_atom::value, left).await([=](std::uint64_t) {
    spawn_next(self, left - 1, finish);
  });
}
caf::behavior parent(caf::event_based_actor* self, finish_line* finish) {
  return {[=](go_atom, std::uint64_t times) { spawn_next(self, times, finish); }};
}

class group {
 public:
  void askers(std::uint64_t count) {
    of_ = caf_.system->spawn(counter);
    for (std::uint64_t i = 0; i < count; ++i) {
      all_.push_back(caf_.system->spawn(asker, of_, &finish_));
    }
  }
  void parents() { all_.push_back(caf_.system->spawn(parent, &finish_)); }
  ~group() {
    for (auto& each : all_) caf::anon_send_exit(each, caf::exit_reason::user_shutdown);
    if (of_) caf::anon_send_exit(of_, caf::exit_reason::user_shutdown);
  }
  void run(std::uint64_t times) {
    finish_.expect(all_.size());
    for (auto& each : all_) caf::anon_send(each, go_atom::value, times / all_.size());
    finish_.wait();
  }

 private:
  finish_line finish_;
  two_workers caf_;
  caf::actor of_;
  std::vector<caf::actor> all_;
};

template <std::uint64_t count>
double asks(double seconds) {
  group all;
  all.askers(count);
  return bench::per_second([&](std::uint64_t times) { all.run(times); }, seconds);
}
double spawns(double seconds) {
  group all;
  all.parents();
  return bench::per_second([&](std::uint64_t times) { all.run(times); }, seconds);
}
double allocations_per_ask(double) {
  group all;
  all.askers(1);
  return bench::allocations_per([&](std::uint64_t times) { all.run(times); }, 100'000);
}
double allocations_per_spawn(double) {
  group all;
  all.parents();
  return bench::allocations_per([&](std::uint64_t times) { all.run(times); }, 20'000);
}

// --- idle

caf::behavior idler(caf::event_based_actor*, finish_line* finish) {
  return {[finish](hello_atom) { finish->arrive(); }};
}

double idle_actor_bytes(double seconds) {
  const auto count = static_cast<std::size_t>(200'000 * std::min(seconds, 1.0));
  finish_line finish;
  two_workers caf;
  std::vector<caf::actor> all(count);
  finish.expect(1);
  auto first = caf.system->spawn(idler, &finish);
  caf::anon_send(first, hello_atom::value);
  finish.wait();
  caf::anon_send_exit(first, caf::exit_reason::user_shutdown);

  const double before = bench::resident_bytes();
  finish.expect(count);
  for (auto& each : all) {
    each = caf.system->spawn(idler, &finish);
    caf::anon_send(each, hello_atom::value);
  }
  finish.wait();
  const double bytes = (bench::resident_bytes() - before) / static_cast<double>(count);
  for (auto& each : all) caf::anon_send_exit(each, caf::exit_reason::user_shutdown);
  return bytes;
}

// --- from outside, at half of what can be handled

caf::behavior receiver(caf::event_based_actor*, bench::latencies* measured) {
  return {[measured](std::uint64_t due) { measured->handled(due); }};
}

double half_load(double seconds, double share) {
  std::vector<std::unique_ptr<bench::latencies>> measured;
  two_workers caf;
  std::vector<caf::actor> all;
  for (std::size_t i = 0; i < bench::receivers; ++i) {
    measured.push_back(std::make_unique<bench::latencies>());
    all.push_back(caf.system->spawn(receiver, measured.back().get()));
  }
  const double value = bench::open_loop(
      [&](std::size_t to, std::uint64_t due) {
        caf::anon_send(all[to], due);
        return true;
      },
      measured, seconds, share);
  for (auto& each : all) caf::anon_send_exit(each, caf::exit_reason::user_shutdown);
  caf.system->await_all_actors_done();  // they write to `measured`
  return value;
}
double half_load_p50(double seconds) {
  return half_load(seconds, 0.5);
}
double half_load_p99(double seconds) {
  return half_load(seconds, 0.99);
}
double half_load_p999(double seconds) {
  return half_load(seconds, 0.999);
}

}  // namespace

int main(int count, char** arguments) {
  return bench::run_command(count, arguments,
                            {
                                {"pingpong_hops_per_s", &hops<2, 1>},
                                {"fanin_msgs_per_s", &fan_in},
                                {"asks_per_s", &asks<1>},
                                {"ring_hops_per_s", &hops<1000, 1>},
                                {"spawn_reply_exit_per_s", &spawns},
                                {"idle_actor_bytes", &idle_actor_bytes},
                                {"commands_per_s", &asks<100>},
                                {"actors_1e2_hops_per_s", &hops<100, 10>},
                                {"actors_1e3_hops_per_s", &hops<1000, 100>},
                                {"actors_1e4_hops_per_s", &hops<10'000, 1000>},
                                {"actors_1e5_hops_per_s", &hops<100'000, 10'000>},
                                {"actors_1e6_hops_per_s", &hops<1'000'000, 100'000>},
                                {"half_load_p50_us", &half_load_p50},
                                {"half_load_p99_us", &half_load_p99},
                                {"half_load_p999_us", &half_load_p999},
                                {"allocations_per_hop", &allocations_per_hop},
                                {"allocations_per_ask", &allocations_per_ask},
                                {"allocations_per_spawn", &allocations_per_spawn},
                            });
}
