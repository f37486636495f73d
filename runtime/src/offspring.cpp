#include <troupe/detail/offspring.hpp>
#include <troupe/system.hpp>

#include "system_core.hpp"

namespace troupe::detail {

void departure::closed(control_node* node, actor_cell& child) noexcept {
  auto& self = static_cast<departure&>(*node);
  if (!self.refused_) self.gone(child);
  // The child still tells its parent that it has closed, so the parent's memory is needed until
  // this turn of the child is over.
  self.run = &let_go;
  child.signal(self);
}

void departure::let_go(control_node* node, actor_cell&) noexcept {
  delete static_cast<departure*>(node);
}

cell_ptr spawn_below(const cell_ptr& parent, const actor_type& type, const spawn_options& options,
                     std::unique_ptr<actor_factory> factory, std::unique_ptr<departure> listener) {
  constexpr bool temporary = false;
  cell_ptr child(*new actor_cell(parent->system(), parent.get(), type, options, temporary,
                                 std::move(factory)));
  listener->parent_ = parent;
  departure& ending = *listener;
  child->add_close_listener(ending);
  static_cast<void>(listener.release());  // frees itself when it has been called
  // Adopted before anything can wake it: the parent hears of a child before it hears of its end.
  const bool adopted = parent->adopt(*child.get());
  if (!adopted) {
    ending.refused_ = true;  // nobody has woken the child yet
    child->request_stop(stop_reason::shut_down);
  }
  child->begin();
  return adopted ? child : cell_ptr();
}

cell_ptr root_of(system& system) noexcept {
  return cell_ptr(system.core().root());
}

}  // namespace troupe::detail
