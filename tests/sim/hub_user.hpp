// hub_user.hpp — one user of the simulated hub: connects, subscribes, publishes, goes, comes back
// and recovers, and checks what it is told. It speaks the client protocol over a WebSocket, as
// programs in the field do.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <troupe/clock.hpp>
#include <troupe/random.hpp>
#include <troupe/sim.hpp>

#include "tests/sim/ledger.hpp"
#include "tests/sim/wire_client.hpp"

namespace troupe::sim {

class hub_user {
 public:
  static constexpr std::uint16_t port = 8000;

  /// All outlive it.
  hub_user(simulation& world, ledger& book, std::string name, std::uint64_t seed,
           const std::vector<std::string>& channels);

  /// Takes in what has come, and does what it feels like. Called every few milliseconds.
  void poll();
  /// It publishes nothing more, stays where it is, and subscribes to all it knows.
  void settle_down() noexcept { settled_ = true; }
  /// Connected, and at the newest publication of each channel that it is subscribed to.
  bool is_at(const std::map<std::string, std::uint64_t, std::less<>>& tops) const;

 private:
  struct position {
    std::string epoch;
    std::uint64_t offset = 0;
  };
  struct subscription {
    bool wanted = false;
    bool active = false;
    bool asked = false;  // a subscribe or unsubscribe is under way
    std::optional<position> at{};
  };
  struct command {
    enum class kind : std::uint8_t { connect, subscribe, unsubscribe, publish } what;
    std::string channel{};
    std::string data{};
    bool recovers = false;
  };

  void connect();
  void lose_connection();
  void hear(std::string_view line);
  struct hearing;  // what is done with a message, see hub_user.cpp
  void hear_publication(const std::string& channel, subscription& in, std::uint64_t offset,
                        const std::string& data);
  void subscribe_to_what_is_wanted();
  void act();
  void publish();
  void send(command what, const std::string& body);
  bool one_in(std::uint64_t times) { return random_.below(times) == 0; }

  simulation& world_;
  ledger& book_;
  const std::string name_;
  random_source random_;
  std::map<std::string, subscription> subscriptions_;
  std::deque<transcript> transcripts_;  // of each connection it had
  ref<wire_client> wire_;
  transcript* heard_ = nullptr;  // of the connection it has; null: none
  std::size_t heard_lines_ = 0;
  bool connected_ = false;
  bool settled_ = false;
  std::uint64_t last_id_ = 0;
  std::uint64_t published_ = 0;
  std::map<std::uint64_t, command> under_way_;
  time_point next_try_{};
  time_point next_act_{};
  time_point last_heard_{};
};

}  // namespace troupe::sim
