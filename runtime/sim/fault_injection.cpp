#include "fault_injection.hpp"

#include <algorithm>
#include <memory>
#include <new>
#include <vector>

#include "sim_executor.hpp"
#include "system_core.hpp"

namespace troupe::sim {
namespace {

constexpr std::uint64_t steps = 1000;  // in which times and lengths are chosen

duration part_of(duration whole, std::uint64_t chosen) {
  return whole / static_cast<duration::rep>(steps) * static_cast<duration::rep>(chosen);
}

executor& node_of(const detail::actor_cell& cell) {
  return static_cast<executor&>(cell.system().runs());
}

runnable named(detail::actor_cell& cell) {
  executor& on = node_of(cell);
  return {&cell, &on, on.number()};
}

/// A message that nobody sent: it does nothing, or it throws.
struct nobodys_message final : detail::envelope {
  explicit nobodys_message(std::exception_ptr thrown = nullptr)
      : envelope(operations), error(std::move(thrown)) {}
  static detail::handler_outcome handle(detail::actor_cell&, envelope* base) {
    auto* const self = static_cast<nobodys_message*>(base);
    if (self->error) std::rethrow_exception(self->error);
    delete self;
    return detail::handler_outcome::finished;
  }
  static void discard(detail::actor_cell&, envelope* base, ask_errc) noexcept {
    delete static_cast<nobodys_message*>(base);
  }
  static constexpr detail::envelope_type operations{&handle, nullptr, &discard,
                                                    "message of the simulation"};
  std::exception_ptr error;
};

struct failure_order final : detail::control_node {
  explicit failure_order(std::exception_ptr thrown)
      : control_node(&deliver), error(std::move(thrown)) {}
  static void deliver(control_node* node, detail::actor_cell& owner) noexcept {
    const std::unique_ptr<failure_order> self(static_cast<failure_order*>(node));
    if (!owner.fail_now(self->error)) owner.push_urgent(new nobodys_message(self->error));
  }
  std::exception_ptr error;
};

/// One of the actors that live, whichever node they are on.
detail::cell_ptr choose_victim(world& in) {
  std::vector<detail::cell_ptr> all;
  for (executor* node : in.nodes()) {
    if (node->crashed()) continue;
    detail::system_core& core = node->core();
    std::vector<std::uint64_t> ids;
    for (std::optional<std::uint64_t> position = 0; position;) {
      position = core.live().walk(*position, [&](const detail::actor_cell& cell) {
        const auto& hits = in.with().faults.hits;
        if (cell.id() == core.root().id() || (hits && !hits(cell.type().name))) return;
        ids.push_back(cell.id());
      });
    }
    std::ranges::sort(ids);
    for (const std::uint64_t id : ids) {
      core.live().with(id, [&](detail::actor_cell& cell) { all.emplace_back(cell); });
    }
  }
  if (all.empty()) return {};
  return all[in.choices().choose(all.size())];
}

void plan(world& in, std::uint32_t count, auto inject) {
  for (std::uint32_t i = 0; i < count; ++i) {
    const std::uint64_t when = in.choices().choose(steps + 1);
    if (when == 0) continue;  // so a reduced run has fewer faults
    in.at(in.now() + part_of(in.with().faults.within, when), inject);
  }
}

void plan_for_actors(world& in, std::uint32_t count, auto inject) {
  plan(in, count, [&in, inject] {
    if (const detail::cell_ptr who = choose_victim(in)) inject(*who.get());
  });
}

duration choose_part(world& in, duration whole) {
  return part_of(whole, 1 + in.choices().choose(steps));
}

void step_clock(world& in) {
  if (in.nodes().empty()) return;
  executor& node = *in.nodes()[in.choices().choose(in.nodes().size())];
  const duration by = choose_part(in, in.with().faults.clock_step_max);
  node.set_clock_ahead(in.choices().choose(2) == 0 ? by : -by);
  ++in.faults().clock_steps;
  in.recorded().fault(in.now(), "the wall clock is set", {nullptr, &node, node.number()});
}

}  // namespace

void plan_faults(world& in) {
  const fault_plan& wanted = in.with().faults;
  plan_for_actors(in, wanted.throws, [&in](detail::actor_cell& who) {
    ++in.faults().throws;
    inject_failure(in, who, std::make_exception_ptr(injected_failure()));
  });
  plan_for_actors(in, wanted.out_of_memory, [&in](detail::actor_cell& who) {
    ++in.faults().out_of_memory;
    inject_failure(in, who, std::make_exception_ptr(std::bad_alloc()));
  });
  plan_for_actors(in, wanted.pauses, [&in](detail::actor_cell& who) {
    ++in.faults().pauses;
    inject_pause(in, who, choose_part(in, in.with().faults.pause_max));
  });
  plan_for_actors(in, wanted.floods, [&in](detail::actor_cell& who) {
    ++in.faults().floods;
    inject_flood(in, who, choose_part(in, in.with().faults.pause_max));
  });
  plan(in, wanted.clock_steps, [&in] { step_clock(in); });
}

void inject_failure(world& in, detail::actor_cell& who, std::exception_ptr error) {
  in.recorded().fault(in.now(), "fails:", named(who));
  who.signal(*new failure_order(std::move(error)));  // NOLINT: frees itself
}

void inject_pause(world& in, detail::actor_cell& who, duration length) {
  in.recorded().fault(in.now(), "is paused:", named(who));
  node_of(who).pause(who, length);
}

void inject_flood(world& in, detail::actor_cell& who, duration length) {
  in.recorded().fault(in.now(), "is flooded:", named(who));
  node_of(who).pause(who, length);
  for (std::uint32_t i = 0; i < who.capacity(); ++i) {
    auto message = std::make_unique<nobodys_message>();
    const tell_status status = who.push(message.get());
    if (status == tell_status::accepted || status == tell_status::dropped) message.release();
    if (status != tell_status::accepted) return;
  }
}

fault_counts& fault_counts::operator+=(const fault_counts& more) noexcept {
  throws += more.throws;
  out_of_memory += more.out_of_memory;
  pauses += more.pauses;
  floods += more.floods;
  clock_steps += more.clock_steps;
  node_pauses += more.node_pauses;
  crashes += more.crashes;
  return *this;
}

}  // namespace troupe::sim
