// counters.hpp — what the gateway and the hub count while they work, and /metrics shows.
//
// Any thread may count and any may read, at any time; nothing waits. Each counter is exact, but
// two read one after the other may differ by what happened in between. What only ever grows is
// counted here; how many there are now (clients, channels) is asked of the actors that know.
#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace troupe::core {

/// On a cache line of its own, so that workers that count different things do not slow each other
/// down. A loop counts once at its end: add(n).
class alignas(64) counter {
 public:
  void add(std::uint64_t n = 1) noexcept { value_.fetch_add(n, std::memory_order_relaxed); }
  [[nodiscard]] std::uint64_t value() const noexcept {
    return value_.load(std::memory_order_relaxed);
  }

 private:
  std::atomic<std::uint64_t> value_{0};
};

struct code_range {
  std::uint32_t first;
  std::uint32_t last;  // inclusive
};

/// One counter for each code of the ranges, and one that all other codes share: an application's
/// codes are its own to choose, and must not decide how many series there are.
template <code_range... ranges>
class counters_by_code {
 public:
  void add(std::uint32_t code) noexcept {
    values_[slot_of(code)].fetch_add(1, std::memory_order_relaxed);
  }
  /// Of the code itself; for one outside the ranges, what all of these share.
  [[nodiscard]] std::uint64_t value(std::uint32_t code) const noexcept {
    return values_[slot_of(code)].load(std::memory_order_relaxed);
  }
  [[nodiscard]] std::uint64_t other() const noexcept {
    return values_.back().load(std::memory_order_relaxed);
  }

  /// Calls visit(code) for each code that has a counter of its own, in the order of the ranges.
  template <class Visitor>
  static void for_each_code(Visitor visit) {
    for (const code_range& range : {ranges...}) {
      for (std::uint32_t code = range.first; code <= range.last; ++code) visit(code);
    }
  }

 private:
  static constexpr std::size_t code_count = ((ranges.last - ranges.first + 1) + ...);

  static constexpr std::size_t slot_of(std::uint32_t code) noexcept {
    std::size_t slot = 0;
    for (const code_range& range : {ranges...}) {
      if (code >= range.first && code <= range.last) return slot + (code - range.first);
      slot += range.last - range.first + 1;
    }
    return code_count;
  }

  std::array<std::atomic<std::uint64_t>, code_count + 1> values_{};  // the last is `other`
};

/// One counter for each name of a fixed list, and one that all other names share.
template <const auto& names>
class counters_by_name {
 public:
  void add(std::string_view name) noexcept {
    values_[slot_of(name)].fetch_add(1, std::memory_order_relaxed);
  }
  /// Of the name itself; for one that is not in the list, what all of these share.
  [[nodiscard]] std::uint64_t value(std::string_view name) const noexcept {
    return values_[slot_of(name)].load(std::memory_order_relaxed);
  }
  [[nodiscard]] std::uint64_t other() const noexcept {
    return values_.back().load(std::memory_order_relaxed);
  }

  template <class Visitor>
  static void for_each_name(Visitor visit) {
    for (const std::string_view name : names) visit(name);
  }

 private:
  static constexpr std::size_t slot_of(std::string_view name) noexcept {
    return static_cast<std::size_t>(std::find(names.begin(), names.end(), name) - names.begin());
  }

  std::array<std::atomic<std::uint64_t>, names.size() + 1> values_{};  // the last is `other`
};

/// The methods of the server API.
inline constexpr std::array<std::string_view, 14> api_methods = {
    "publish",  "broadcast",      "subscribe", "unsubscribe",    "disconnect", "refresh",
    "presence", "presence_stats", "history",   "history_remove", "channels",   "info",
    "rpc",      "batch"};

/// How clients reach the server, under the names that metrics and events give them.
enum class transport : std::uint8_t { websocket, http_stream, sse };
inline constexpr std::array transports{transport::websocket, transport::http_stream,
                                       transport::sse};

constexpr std::string_view name_of(transport which) {
  constexpr std::array<std::string_view, transports.size()> names{"websocket", "http_stream",
                                                                  "sse"};
  return names[static_cast<std::size_t>(which)];
}

/// One counter for each transport.
class counters_by_transport {
 public:
  counter& of(transport which) noexcept { return values_[static_cast<std::size_t>(which)]; }
  [[nodiscard]] const counter& of(transport which) const noexcept {
    return values_[static_cast<std::size_t>(which)];
  }

 private:
  std::array<counter, transports.size()> values_{};
};

/// One for the whole server, made by main and handed to whoever counts; outlives them all.
struct counters {
  counters_by_transport connections_accepted;  // transports opened
  counter connections_refused;                 // refused: origin, limit, rate, shutdown

  counters_by_transport messages_received;  // commands and pongs from clients, not frames
  counters_by_transport messages_sent;      // replies, pushes and pings to clients, not frames

  counter publications;  // accepted by a channel, from clients and from the server API
  counter deliveries;    // publications handed to a subscriber's queue, one for each subscriber

  counter events_reported;  // that the application has taken note of
  counter events_dropped;   // that it will not be told of: too many waited

  counters_by_code<code_range{100, 113}> reply_errors;
  /// Connections that the server ended.
  counters_by_code<code_range{3000, 3014}, code_range{3500, 3509}> disconnects;
  /// Calls of the server API, whatever came of them.
  counters_by_name<api_methods> api_commands;
};

}  // namespace troupe::core
