// pool<A>: n workers of one type behind one handle.
//
//   pool<thumbnailer> makers(system, {.size = 8, .routing = pool_routing::least_loaded}, quality);
//   makers.tell(picture{…});                      // to one of them
//   makers.tell_by(album, picture{…});            // always the same one for an album
//   const auto made = co_await makers.ask(picture{…}, 2s);
//   makers.broadcast(clear_cache{});              // to all
//
// Any thread and any actor; copies are the same pool. The workers are spawned with the pool, as
// children of its supervisor (pool_keeper), which is below the system or the actor that makes the
// pool, and ends with its parent or by shutdown().
//
// Messages from one sender arrive in order at the worker they go to; two workers are two mailboxes.
// By key: shard_of(key, size), so the messages of one key stay in order, and resizing from n to n+1
// moves one key in n+1. A full worker refuses with mailbox_full: other workers are not tried.
//
// A worker that fails restarts as options.worker.on_failure says. One that has stopped is passed
// over (its keys go to the next worker) and replaced after replace_after. What was in its mailbox
// is lost with it, as dead letters.
#pragma once

#include <concepts>
#include <cstdint>
#include <memory>
#include <tuple>
#include <utility>
#include <vector>

#include <troupe/actor.hpp>
#include <troupe/detail/delivery.hpp>
#include <troupe/detail/hash.hpp>
#include <troupe/detail/offspring.hpp>
#include <troupe/detail/pool_core.hpp>
#include <troupe/ref.hpp>

namespace troupe {
namespace detail {

template <class A, class... Kept>
class pool_core_of final : public pool_core {
 public:
  template <class... Arguments>
  explicit pool_core_of(pool_options options, Arguments&&... arguments)
      : pool_core(actor_type_of<A>, std::move(options)),
        kept_(std::forward<Arguments>(arguments)...) {}

 private:
  std::unique_ptr<actor_factory> make_factory() override {
    return std::apply([](const Kept&... each) { return detail::make_factory<A, true>(each...); },
                      kept_);
  }
  std::tuple<Kept...> kept_;
};

}  // namespace detail

template <std::derived_from<actor> A>
class pool {
 public:
  /// Below the system's root. The arguments are the workers', copied for each; references go
  /// through std::ref.
  template <class... Arguments>
  pool(system& system, pool_options options, Arguments&&... arguments)
      : pool(detail::root_of(system), std::move(options), std::forward<Arguments>(arguments)...) {}
  /// Below the actor that calls, on its turn: pool<worker>(*this, …).
  template <class... Arguments>
  pool(actor& owner, pool_options options, Arguments&&... arguments)
      : pool(detail::cell_ptr(detail::actor_cell::current()), std::move(options),
             std::forward<Arguments>(arguments)...) {
    static_cast<void>(owner);
  }

  /// To the worker whose turn it is, by options.routing. `stopped` when no worker runs.
  template <class M>
  tell_status tell(M message) const {
    if constexpr (detail::check_handler<A, M>()) {
      auto* envelope = new detail::told<A, M>(std::move(message));
      const tell_status status = core_->send(envelope);
      if (!detail::taken(status)) delete envelope;
      return status;
    }
  }
  /// To the key's worker.
  template <class Key, class M>
  tell_status tell_by(const Key& key, M message) const {
    if constexpr (detail::check_handler<A, M>()) {
      auto* envelope = new detail::told<A, M>(std::move(message));
      const tell_status status = core_->send_by(detail::hash_of(key), envelope);
      if (!detail::taken(status)) delete envelope;
      return status;
    }
  }
  /// pick().ask(…); a worker that is taken out by resize() at this moment answers `stopped`.
  template <request M>
  detail::ask_operation<M> ask(M message, duration deadline) const {
    return pick().ask(std::move(message), deadline);
  }
  template <class Key, request M>
  detail::ask_operation<M> ask_by(const Key& key, M message, duration deadline) const {
    return pick_by(key).ask(std::move(message), deadline);
  }

  /// A copy to every worker.
  template <class M>
  published broadcast(const M& message) const {
    static_assert(detail::check_handler<A, M>());
    static_assert(std::copy_constructible<M>, "every worker gets a copy of the message");
    return core_->broadcast(
        [](void* context) -> detail::envelope* {
          return new detail::told<A, M>(M(*static_cast<const M*>(context)));
        },
        const_cast<M*>(&message));  // only read
  }

  /// The next worker; empty when none runs.
  ref<A> pick() const { return ref<A>(core_->pick()); }
  template <class Key>
  ref<A> pick_by(const Key& key) const {
    return ref<A>(core_->pick_by(detail::hash_of(key)));
  }

  /// To 1..pool_size_max workers. Workers that are taken out, the last ones, handle what they have
  /// been told through the pool before they stop.
  void resize(std::uint32_t size) const { core_->resize(size); }
  std::uint32_t size() const noexcept { return core_->size(); }
  /// Those that run. A snapshot.
  std::vector<ref<A>> workers() const {
    std::vector<ref<A>> all;
    for (detail::cell_ptr& each : core_->workers()) all.emplace_back(std::move(each));
    return all;
  }

  /// Stops all workers, for good; what is queued becomes dead letters. When the keeper has stopped
  /// all have: monitor it, or system::wait_stopped(pool.keeper(), 5s).
  void shutdown() const noexcept { core_->shutdown(); }
  ref<actor> keeper() const noexcept { return ref<actor>(core_->keeper()); }

 private:
  template <class... Arguments>
  pool(const detail::cell_ptr& parent, pool_options options, Arguments&&... arguments)
      : core_(std::make_shared<detail::pool_core_of<A, std::decay_t<Arguments>...>>(
            std::move(options), std::forward<Arguments>(arguments)...)) {
    core_->open(parent);
  }

  std::shared_ptr<detail::pool_core> core_;
};

}  // namespace troupe
