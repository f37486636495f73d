// Marks a cell as the one whose turn the thread runs, for as long as the object lives.
#pragma once

#include <troupe/detail/cell.hpp>

namespace troupe::detail {

class current_scope {
 public:
  explicit current_scope(actor_cell& cell) noexcept;
  ~current_scope();
  current_scope(const current_scope&) = delete;
  current_scope& operator=(const current_scope&) = delete;

 private:
  actor_cell* outer_;
};

}  // namespace troupe::detail
