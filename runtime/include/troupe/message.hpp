// What a message is, and which actor handles it: all decided at compile time.
//
// A message is a plain struct, moved into the mailbox. Its `reply` alias makes it a request: it can
// be asked as well as told. An actor handles a message when it has a public overload `on(M)` whose
// parameter is exactly M (no conversions), returning the reply or a `task` of it; or for messages
// without a reply `on_batch(std::span<M>)`, see batch.hpp.
#pragma once

#include <concepts>
#include <expected>
#include <span>
#include <string_view>
#include <type_traits>
#include <utility>

namespace troupe {

template <class T = void>
class task;

/// A message that has an answer.
template <class M>
concept request = requires { typename M::reply; };

/// A message that says `static constexpr bool urgent = true;`. It is served before the ordinary
/// ones that wait in the same mailbox, for every actor that handles it; told or asked. Order is
/// kept among the urgent messages of one sender, and among its ordinary ones. The capacity is
/// shared. After urgent_in_a_row_max of them one ordinary message is taken, if one waits.
template <class M>
concept urgent_message = requires { requires std::bool_constant<(M::urgent)>::value; };

inline constexpr int urgent_in_a_row_max = 16;

namespace detail {

template <class M>
struct reply_of {
  using type = void;
};
template <request M>
struct reply_of<M> {
  using type = typename M::reply;
};

template <class T>
struct unwrap_task {
  using type = T;
  static constexpr bool is_task = false;
};
template <class T>
struct unwrap_task<task<T>> {
  using type = T;
  static constexpr bool is_task = true;
};

// Converts to M and to nothing else, so that `on(double)` does not claim an `int`, nor a handler of
// a base its derived messages.
template <class M>
struct exactly {
  template <class T>
    requires std::same_as<T, M>
  operator T();  // NOLINT: implicit on purpose
};

template <class T>
consteval std::string_view pretty_name() {
  // "… pretty_name() [T = troupe::hub::channel]"
  constexpr std::string_view whole = __PRETTY_FUNCTION__;
  constexpr auto begin = whole.find("T = ") + 4;
  return whole.substr(begin, whole.rfind(']') - begin);
}

}  // namespace detail

/// The answer of M; void when M can only be told.
template <class M>
using reply_t = typename detail::reply_of<M>::type;

/// The qualified name of a type, as in the source: "hub::channel" for troupe::hub::channel (the
/// leading namespace of this library is left out). For logs, errors and metrics.
template <class T>
consteval std::string_view type_name() {
  constexpr std::string_view own = "troupe::";
  std::string_view name = detail::pretty_name<T>();
  return name.starts_with(own) ? name.substr(own.size()) : name;
}

/// A type that can be sent: a class type that can be moved.
template <class M>
concept message =
    std::is_class_v<M> && std::same_as<M, std::remove_cvref_t<M>> && std::move_constructible<M>;

/// True when actor A handles messages M in batches. Needs the complete A.
template <class A, class M>
concept handles_in_batches =
    message<M> && requires(A& actor, std::span<M> batch) { actor.on_batch(batch); };

/// True when actor A has a handler for exactly M. Needs the complete A.
template <class A, class M>
concept handles = handles_in_batches<A, M> ||
                  (message<M> && requires(A& actor, detail::exactly<M> probe) { actor.on(probe); });

namespace detail {

template <class A, class M>
using handler_result_t = decltype(std::declval<A&>().on(std::declval<exactly<M>&>()));

// The compiler prints the whole instantiation, `check_handler<bank::account, bank::freeze>`, in the
// first line of the error: actor and message are named there.
template <class A, class M>
consteval bool check_handler() {
  static_assert(message<M>, "a message is a plain struct, passed by value");
  static_assert(handles<A, M>,
                "this actor does not handle this message: it has no public on(M) for exactly it");
  if constexpr (handles_in_batches<A, M>) {
    using result = typename unwrap_task<decltype(std::declval<A&>().on_batch(
        std::declval<std::span<M>>()))>::type;
    static_assert(std::is_void_v<result> && !request<M>,
                  "on_batch(std::span<M>) returns void or task<>: a batch has no reply");
    static_assert(!urgent_message<M>, "an urgent message does not wait for a batch");
    return std::is_void_v<result> && !request<M> && !urgent_message<M>;
  } else if constexpr (handles<A, M>) {
    using result = typename unwrap_task<handler_result_t<A, M>>::type;
    static_assert(std::same_as<result, reply_t<M>>,
                  "on(M) must return M::reply, or task<M::reply> (void where M has no reply)");
    return std::same_as<result, reply_t<M>>;
  }
  return false;  // so that callers go no further, and the one error stands alone
}

}  // namespace detail
}  // namespace troupe
