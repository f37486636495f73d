// Children that are spawned from any thread, not on their parent's turn. Not for users.
#pragma once

#include <memory>

#include <troupe/detail/cell.hpp>

namespace troupe {

class system;

namespace detail {

/// Hears of the end of one child.
class departure : public control_node {
 public:
  departure(const departure&) = delete;
  departure& operator=(const departure&) = delete;
  virtual ~departure() = default;

  /// On the child's last turn: its instance is gone, it refuses messages. Another may take its
  /// place.
  virtual void gone(actor_cell& child) noexcept = 0;

 protected:
  departure() noexcept : control_node(&closed) {}

 private:
  friend cell_ptr spawn_below(const cell_ptr&, const actor_type&, const spawn_options&,
                              std::unique_ptr<actor_factory>, std::unique_ptr<departure>);
  static void closed(control_node* node, actor_cell& child) noexcept;
  static void let_go(control_node* node, actor_cell& child) noexcept;

  cell_ptr parent_;
  bool refused_ = false;
};

/// Spawns an actor that `parent` supervises. Any thread. Null when the parent is stopping or has
/// stopped; so a parent that has stopped has no child that runs, and each has departed before.
cell_ptr spawn_below(const cell_ptr& parent, const actor_type& type, const spawn_options& options,
                     std::unique_ptr<actor_factory> factory, std::unique_ptr<departure> listener);

/// The parent of the actors that system::spawn makes.
cell_ptr root_of(system& system) noexcept;

}  // namespace detail
}  // namespace troupe
