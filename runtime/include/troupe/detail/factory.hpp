// From spawn()'s arguments to a factory that can make the actor again, and the table of its hooks.
#pragma once

#include <concepts>
#include <expected>
#include <functional>
#include <memory>
#include <tuple>
#include <type_traits>
#include <utility>

#include <troupe/detail/cell.hpp>
#include <troupe/detail/envelopes.hpp>
#include <troupe/ref.hpp>
#include <troupe/spawn_options.hpp>

namespace troupe::detail {

template <class A>
concept has_started = requires(A& a) {
  { a.started() } -> std::same_as<task<std::expected<void, start_error>>>;
};
template <class A>
concept has_stopping = requires(A& a) {
  { a.stopping() } -> std::same_as<task<>>;
};
template <class A>
concept has_turn_ended = requires(A& a) { a.turn_ended(); };

template <class A>
constexpr actor_type make_actor_type() {
  actor_type type{};
  type.name = type_name<A>();
  if constexpr (has_started<A>) {
    using promise = task_promise<std::expected<void, start_error>>;
    type.start = [](actor& instance) -> std::coroutine_handle<> {
      return static_cast<A&>(instance).started().release();
    };
    type.finish_start = [](std::coroutine_handle<> frame) {
      auto result = std::coroutine_handle<promise>::from_address(frame.address()).promise().take();
      if (!result) throw std::runtime_error(result.error().what);
    };
  } else {
    static_assert(
        !requires(A& a) { a.started(); },
        "started() must be task<std::expected<void, troupe::start_error>> started()");
  }
  if constexpr (has_stopping<A>) {
    type.stop = [](actor& instance) -> std::coroutine_handle<> {
      return static_cast<A&>(instance).stopping().release();
    };
    type.finish_stop = [](std::coroutine_handle<> frame) {
      std::coroutine_handle<task_promise<void>>::from_address(frame.address()).promise().take();
    };
  } else {
    static_assert(!requires(A& a) { a.stopping(); }, "stopping() must be task<> stopping()");
  }
  if constexpr (has_turn_ended<A>) {
    type.turn_ended = [](actor& instance) { static_cast<A&>(instance).turn_ended(); };
  }
  if constexpr (handles<A, terminated>) {
    type.terminated_message = [](terminated notice) -> envelope* {
      return new told<A, terminated>(std::move(notice));
    };
  }
  if constexpr (handles<A, link_broken>) {
    type.link_broken_message = [](link_broken notice) -> envelope* {
      return new told<A, link_broken>(std::move(notice));
    };
  }
  return type;
}

template <class A>
inline constexpr actor_type actor_type_of = make_actor_type<A>();

template <class A, bool again, class... Kept>
struct stored_arguments final : actor_factory {
  template <class... Arguments>
  explicit stored_arguments(Arguments&&... arguments)
      : kept(std::forward<Arguments>(arguments)...) {}

  std::unique_ptr<actor> make() override {
    return std::apply(
        [](Kept&... each) {
          if constexpr (again) {
            return std::make_unique<A>(std::as_const(each)...);
          } else {
            return std::make_unique<A>(std::move(each)...);
          }
        },
        kept);
  }

  std::tuple<Kept...> kept;
};

template <class A, class F>
struct stored_function final : actor_factory {
  explicit stored_function(F f) : function(std::move(f)) {}
  std::unique_ptr<actor> make() override { return function(); }
  F function;
};

template <class A, bool again, class... Arguments>
std::unique_ptr<actor_factory> make_factory(Arguments&&... arguments) {
  constexpr bool can = !again || (std::copy_constructible<std::decay_t<Arguments>> && ...);
  static_assert(can,
                "an actor that may be restarted keeps copies of its arguments, and one of these "
                "cannot be copied: spawn it with troupe::temporary{}, or with make_with(factory)");
  if constexpr (can) {
    return std::make_unique<stored_arguments<A, again, std::decay_t<Arguments>...>>(
        std::forward<Arguments>(arguments)...);
  }
}
template <class A, bool again, class F>
std::unique_ptr<actor_factory> make_factory(make_with<F> factory) {
  return std::make_unique<stored_function<A, F>>(std::move(factory.make));
}

/// Splits spawn()'s arguments in options and constructor arguments, and calls
/// `create(type, options, temporary, factory)`, which gives the cell.
template <class A, class Create, class... Arguments>
ref<A> spawn_as(Create&& create, Arguments&&... arguments) {
  return ref<A>(create(actor_type_of<A>, default_spawn_options, false,
                       make_factory<A, true>(std::forward<Arguments>(arguments)...)));
}
template <class A, class Create, spawn_options_type Options, class... Arguments>
ref<A> spawn_as(Create&& create, Options&& options, Arguments&&... arguments) {
  constexpr bool once = std::derived_from<std::remove_cvref_t<Options>, temporary>;
  return ref<A>(create(actor_type_of<A>, static_cast<const spawn_options&>(options), once,
                       make_factory<A, !once>(std::forward<Arguments>(arguments)...)));
}

}  // namespace troupe::detail
