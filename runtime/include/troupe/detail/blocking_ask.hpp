// Asking from a thread that is not an actor: blocks it until the answer or the deadline.
#pragma once

#include <memory>
#include <utility>

#include <troupe/detail/ask.hpp>
#include <troupe/detail/cell.hpp>
#include <troupe/detail/envelopes.hpp>

namespace troupe::detail {

/// Sends the request and waits. Gives the request that came back, which the caller destroys, or
/// null. `error` says why there is no answer: for null, and for a request that came back without
/// one. Takes the request in every case.
request_envelope* send_and_block(system_core& system, const cell_ptr& target,
                                 request_envelope* request, std::string_view message,
                                 duration within, ask_error& error);

template <class A, request M>
ask_result<M> ask_and_block(system_core& system, const cell_ptr& target, M&& message,
                            duration within) {
  auto* request = target ? new asked<A, M>(std::move(message)) : nullptr;
  ask_error error{};
  request_envelope* answered =
      send_and_block(system, target, request, type_name<M>(), within, error);
  if (!answered) return std::unexpected(std::move(error));
  auto& typed = static_cast<request_of<M>&>(*answered);
  ask_result<M> result =
      typed.answer ? to_result<M>(typed) : ask_result<M>(std::unexpect, std::move(error));
  answered->destroy(answered);
  return result;
}

}  // namespace troupe::detail
