#include <mutex>

#include <troupe/detail/blocking_ask.hpp>

#include "executor.hpp"
#include "system_core.hpp"

namespace troupe::detail {
namespace {

/// Receives one answer, for a thread that may have given up by then.
class answer_box final : public reply_port {
 public:
  void deliver(control_node& answer, actor_cell&) noexcept override {
    auto& request = static_cast<request_envelope&>(answer);
    if (!keep(request)) request.destroy(&request);
    release();
  }
  void retain() noexcept override { references_.fetch_add(1, std::memory_order_relaxed); }
  void release() noexcept override {
    if (references_.fetch_sub(1, std::memory_order_acq_rel) == 1) delete this;
  }

  latch& arrived() noexcept { return arrived_; }

  /// The answer; null when there is none yet, and then none will be kept. `look` sees the request
  /// that is still out.
  template <class Look>
  request_envelope* take_or_abandon(const request_envelope& request, Look&& look) {
    const std::scoped_lock lock(mutex_);
    if (!answered_) {
      abandoned_ = true;
      look(request);
    }
    return answered_;
  }

 private:
  bool keep(request_envelope& request) noexcept {
    const std::scoped_lock lock(mutex_);
    if (abandoned_) return false;
    answered_ = &request;
    arrived_.set();
    return true;
  }

  std::atomic<std::uint32_t> references_{1};
  std::mutex mutex_;
  latch arrived_;
  request_envelope* answered_ = nullptr;
  bool abandoned_ = false;
};

}  // namespace

request_envelope* send_and_block(system_core& system, const cell_ptr& target,
                                 request_envelope* request, std::string_view message,
                                 duration within, ask_error& error) {
  const time_point asked_at = system.runs().now();
  const auto refuse = [&](ask_errc code) -> request_envelope* {
    error = make_ask_error(code, target.get(), nullptr, message, asked_at, asked_at);
    if (request) request->destroy(request);
    return nullptr;
  };
  if (!target) return refuse(ask_errc::no_such_actor);
  if (actor_cell::current_or_null()) return refuse(ask_errc::would_deadlock);

  auto* box = new answer_box;
  request->asker = box;
  box->retain();  // the request's
  const tell_status status = target->push(request);
  if (status != tell_status::accepted && status != tell_status::dropped) {
    box->release();
    box->release();
    return refuse(status == tell_status::mailbox_full ? ask_errc::mailbox_full : ask_errc::stopped);
  }
  system.runs().wait(box->arrived(), within);
  request_envelope* answered =
      box->take_or_abandon(*request, [&](const request_envelope& still_out) {
        request->cancelled.store(true, std::memory_order_relaxed);
        error = make_ask_error(ask_errc::timeout, target.get(), &still_out, message, asked_at,
                               system.runs().now());
      });
  box->release();
  if (answered) {
    error = make_ask_error(answered->failure, target.get(), answered, message, asked_at,
                           system.runs().now());
  }
  return answered;
}

}  // namespace troupe::detail
