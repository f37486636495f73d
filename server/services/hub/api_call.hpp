// api_call.hpp — one call of a parallel batch, in an actor of its own, so that several are under
// way at a time. It ends when it has answered.
#pragma once

#include <troupe/actor.hpp>

#include "protocol/api/json_encoder.hpp"
#include "protocol/api/request.hpp"
#include "services/hub/server_api.hpp"

namespace troupe::hub {

/// Reply: the JSON of the result. Errors: those of the method.
struct run_call {
  using reply = protocol::api::json_result;
  protocol::api::request call;
};

class api_call final : public actor {
 public:
  api_call(const context& shared, ref<hub_supervisor> hub, node_state node)
      : api_(shared, std::move(hub), std::move(node)) {}

  task<run_call::reply> on(run_call message);

 private:
  server_api api_;
};

}  // namespace troupe::hub
