#include "memory_stream.hpp"

#include <algorithm>
#include <cstring>
#include <memory>
#include <vector>

#include "notice.hpp"
#include "sim_executor.hpp"
#include "system_core.hpp"

namespace troupe::sim {
namespace {

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

/// The bytes on their way in one direction.
struct pipe {
  explicit pipe(std::size_t bytes) : capacity(bytes) {}
  const std::size_t capacity;
  std::vector<std::byte> bytes;
  bool ended = false;   // the writer will write no more
  bool broken = false;  // the reader is gone
  waiting_side reader;
  waiting_side writer;
};

class memory_stream final : public io::byte_stream {
 public:
  memory_stream(std::shared_ptr<pipe> in, std::shared_ptr<pipe> out, world& in_world,
                const io::notice_target& owner)
      : in_(std::move(in)),
        out_(std::move(out)),
        world_(in_world),
        owner_(*owner.owner),
        readable_(std::make_shared<detail::stream_notice>(owner.make_readable, this, owner)),
        writable_(std::make_shared<detail::stream_notice>(owner.make_writable, this, owner)) {}
  memory_stream(const memory_stream&) = delete;
  memory_stream& operator=(const memory_stream&) = delete;

  ~memory_stream() override {
    readable_->stream = nullptr;
    writable_->stream = nullptr;
    if (!in_) return;  // released
    in_->reader = {};
    out_->writer = {};
    in_->broken = true;
    in_->writer.wake();
    out_->ended = true;
    out_->reader.wake();
  }

  std::expected<std::size_t, io::error> read_some(io::read_buffer into) override {
    if (!in_) return std::unexpected(io::error{io::errc::connection_lost, {}});
    if (in_->bytes.empty()) {
      return std::unexpected(
          io::error{in_->ended ? io::errc::end_of_stream : io::errc::would_block, {}});
    }
    const std::size_t most = std::min(into.size(), in_->bytes.size());
    const std::size_t count = most - world_.choices().choose(most);
    std::memcpy(into.data(), in_->bytes.data(), count);
    in_->bytes.erase(in_->bytes.begin(), in_->bytes.begin() + static_cast<std::ptrdiff_t>(count));
    in_->writer.wake();
    return count;
  }

  std::expected<std::size_t, io::error> write_some(
      std::span<const io::write_buffer> from) override {
    if (!out_ || out_->broken || out_->ended || has_crashed()) {
      return std::unexpected(io::error{io::errc::connection_lost, {}});
    }
    std::size_t written = 0;
    for (const io::write_buffer& part : from.first(std::min(from.size(), gather_max))) {
      const std::size_t room = out_->capacity - out_->bytes.size();
      const std::size_t count = std::min(room, part.size());
      world_.recorded().wrote(part.first(count));
      out_->bytes.insert(out_->bytes.end(), part.begin(),
                         part.begin() + static_cast<std::ptrdiff_t>(count));
      written += count;
      if (count < part.size()) break;
    }
    if (written == 0) return std::unexpected(io::error{io::errc::would_block, {}});
    out_->reader.wake();
    return written;
  }

  void notify_readable() override {
    if (!in_ || readable_->armed) return;
    in_->reader.wait(readable_, owner_);
    if (!in_->bytes.empty() || in_->ended) in_->reader.wake();
  }
  void notify_writable() override {
    if (!out_ || writable_->armed) return;
    out_->writer.wait(writable_, owner_);
    if (out_->bytes.size() < out_->capacity || out_->broken) out_->writer.wake();
  }
  void close_write() override {
    if (!out_) return;
    out_->ended = true;
    out_->reader.wake();
  }
  const io::endpoint& peer() const noexcept override { return peer_; }
  io::pending_stream release() override;

 private:
  /// What runs while its node is torn down reaches nobody.
  bool has_crashed() const noexcept {
    return static_cast<executor&>(owner_->system().runs()).crashed();
  }

  std::shared_ptr<pipe> in_;  // null, with out_, once released
  std::shared_ptr<pipe> out_;
  world& world_;
  detail::cell_ptr owner_;
  std::shared_ptr<detail::stream_notice> readable_;
  std::shared_ptr<detail::stream_notice> writable_;
  io::endpoint peer_;
};

class memory_source final : public io::pending_stream::source {
 public:
  memory_source(std::shared_ptr<pipe> in, std::shared_ptr<pipe> out, world& in_world)
      : in_(std::move(in)), out_(std::move(out)), world_(in_world) {}
  memory_source(const memory_source&) = delete;
  memory_source& operator=(const memory_source&) = delete;
  ~memory_source() override {
    if (!in_) return;
    in_->broken = true;
    in_->writer.wake();
    out_->ended = true;
    out_->reader.wake();
  }
  std::unique_ptr<io::byte_stream> open(const io::notice_target& owner) override {
    return std::make_unique<memory_stream>(std::move(in_), std::move(out_), world_, owner);
  }

 private:
  std::shared_ptr<pipe> in_;
  std::shared_ptr<pipe> out_;
  world& world_;
};

io::pending_stream memory_stream::release() {
  readable_->stream = nullptr;
  writable_->stream = nullptr;
  in_->reader = {};
  out_->writer = {};
  return io::pending_stream(
      std::make_unique<memory_source>(std::move(in_), std::move(out_), world_));
}

}  // namespace

std::pair<io::pending_stream, io::pending_stream> make_memory_streams(world& in_world,
                                                                      std::size_t buffer_bytes) {
  auto forth = std::make_shared<pipe>(buffer_bytes);
  auto back = std::make_shared<pipe>(buffer_bytes);
  return {io::pending_stream(std::make_unique<memory_source>(forth, back, in_world)),
          io::pending_stream(std::make_unique<memory_source>(back, forth, in_world))};
}

}  // namespace troupe::sim
