// Listening in a simulation: a port leads to the actor that listens on it.
#include <memory>
#include <utility>

#include "sim_executor.hpp"

namespace troupe::sim {
namespace {

class sim_acceptor final : public io::acceptor {
 public:
  sim_acceptor(executor& on, io::endpoint address) : on_(on), address_(std::move(address)) {}
  sim_acceptor(const sim_acceptor&) = delete;
  sim_acceptor& operator=(const sim_acceptor&) = delete;
  ~sim_acceptor() override { on_.stop_listening(address_.port); }
  const io::endpoint& address() const noexcept override { return address_; }

 private:
  executor& on_;
  io::endpoint address_;
};

}  // namespace

std::expected<std::unique_ptr<io::acceptor>, io::error> executor::listen(
    const io::endpoint& address, const io::accept_target& owner) {
  auto& ports = world_.listeners();
  io::endpoint actual = address;
  while (actual.port == 0 || (address.port == 0 && ports.contains(actual.port))) {
    actual.port = static_cast<std::uint16_t>(1024 + world_.choices().choose(60'000));
  }
  if (!ports.emplace(actual.port, world::listener{this, owner}).second) {
    return std::unexpected(io::error{io::errc::address_in_use, {}});
  }
  return std::make_unique<sim_acceptor>(*this, std::move(actual));
}

void executor::stop_listening(std::uint16_t port) noexcept {
  world_.listeners().erase(port);
}

}  // namespace troupe::sim
