// connection_index.hpp — the connections there are, found by their client, their session or their
// user. A plain container: the router owns it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include <troupe/ref.hpp>

#include "core/ids.hpp"
#include "protocol/api/connections.hpp"

namespace troupe::hub {

class client;

struct connection {
  ref<client> who;
  core::client_id id;
  core::user_id user;   // empty: anonymous
  std::string session;  // empty where the transport has none
};

class connection_index {
 public:
  /// `actor` is the id of the connection's actor; it is inserted once.
  void insert(std::uint64_t actor, connection added);
  /// False when it is not there.
  bool erase(std::uint64_t actor);

  /// Null when it is not there. The pointers here and below are good until it is erased.
  [[nodiscard]] const connection* find(std::uint64_t actor) const;
  /// Those that all that is given is true of, in the order they came; nothing given: none.
  [[nodiscard]] std::vector<const connection*> matching(
      const protocol::api::connection_filter& filter) const;
  [[nodiscard]] std::size_t of_user(const core::user_id& user) const;

  [[nodiscard]] std::size_t size() const { return connections_.size(); }
  /// Distinct; the anonymous user counts once.
  [[nodiscard]] std::size_t user_count() const { return users_.size(); }

 private:
  std::unordered_map<std::uint64_t, connection> connections_;  // by actor, as the values below
  std::unordered_map<std::string, std::uint64_t> clients_;
  std::unordered_map<std::string, std::uint64_t> sessions_;
  std::unordered_map<core::user_id, std::set<std::uint64_t>> users_;
};

}  // namespace troupe::hub
