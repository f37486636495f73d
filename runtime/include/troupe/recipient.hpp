// recipient<M>: any actor that handles M, whatever its type.
//
// The decoupled form of ref<A>: who sends needs to know the message only, not the actor. The
// complete actor is needed where the recipient is made (from a ref, implicitly), nowhere else; a
// header may hold a recipient of a message that is only declared. Cheap to copy, safe to keep,
// valid across restarts; it does not keep its actor running. Any thread.
//
//   recipient<price_changed> to = system.spawn<chart>();
//   to.tell(price_changed{…});
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string_view>
#include <utility>

#include <troupe/detail/ask.hpp>
#include <troupe/detail/cell.hpp>
#include <troupe/detail/delivery.hpp>
#include <troupe/detail/envelopes.hpp>
#include <troupe/ref.hpp>

namespace troupe {
namespace detail {

/// How a message M is put in an envelope for one type of actor.
template <class M>
struct recipient_operations {
  envelope* (*tell)(M&&);
  request_envelope* (*ask)(M&&);  // null when M has no reply
};

template <class A, class M>
constexpr recipient_operations<M> make_recipient_operations() {
  recipient_operations<M> operations{};
  operations.tell = [](M&& message) -> envelope* { return new told<A, M>(std::move(message)); };
  if constexpr (request<M>) {
    operations.ask = [](M&& message) -> request_envelope* {
      return new asked<A, M>(std::move(message));
    };
  }
  return operations;
}

template <class A, class M>
inline constexpr recipient_operations<M> recipient_operations_of =
    make_recipient_operations<A, M>();

}  // namespace detail

template <class M>
class recipient {
 public:
  recipient() noexcept = default;  // empty: no_such_actor

  template <class A>
    requires handles<A, M>
  recipient(const ref<A>& actor) noexcept  // NOLINT: implicit on purpose
      : cell_(actor.cell()) {
    if constexpr (detail::check_handler<A, M>()) {
      operations_ = &detail::recipient_operations_of<A, M>;
    }
  }

  /// As ref::tell: never waits, in order per sender, a refusal is counted.
  tell_status tell(M message) const {
    if (!cell_) return tell_status::no_such_actor;
    detail::envelope* envelope = operations_->tell(std::move(message));
    const tell_status status = cell_->push(envelope);
    if (!detail::taken(status)) envelope->type->discard(*cell_.get(), envelope, {});
    return status;
  }

  /// As ref::ask: `co_await to.ask(M{…}, 2s)` gives ask_result<M>.
  template <request Request = M>
    requires std::same_as<Request, M>
  detail::ask_operation<Request> ask(Request message, duration deadline) const {
    using typed = detail::request_of<Request>;
    return detail::ask_operation<Request>(
        cell_, cell_ ? static_cast<typed*>(operations_->ask(std::move(message))) : nullptr,
        deadline);
  }

  /// The actor's: equal for every recipient and ref of one actor; 0 when empty.
  std::uint64_t id() const noexcept { return cell_ ? cell_->id() : 0; }
  std::string_view type() const noexcept { return cell_ ? cell_->type().name : ""; }
  explicit operator bool() const noexcept { return static_cast<bool>(cell_); }

  friend bool operator==(const recipient& left, const recipient& right) noexcept {
    return left.cell_.get() == right.cell_.get();
  }
  friend auto operator<=>(const recipient& left, const recipient& right) noexcept {
    return left.id() <=> right.id();
  }

  /// For the library.
  recipient(detail::cell_ptr cell, const detail::recipient_operations<M>* operations) noexcept
      : cell_(std::move(cell)), operations_(operations) {}
  const detail::cell_ptr& cell() const noexcept { return cell_; }
  const detail::recipient_operations<M>* operations() const noexcept { return operations_; }

 private:
  detail::cell_ptr cell_;
  const detail::recipient_operations<M>* operations_ = nullptr;
};

}  // namespace troupe

template <class M>
struct std::hash<troupe::recipient<M>> {
  std::size_t operator()(const troupe::recipient<M>& key) const noexcept {
    return std::hash<std::uint64_t>{}(key.id());
  }
};
