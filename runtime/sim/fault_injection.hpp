// Faults: what is planned, and how each is done to an actor.
#pragma once

#include <exception>

#include <troupe/detail/cell.hpp>

#include "world.hpp"

namespace troupe::sim {

/// Chooses when the faults of the world's options come.
void plan_faults(world& in);

void inject_failure(world& in, detail::actor_cell& who, std::exception_ptr error);
void inject_pause(world& in, detail::actor_cell& who, duration length);
void inject_flood(world& in, detail::actor_cell& who, duration length);

}  // namespace troupe::sim
