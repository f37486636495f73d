// lazy_ref<A>: an actor that is spawned when it is first needed.
//
//   lazy_ref<report_writer> reports(system, std::ref(disk));   // nothing runs yet
//   reports.tell(write_report{…});                             // now it does
//
// Spawned once, whoever comes first, from any thread or actor; copies are the same actor-to-be.
// When the actor has stopped, the next use spawns a new one: after the instance before it is
// destroyed, so there are never two. While it is stopping, what is sent is lost with it, as with
// ref::stop.
//
// The actor is below the system, or below the actor that made the lazy_ref (with a small
// supervisor, lazy_keeper, between them). When that stops, so does the actor, and none is spawned
// any more: the lazy_ref is empty then, and answers `stopped`. The arguments are kept and copied at
// each spawn; references go through std::ref.
#pragma once

#include <concepts>
#include <memory>
#include <tuple>
#include <utility>

#include <troupe/actor.hpp>
#include <troupe/detail/delivery.hpp>
#include <troupe/detail/offspring.hpp>
#include <troupe/ref.hpp>
#include <troupe/spawn_options.hpp>

namespace troupe {
namespace detail {

class lazy_core : public std::enable_shared_from_this<lazy_core> {
 public:
  lazy_core(const lazy_core&) = delete;
  lazy_core& operator=(const lazy_core&) = delete;
  virtual ~lazy_core();

  cell_ptr get();
  cell_ptr current() const noexcept;
  /// Takes the envelope when accepted.
  tell_status send(envelope* message);
  /// Spawns the keeper; before anything else.
  void open(const cell_ptr& parent);

  /// Nothing is spawned any more.
  void close() noexcept;

  static constexpr int attempts_max = 3;

 protected:
  lazy_core(const actor_type& type, const spawn_options& options);
  virtual std::unique_ptr<actor_factory> make_factory() = 0;

 private:
  friend struct lazy_departure;
  void forget(const actor_cell& closed) noexcept;

  struct state;
  std::unique_ptr<state> state_;
};

template <class A, class... Kept>
class lazy_core_of final : public lazy_core {
 public:
  template <class... Arguments>
  explicit lazy_core_of(const spawn_options& options, Arguments&&... arguments)
      : lazy_core(actor_type_of<A>, options), kept_(std::forward<Arguments>(arguments)...) {}

 private:
  std::unique_ptr<actor_factory> make_factory() override {
    return std::apply([](const Kept&... each) { return detail::make_factory<A, true>(each...); },
                      kept_);
  }
  std::tuple<Kept...> kept_;
};

}  // namespace detail

template <std::derived_from<actor> A>
class lazy_ref {
 public:
  /// Arguments as for system::spawn: spawn_options, if any, come first.
  template <class... Arguments>
  explicit lazy_ref(system& system, Arguments&&... arguments)
      : core_(make(detail::root_of(system), std::forward<Arguments>(arguments)...)) {}
  /// By an actor on its turn, which becomes the parent: lazy_ref<cache>(*this, …).
  template <class... Arguments>
  explicit lazy_ref(actor& owner, Arguments&&... arguments)
      : core_(make(detail::cell_ptr(detail::actor_cell::current()),
                   std::forward<Arguments>(arguments)...)) {
    static_cast<void>(owner);
  }

  /// The actor, spawned if it does not run; empty when the parent has stopped.
  ref<A> get() const { return ref<A>(core_->get()); }
  /// The actor if it runs; empty otherwise.
  ref<A> peek() const noexcept { return ref<A>(core_->current()); }

  /// As ref::tell, to the actor that runs, or to a new one. `stopped` when three in a row stopped
  /// at once, and when the parent has.
  template <class M>
  tell_status tell(M message) const {
    if constexpr (detail::check_handler<A, M>()) {
      auto* envelope = new detail::told<A, M>(std::move(message));
      const tell_status status = core_->send(envelope);
      if (!detail::taken(status)) delete envelope;
      return status;
    }
  }
  /// get().ask(…)
  template <request M>
  detail::ask_operation<M> ask(M message, duration deadline) const {
    return get().ask(std::move(message), deadline);
  }

 private:
  template <class... Arguments>
  static std::shared_ptr<detail::lazy_core> make(detail::cell_ptr parent,
                                                 Arguments&&... arguments) {
    return make_with_options(std::move(parent), spawn_options{},
                             std::forward<Arguments>(arguments)...);
  }
  template <spawn_options_type Options, class... Arguments>
  static std::shared_ptr<detail::lazy_core> make(detail::cell_ptr parent, Options&& options,
                                                 Arguments&&... arguments) {
    static_assert(!std::derived_from<std::remove_cvref_t<Options>, temporary>,
                  "a lazy_ref spawns its actor again, so it keeps the arguments");
    return make_with_options(std::move(parent), options, std::forward<Arguments>(arguments)...);
  }
  template <class... Arguments>
  static std::shared_ptr<detail::lazy_core> make_with_options(detail::cell_ptr parent,
                                                              const spawn_options& options,
                                                              Arguments&&... arguments) {
    auto core = std::make_shared<detail::lazy_core_of<A, std::decay_t<Arguments>...>>(
        options, std::forward<Arguments>(arguments)...);
    core->open(parent);
    return core;
  }

  std::shared_ptr<detail::lazy_core> core_;
};

}  // namespace troupe
