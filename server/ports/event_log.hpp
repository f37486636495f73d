// event_log.hpp — events that the application has still to be told of, in the order they came.
//
// There are a few lanes, each a queue of its own: one actor appends to a lane, one reads from it
// and removes. Calls may come from any worker and suspend the actor that makes them. Acknowledged
// means: as durable as the adapter is.
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <string>
#include <utility>
#include <vector>

#include <troupe/task.hpp>

namespace troupe::ports {

enum class event_kind : std::uint8_t { disconnect = 1, unsubscribe = 2 };

struct event {
  event_kind kind = event_kind::disconnect;
  std::string body;                                          // JSON
  std::vector<std::pair<std::string, std::string>> headers;  // to go along with it

  bool operator==(const event&) const = default;
};

struct kept_event {
  std::uint64_t id = 0;  // rises along the lane
  event what;
};

enum class event_log_errc : std::uint8_t {
  full,         // the lane holds its most already: none of these was kept
  unavailable,  // the store cannot be reached; whether they were kept is not known
};

class event_log {
 public:
  virtual ~event_log() = default;

  /// All or none. Errors: all.
  virtual task<std::expected<void, event_log_errc>> append(std::uint32_t lane,
                                                           std::vector<event> events) = 0;
  /// The oldest, `limit` at most. Error: unavailable.
  virtual task<std::expected<std::vector<kept_event>, event_log_errc>> read(std::uint32_t lane,
                                                                            std::size_t limit) = 0;
  /// Those up to this one, and it. Error: unavailable.
  virtual task<std::expected<void, event_log_errc>> remove_through(std::uint32_t lane,
                                                                   std::uint64_t id) = 0;
};

}  // namespace troupe::ports
