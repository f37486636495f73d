// registry<Key, A>: one actor per key, spawned when it is first needed.
//
//   registry<user_id, cart> carts(system, {.idle_after = 5min}, std::ref(journal));
//   carts.tell(user, add_item{…});                          // cart(user, journal) if there is none
//   auto cart = carts.get_or_spawn(user);                   // for more than one message
//   const auto total = co_await cart.ask(get_total{}, 1s);
//
// A is constructed from (Key, arguments…); the arguments are copied and kept, references go through
// std::ref. Key is copied, compared with == and hashed with std::hash.
//
// Never two instances for one key, under any race: a successor is spawned only when the instance
// before it has been destroyed. Any thread and any actor may call everything here; copies are the
// same registry. Looking up takes one short lock of 64.
//
// Where it lives: in the tree, below the system or below the actor that makes it, as a supervisor
// (registry_keeper) with the entries as its children. It ends with its parent or by shutdown_all(),
// and refuses everything then with `stopped`. An entry that fails is treated as
// options.entry.on_failure says; an entry that has stopped, for whatever reason, is forgotten, and
// the next message for its key spawns a new one.
//
// Passivation: an entry that has been idle for `idle_after` is stopped (its stopping() hook saves
// what has to be saved). Idle is: nobody holds an `entry` of it and its mailbox is empty. What is
// sent for its key meanwhile waits (up to the mailbox's capacity) and is the first that the next
// instance gets, in the order sent: passivation loses nothing that was sent through the registry or
// an `entry`. What an actor does by itself (timers, piped asks) does not count as use; to stay, it
// keeps an `entry` of its own key. A plain reference (find, entry::live, self) does not hold its
// actor either: what is told through it may meet an instance that is leaving, as with ref::stop.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <memory>
#include <tuple>
#include <utility>
#include <vector>

#include <troupe/actor.hpp>
#include <troupe/detail/delivery.hpp>
#include <troupe/detail/hash.hpp>
#include <troupe/detail/offspring.hpp>
#include <troupe/detail/registry_core.hpp>
#include <troupe/ref.hpp>
#include <troupe/task.hpp>

namespace troupe {

namespace detail {

template <class Key>
struct keyed_entry : registry_entry {
  keyed_entry(std::uint64_t hash, const Key& of) : registry_entry(hash), key(of) {}
  bool has_key(const void* other) const override { return key == *static_cast<const Key*>(other); }
  const Key key;
};

template <class Key, class A, class... Kept>
class keyed_registry final : public registry_core {
 public:
  template <class... Arguments>
  explicit keyed_registry(registry_options options, Arguments&&... arguments)
      : registry_core(actor_type_of<A>, std::move(options)),
        kept_(std::forward<Arguments>(arguments)...) {}

 private:
  struct own_entry final : keyed_entry<Key> {
    own_entry(std::uint64_t hash, const Key& of, const std::tuple<Kept...>& with)
        : keyed_entry<Key>(hash, of), kept(with) {}
    std::unique_ptr<actor_factory> make_factory() override {
      return std::apply(
          [this](const Kept&... each) { return detail::make_factory<A, true>(this->key, each...); },
          kept);
    }
    const std::tuple<Kept...>& kept;  // the registry outlives its entries' cells
  };

  std::shared_ptr<registry_entry> make_entry(std::uint64_t hash, const void* key) override {
    return std::make_shared<own_entry>(hash, *static_cast<const Key*>(key), kept_);
  }

  std::tuple<Kept...> kept_;
};

/// Waits until the entry has a cell; then asks it. Holds the entry meanwhile.
template <class A, request M>
task<ask_result<M>> ask_entry(registry_lease lease, M message, duration deadline) {
  constexpr int settles_max = 8;  // a key that is removed again and again is given up
  const time_point since = actor_cell::current().now();
  ask_error error;
  error.code = ask_errc::stopped;
  error.actor_type = type_name<A>();
  error.message = type_name<M>();
  if (!lease) error.code = ask_errc::no_such_actor;
  for (int round = 0; lease && round < settles_max; ++round) {
    const duration left = deadline - (actor_cell::current().now() - since);
    if (cell_ptr cell = lease.resolve()) {
      co_return co_await ref<A>(std::move(cell)).ask(std::move(message), left);
    }
    if (lease.closed()) break;
    const wait::end how = co_await entry_settled(*lease.entry(), left);
    if (how == wait::end::timed_out) error.code = ask_errc::timeout;
    if (how == wait::end::cancelled) error.code = ask_errc::cancelled;
    if (how != wait::end::answered) break;
  }
  co_return ask_result<M>(std::unexpect, std::move(error));
}

}  // namespace detail

template <class Key, std::derived_from<actor> A>
class registry {
 public:
  /// A key's actor, held: while an entry exists its actor is not passivated (it may still stop,
  /// fail, or be removed; the next message then spawns a new one). Copy it for another thread; one
  /// object is for one thread at a time.
  class entry {
   public:
    entry() noexcept = default;  // empty: no_such_actor

    /// As ref::tell. mailbox_full also when the actor is leaving and as many messages wait as its
    /// mailbox holds; stopped only after shutdown_all().
    template <class M>
    tell_status tell(M message) {
      if constexpr (detail::check_handler<A, M>()) {
        auto* envelope = new detail::told<A, M>(std::move(message));
        const tell_status status = lease_.send(envelope);
        if (!detail::taken(status)) delete envelope;
        return status;
      }
    }

    /// `co_await` in an actor, as ref::ask; the deadline includes waiting for a predecessor that is
    /// leaving. The entry is held until the answer.
    template <request M>
    task<ask_result<M>> ask(M message, duration deadline) const {
      if constexpr (detail::check_handler<A, M>()) {
        return detail::ask_entry<A, M>(lease_, std::move(message), deadline);
      }
    }

    /// The actor as a plain reference: for monitor, pipe, system::ask. Empty while a predecessor is
    /// leaving, and after shutdown_all().
    ref<A> live() { return ref<A>(lease_.resolve()); }

    const Key& key() const noexcept {  // not of an empty entry
      return static_cast<const detail::keyed_entry<Key>*>(lease_.entry())->key;
    }
    explicit operator bool() const noexcept { return static_cast<bool>(lease_); }

    /// For the library.
    explicit entry(detail::registry_lease lease) noexcept : lease_(std::move(lease)) {}

   private:
    detail::registry_lease lease_;
  };

  /// Below the system's root.
  template <class... Arguments>
  registry(system& system, registry_options options, Arguments&&... arguments)
      : registry(detail::root_of(system), std::move(options),
                 std::forward<Arguments>(arguments)...) {}
  /// Below the actor that calls, on its turn: registry(*this, …). It stops the entries before it
  /// stops itself.
  template <class... Arguments>
  registry(actor& owner, registry_options options, Arguments&&... arguments)
      : registry(detail::cell_ptr(detail::actor_cell::current()), std::move(options),
                 std::forward<Arguments>(arguments)...) {
    static_cast<void>(owner);
  }

  /// The key's actor, spawned if there is none. Empty after shutdown_all(), and for a new key at
  /// entries_max.
  entry get_or_spawn(const Key& key) const {
    tell_status refusal{};
    return entry(core_->get_or_spawn(detail::hash_of(key), &key, refusal));
  }

  /// get_or_spawn and tell. Refused with `stopped` after shutdown_all() and with `mailbox_full` for
  /// a new key at entries_max, too.
  template <class M>
  tell_status tell(const Key& key, M message) const {
    tell_status refusal{};
    entry to(core_->get_or_spawn(detail::hash_of(key), &key, refusal));
    return to ? to.tell(std::move(message)) : refusal;
  }
  /// get_or_spawn and ask; `co_await` in an actor.
  template <request M>
  task<ask_result<M>> ask(const Key& key, M message, duration deadline) const {
    return get_or_spawn(key).ask(std::move(message), deadline);
  }

  /// The key's actor if it runs; empty otherwise. Spawns nothing, holds nothing.
  ref<A> find(const Key& key) const { return ref<A>(core_->find(detail::hash_of(key), &key)); }

  /// Stops the key's actor as ref::stop does: what is queued becomes dead letters. What is sent for
  /// the key from now on goes to a new instance, once this one is gone. True when there was one.
  bool remove(const Key& key) const { return core_->remove(detail::hash_of(key), &key); }

  /// Actors that have not stopped yet, leaving ones included. A snapshot.
  std::size_t count() const noexcept { return core_->count(); }

  struct page {
    std::vector<std::pair<Key, ref<A>>> entries;
    std::uint64_t next = 0;  // cursor of the next page; 0: this was the last
  };
  /// About `count_max` running actors from `cursor` on (0: the beginning). Everything that runs
  /// from the first page to the last is in exactly one; what comes or goes meanwhile, in one or
  /// none (an actor that left and came back may be in two).
  page list(std::uint64_t cursor, std::size_t count_max) const {
    page result;
    result.next = core_->visit(
        cursor, count_max,
        [](const detail::registry_entry& each, void* context) {
          static_cast<page*>(context)->entries.emplace_back(
              static_cast<const detail::keyed_entry<Key>&>(each).key, ref<A>(each.cell));
        },
        &result);
    return result;
  }
  /// Calls f(key, ref) for each, page by page, without a lock.
  template <class F>
  void for_each(F f) const {
    constexpr std::size_t page_size = 256;
    std::uint64_t cursor = 0;
    do {
      const page each = list(cursor, page_size);
      for (const auto& [key, actor] : each.entries) f(key, actor);
      cursor = each.next;
    } while (cursor != 0);
  }

  /// Stops all entries, for good: nothing is spawned from now on. When the keeper has stopped all
  /// entries have: monitor it, or system::wait_stopped(registry.keeper(), 5s).
  void shutdown_all() const noexcept { core_->shutdown_all(); }
  ref<actor> keeper() const noexcept { return ref<actor>(core_->keeper()); }

 private:
  template <class... Arguments>
  registry(const detail::cell_ptr& parent, registry_options options, Arguments&&... arguments)
      : core_(std::make_shared<detail::keyed_registry<Key, A, std::decay_t<Arguments>...>>(
            std::move(options), std::forward<Arguments>(arguments)...)) {
    static_assert(std::constructible_from<A, const Key&, const std::decay_t<Arguments>&...>,
                  "the actor of a registry is constructed from (Key, arguments...)");
    core_->open(parent);
  }

  std::shared_ptr<detail::registry_core> core_;
};

}  // namespace troupe
