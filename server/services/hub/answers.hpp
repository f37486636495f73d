// What the parts of client share: how long an answer may take, and what a failure becomes. Private
// to client*.cpp.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>

#include <troupe/ask_error.hpp>

#include "crypto/claims.hpp"
#include "protocol/codes.hpp"

namespace troupe::hub {

constexpr std::chrono::seconds answer_within{5};

template <class... Cases>
struct overloaded : Cases... {
  using Cases::operator()...;
};

/// The error that the client gets for an ask that failed.
inline protocol::error to_error(const ask_failure<protocol::error>& failure) {
  return failure.answer() ? *failure.answer() : protocol::error(protocol::errors::internal);
}
inline protocol::error to_error(const ask_error&) {
  return protocol::error(protocol::errors::internal);
}

/// The channel was retired between finding and asking it.
bool channel_was_stopped(const auto& failure) {
  return failure == ask_errc::stopped || failure == ask_errc::no_such_actor;
}

inline std::uint32_t seconds_until(crypto::sys_seconds end, crypto::sys_seconds now) {
  return static_cast<std::uint32_t>(std::max<std::int64_t>((end - now).count(), 0));
}

}  // namespace troupe::hub
