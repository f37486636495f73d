#include "services/hub/api_call.hpp"

#include <utility>

namespace troupe::hub {

task<run_call::reply> api_call::on(run_call message) {
  auto result = co_await api_.execute(std::move(message.call));
  stop();
  co_return result;
}

}  // namespace troupe::hub
