// Marks a cell as the one whose turn the thread runs, for as long as the object lives. What the
// thread was in before, a turn or a with_correlation, does not reach into that turn.
#pragma once

#include <troupe/detail/cell.hpp>
#include <troupe/detail/trace.hpp>

namespace troupe::detail {

class current_scope {
 public:
  explicit current_scope(actor_cell& cell) noexcept;
  ~current_scope();
  current_scope(const current_scope&) = delete;
  current_scope& operator=(const current_scope&) = delete;

 private:
  actor_cell* outer_;
  const trace_context* outer_trace_;
};

}  // namespace troupe::detail
