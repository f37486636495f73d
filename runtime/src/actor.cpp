#include <string>
#include <utility>

#include <troupe/actor.hpp>
#include <troupe/io/acceptor.hpp>

#include "cold_state.hpp"
#include "executor.hpp"
#include "system_core.hpp"

namespace troupe {

wall_time actor::wall_now() const noexcept {
  return cell_.system().runs().wall_now();
}
random_source& actor::random() noexcept {
  return cell_.cold().random;
}

child_failed::child_failed(failure cause) : cause_(std::move(cause)) {
  text_ = std::string(cause_.actor_type) + "#" + std::to_string(cause_.actor) + " failed in " +
          std::string(cause_.message) + ": " + cause_.what;
}

namespace io {
std::expected<std::unique_ptr<acceptor>, error> listen_on(const endpoint& address,
                                                          const accept_target& owner) {
  return owner.owner->system().runs().listen(address, owner);
}
}  // namespace io

}  // namespace troupe
