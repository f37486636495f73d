// A connection of the simulated network: two pipes, and what is under way in them.
#pragma once

#include <cstddef>
#include <deque>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include <troupe/clock.hpp>
#include <troupe/io/byte_stream.hpp>
#include <troupe/sim_network.hpp>

#include "notice.hpp"

namespace troupe::sim {

class world;

/// One side of one direction that waits for a notice.
struct waiting_side {
  std::shared_ptr<detail::stream_notice> notice;
  detail::cell_ptr owner;

  void wait(const std::shared_ptr<detail::stream_notice>& what, const detail::cell_ptr& who) {
    what->armed = true;
    notice = what;
    owner = who;
  }
  void wake() noexcept {
    if (notice) detail::stream_notice::send(std::exchange(notice, nullptr), owner);
  }
};

/// One direction.
class pipe : public std::enable_shared_from_this<pipe> {
 public:
  pipe(world& in, std::size_t capacity) : world_(in), capacity_(capacity) {}

  std::size_t room() const noexcept { return capacity_ - arrived.size() - bytes_under_way_; }
  /// Sends the bytes, for which there is room, or the end.
  void send(std::span<const std::byte> bytes);
  void send_end();
  /// Nothing arrives before that.
  void hold_until(time_point until);
  /// Whoever uses it sees that the connection is lost.
  void cut() noexcept;

  std::vector<std::byte> arrived;
  bool ended = false;        // the writer will write no more
  bool end_arrived = false;  // and the reader knows
  bool broken = false;       // the reader is gone
  bool lost = false;         // cut
  waiting_side reader;
  waiting_side writer;

 private:
  struct segment {
    time_point due;
    std::vector<std::byte> bytes;  // empty: the end
  };
  void post(segment what);
  void deliver();

  world& world_;
  const std::size_t capacity_;
  std::deque<segment> under_way_;
  std::size_t bytes_under_way_ = 0;
  time_point last_due_{};
  time_point held_until_{};
};

struct connection {
  std::shared_ptr<pipe> there;
  std::shared_ptr<pipe> back;
};

/// The connections of a world, by age.
class connection_table {
 public:
  connection make(world& in, std::size_t capacity);
  /// Those that are open; forgets the others.
  std::vector<connection> open();
  bool partitioned(time_point now) const noexcept { return now < partitioned_until_; }
  void set_partitioned(time_point until) noexcept {
    if (until > partitioned_until_) partitioned_until_ = until;
  }
  network_counts counts;

 private:
  struct entry {
    std::weak_ptr<pipe> there;
    std::weak_ptr<pipe> back;
  };
  std::vector<entry> all_;
  time_point partitioned_until_{};
};

}  // namespace troupe::sim
