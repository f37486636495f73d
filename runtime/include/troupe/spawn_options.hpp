// How an actor is spawned.
#pragma once

#include <concepts>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <type_traits>

#include <troupe/supervision.hpp>

namespace troupe {

inline constexpr std::uint32_t mailbox_capacity_max = (1U << 24U) - 1;

/// What becomes of a message that finds the mailbox full.
enum class overflow : std::uint8_t {
  reject,       // tell says mailbox_full; who can wait uses send()
  drop_newest,  // the message itself is dropped; tell says dropped
  drop_oldest,  // the one that has waited longest is dropped in its place
};

/// For an actor with on_batch(): a batch is handled when it has `messages_max` messages, or half
/// the mailbox's capacity, or when its first one has waited for `within`.
struct batching {
  std::uint32_t messages_max = 100;  // 1..
  duration within = std::chrono::milliseconds(10);
};

struct spawn_options {
  std::uint32_t mailbox_capacity = 1000;  // 1..mailbox_capacity_max
  overflow when_full = overflow::reject;

  /// The worker the actor stays on. Unset: it runs wherever there is room. An actor that owns a
  /// byte_stream or an acceptor must be pinned, so that its socket is never touched by two threads.
  std::optional<std::uint32_t> worker{};

  supervision on_failure{};
  batching batch{};
};

namespace detail {
/// What spawn() without options uses: actors spawned so share it, and do not keep a copy each.
inline constexpr spawn_options default_spawn_options{};
}  // namespace detail

/// Options of an actor that is never restarted: a failure stops it. Its constructor's arguments are
/// moved to it and not kept, so they may be move-only.
struct temporary : spawn_options {};

template <class T>
concept spawn_options_type = std::derived_from<std::remove_cvref_t<T>, spawn_options>;

/// Makes instances where the arguments cannot be copied but the actor is to be restarted:
/// spawn<cart>(spawn_options{}, make_with([&] { return std::make_unique<cart>(open_journal()); })).
template <class F>
struct make_with {
  explicit make_with(F function) : make(std::move(function)) {}
  F make;
};

}  // namespace troupe
