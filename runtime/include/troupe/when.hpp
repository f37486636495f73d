// Several asks at once, in one handler.
//
//   auto [stock, price] = co_await when_all(shop.ask(count{id}, 1s), bank.ask(quote{id}, 2s));
//   auto quickest = co_await when_any(near.ask(find{key}, 1s), far.ask(find{key}, 1s));
//
// All requests leave when the whole is awaited, in the order given; the actor handles nothing else
// meanwhile. Each keeps its own deadline and gives what it would give alone, would_deadlock
// included. When the actor is stopped every branch that is not answered ends as cancelled.
//
// when_all waits for every result. when_any waits for the first that is a value: one that fails,
// with mailbox_full say, does not win over one that is still being worked on. The rest are
// cancelled: a request that is still queued is removed, one that runs is not interrupted, and its
// late answer is dropped. When no branch gives a value, the error of the one that failed last is
// the result.
//
// Deadlocks. Each branch is checked when it leaves: one that would close a cycle of waiting actors
// fails at once. A cycle that another actor closes later, through a branch of a when_all, is always
// found too, though possibly not before the other branches have been answered. Of a when_any only
// the last branch left is a wait that can be part of a deadlock, and is treated as one; actors that
// wait for each other through several open branches are not told apart from slow ones, and end by
// their deadlines.
#pragma once

#include <cstddef>
#include <tuple>
#include <utility>
#include <variant>
#include <vector>

#include <troupe/detail/ask_group.hpp>

namespace troupe {

/// `co_await when_all(…)` gives std::tuple<ask_result<Ms>…>, in the order of the arguments.
template <request... Ms>
  requires(sizeof...(Ms) > 0)
auto when_all(detail::ask_operation<Ms>... asks) {
  return detail::asks_in_parallel<detail::group_waits_for::all, Ms...>(std::move(asks)...);
}

/// `co_await when_any(…)` gives std::variant<ask_result<Ms>…>, whose index() says which one it was.
template <request... Ms>
  requires(sizeof...(Ms) > 0)
auto when_any(detail::ask_operation<Ms>... asks) {
  return detail::asks_in_parallel<detail::group_waits_for::first, Ms...>(std::move(asks)...);
}

/// The same for any number of asks of one kind: gives std::vector<ask_result<M>>; of none, none.
template <request M>
auto when_all(std::vector<detail::ask_operation<M>> asks) {
  return detail::asks_of_one_kind<detail::group_waits_for::all, M>(std::move(asks));
}

/// Gives std::pair<std::size_t, ask_result<M>>: which one, and its result. Needs at least one.
template <request M>
auto when_any(std::vector<detail::ask_operation<M>> asks) {
  return detail::asks_of_one_kind<detail::group_waits_for::first, M>(std::move(asks));
}

}  // namespace troupe
