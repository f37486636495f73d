#include "adapters/memory/event_log.hpp"

#include <troupe/sim.hpp>

#include "tests/conformance/ports/event_log_suite.hpp"

namespace troupe::conformance {
namespace {

class in_memory {
 public:
  ports::event_log& log() { return log_; }
  troupe::system& system() { return world_.system(); }

 private:
  memory::event_log log_{4};
  sim::simulation world_{1};
};

INSTANTIATE_TYPED_TEST_SUITE_P(memory, event_logs, in_memory);

}  // namespace
}  // namespace troupe::conformance
