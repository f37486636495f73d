// ledger.hpp — what clients were told, and what must hold of it. The first thing that does not is
// thrown as a violation.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace troupe::sim {

/// How often something rare was reached.
using probes = std::map<std::string, std::uint64_t, std::less<>>;

class ledger {
 public:
  /// A publication left a client. Its data names it: no two are the same.
  void sent(std::string_view channel, const std::string& data);
  /// The server has said that it keeps it.
  void acknowledged(std::string_view channel, const std::string& data);
  /// A client was given it, at that place. All who are must be given the same there.
  void delivered(std::string_view channel, std::string_view epoch, std::uint64_t offset,
                 const std::string& data);

  /// What the store holds of a channel after the last crash, oldest first: all that was
  /// acknowledged once, nothing that was not sent, and at each place what the clients were given
  /// there.
  struct stored {
    std::uint64_t offset;
    std::string data;
  };
  void check_stored(std::string_view channel, std::string_view epoch,
                    const std::vector<stored>& all);

  std::uint64_t acknowledged_count() const noexcept { return acknowledged_count_; }
  std::uint64_t delivered_count() const noexcept { return delivered_count_; }
  /// Of everything that was told, in its order.
  std::uint64_t hash() const noexcept { return hash_; }

  probes reached;

 private:
  struct channel_record {
    std::set<std::string, std::less<>> sent;
    std::set<std::string, std::less<>> acknowledged;
    std::string epoch;
    std::map<std::uint64_t, std::string> at;  // what was delivered, by offset
  };
  channel_record& record(std::string_view channel);
  void mix(std::string_view text) noexcept;

  std::map<std::string, channel_record, std::less<>> channels_;
  std::uint64_t acknowledged_count_ = 0;
  std::uint64_t delivered_count_ = 0;
  std::uint64_t hash_ = 0xcbf29ce484222325U;
};

}  // namespace troupe::sim
