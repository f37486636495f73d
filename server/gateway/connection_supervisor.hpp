// connection_supervisor.hpp — the parent of all connections: spawns them, knows them, and sees them
// off when the server goes. A connection that fails is not restarted: its client comes back.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <unordered_map>

#include <troupe/actor.hpp>
#include <troupe/monitor.hpp>

#include "core/limits.hpp"
#include "gateway/connection_messages.hpp"
#include "gateway/context.hpp"
#include "services/hub/hub_supervisor.hpp"

namespace troupe::gateway {

class client_connection;
class http_connection;
class stream_connection;

struct connection_counts {
  std::uint64_t http = 0;
  std::uint64_t clients = 0;  // of the hub, by any transport
};

struct count_connections {
  using reply = connection_counts;
};

/// Reply: the connection of this session; an empty reference when there is none.
struct find_session {
  using reply = ref<stream_connection>;
  std::string session;
};

/// Ends all connections in good order, and then this actor:
///   1. every connection is told to serve nothing more, and says when it is quiet;
///   2. the hub hands over what was acknowledged (hub::barrier of each fanout);
///   3. every client is disconnected with 3001, its queue first;
///   4. when the last is gone this actor stops.
/// Each of the first two steps takes at most its share of `within`. Idempotent.
struct drain {
  duration within{};
};

class connection_supervisor final : public actor {
 public:
  /// A connection says at most three things in its life, and asks for one session at a time.
  static constexpr std::uint32_t mailbox_capacity = 4 * core::limits::connections_max;

  connection_supervisor(const context& shared, ref<hub::hub_supervisor> hub);

  void on(arrival message);
  void on(upgrade message);
  void on(begin_stream message);
  void on(quiet message);
  void on(drain message);
  connection_counts on(count_connections) const;
  ref<stream_connection> on(find_session message) const;
  void on(terminated message);  // of a connection

  // What its own asks and timers come to; from nobody else.
  struct directory_found {
    ask_result<hub::find_directory> result;
  };
  struct barrier_passed {
    ask_result<hub::barrier> result;
  };
  struct step_overdue {
    int step;
  };
  void on(directory_found message);
  void on(barrier_passed message);
  void on(step_overdue message);

 private:
  enum step : std::uint8_t { serving, quieting, handing_over, disconnecting };

  template <class Connection>
  struct entry {
    ref<Connection> who;
    bool quiet = false;
  };
  template <class Connection>
  using entries = std::unordered_map<std::uint64_t, entry<Connection>>;

  /// One more client, on a connection that has just been spawned.
  void welcome(ref<client_connection> client);
  /// A connection that cannot be told is stopped.
  template <class Message>
  void tell_all(const Message& message);
  void go_on();
  void hand_over();
  void disconnect_all();

  const context& shared_;
  ref<hub::hub_supervisor> hub_;
  entries<http_connection> https_;
  entries<client_connection> clients_;
  std::unordered_map<std::string, ref<stream_connection>> sessions_;
  std::unordered_map<std::uint64_t, std::string> session_names_;  // by connection
  step step_ = serving;
  duration within_{};
  std::uint64_t loud_ = 0;  // connections that are not quiet yet, while draining
  std::size_t barriers_left_ = 0;
};

}  // namespace troupe::gateway
