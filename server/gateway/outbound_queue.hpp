// outbound_queue.hpp — what waits to be written to one connection: shared buffers, in order,
// written with one gathered write. Empty it owns no memory worth naming.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include <troupe/io/byte_stream.hpp>

#include "core/shared_bytes.hpp"

namespace troupe::gateway {

/// Belongs to one connection's actor. Who pushes keeps the bound: see bytes().
class outbound_queue {
 public:
  void push(core::shared_bytes bytes);

  /// Drops everything but a buffer whose beginning has been written already: cutting it off in its
  /// middle would make what follows unreadable.
  void drop_waiting();

  [[nodiscard]] bool empty() const noexcept { return bytes_ == 0; }
  /// How much waits.
  [[nodiscard]] std::size_t bytes() const noexcept { return bytes_; }

  enum class outcome : std::uint8_t {
    drained,  // all is written
    blocked,  // the stream has no room now
    lost,     // the connection is gone
  };
  struct written {
    outcome how;
    std::size_t bytes;
  };
  /// Writes as much as there is room for.
  written write_to(io::byte_stream& stream);

 private:
  void consume(std::size_t count);

  std::vector<core::shared_bytes> buffers_;
  std::size_t first_ = 0;        // of those not yet written
  std::size_t first_begun_ = 0;  // bytes of it that are written
  std::size_t bytes_ = 0;
};

}  // namespace troupe::gateway
