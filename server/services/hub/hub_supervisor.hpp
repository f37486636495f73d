// hub_supervisor.hpp — the root of the hub: one router, one fanout per worker, and a fetcher for
// the keys of each kind of token that has them published somewhere.
//
// When one of them fails for good, the hub starts anew as a whole: the connections notice that
// their fanout is gone and ask their clients to come back.
#pragma once

#include <vector>

#include <troupe/actor.hpp>

#include "services/hub/application.hpp"
#include "services/hub/context.hpp"
#include "services/hub/fanout.hpp"
#include "services/hub/key_fetcher.hpp"
#include "services/hub/node_state.hpp"
#include "services/hub/router.hpp"

namespace troupe::hub {

/// The actors of the hub as they are now. A reference in it may be of a hub that has been replaced:
/// asks fail with `stopped` then; find the directory again.
struct directory {
  ref<router> routing;
  std::vector<ref<fanout>> fanouts;  // by worker
  ref<key_fetcher> connection_keys;  // empty: keys are fetched from nowhere
  ref<key_fetcher> subscription_keys;
  application outside;
};

struct find_directory {
  using reply = directory;
};

struct get_figures {
  using reply = hub_figures;
};

class api_call;

/// Reply: an actor that will run one call (run_call).
struct start_call {
  using reply = ref<api_call>;
  node_state node;
};

/// Supervises; answers where the actors are.
class hub_supervisor final : public actor {
 public:
  hub_supervisor(const context& shared, std::uint32_t worker_count);

  directory on(find_directory) { return directory_; }
  task<hub_figures> on(get_figures);
  ref<api_call> on(start_call message);
  /// Answered when the application has been told of everything, or the asker has given up.
  task<> on(flush_events);

  struct sweep_history {};
  void on(sweep_history);

 private:
  static constexpr std::chrono::seconds sweep_period{5};

  ref<key_fetcher> spawn_fetcher(const key_endpoint* endpoint);
  void reach_application();

  const context& shared_;
  directory directory_;
};

}  // namespace troupe::hub
