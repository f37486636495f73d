#include <mutex>
#include <utility>

#include <troupe/lazy_ref.hpp>

namespace troupe {

/// The supervisor of a lazy_ref's actor.
class lazy_keeper final : public actor {
 public:
  explicit lazy_keeper(std::shared_ptr<detail::lazy_core> core) : core_(std::move(core)) {}

 private:
  std::shared_ptr<detail::lazy_core> core_;
};

namespace detail {

struct lazy_core::state {
  state(const actor_type& of, const spawn_options& with) : type(of), options(with) {}

  const actor_type& type;
  const spawn_options options;
  cell_ptr keeper;
  mutable std::mutex mutex;
  cell_ptr current;  // replaced only when it has closed
  bool closed = false;
};

struct lazy_departure final : departure {
  explicit lazy_departure(std::shared_ptr<lazy_core> of) noexcept : core(std::move(of)) {}
  void gone(actor_cell& child) noexcept override { core->forget(child); }
  std::shared_ptr<lazy_core> core;
};

struct lazy_keeper_departure final : departure {
  explicit lazy_keeper_departure(std::shared_ptr<lazy_core> of) noexcept : core(std::move(of)) {}
  void gone(actor_cell&) noexcept override { core->close(); }
  std::shared_ptr<lazy_core> core;
};

lazy_core::lazy_core(const actor_type& type, const spawn_options& options)
    : state_(std::make_unique<state>(type, options)) {}
lazy_core::~lazy_core() = default;

void lazy_core::open(const cell_ptr& parent) {
  state_->keeper = spawn_below(parent, actor_type_of<lazy_keeper>, spawn_options{},
                               detail::make_factory<lazy_keeper, true>(shared_from_this()),
                               std::make_unique<lazy_keeper_departure>(shared_from_this()));
}

cell_ptr lazy_core::get() {
  const std::scoped_lock lock(state_->mutex);
  if (!state_->current && !state_->closed) {
    state_->current = spawn_below(state_->keeper, state_->type, state_->options, make_factory(),
                                  std::make_unique<lazy_departure>(shared_from_this()));
    if (!state_->current) state_->closed = true;  // the keeper is stopping
  }
  return state_->current;
}

cell_ptr lazy_core::current() const noexcept {
  const std::scoped_lock lock(state_->mutex);
  return state_->current;
}

tell_status lazy_core::send(envelope* message) {
  for (int attempt = 0; attempt < attempts_max; ++attempt) {
    const cell_ptr to = get();
    if (!to) return tell_status::stopped;
    const tell_status status = to->push(message);
    if (status != tell_status::stopped) return status;
    forget(*to.get());  // its departure may be on the way still
  }
  return tell_status::stopped;
}

void lazy_core::forget(const actor_cell& closed) noexcept {
  const std::scoped_lock lock(state_->mutex);
  if (state_->current.get() == &closed) state_->current = {};
}

void lazy_core::close() noexcept {
  const std::scoped_lock lock(state_->mutex);
  state_->closed = true;
}

}  // namespace detail
}  // namespace troupe
