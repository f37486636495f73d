#include "memory_stream.hpp"

#include <algorithm>
#include <cstring>
#include <memory>

#include "connection.hpp"
#include "notice.hpp"
#include "sim_executor.hpp"
#include "system_core.hpp"

namespace troupe::sim {
namespace {

/// What one end does when it goes.
void close(pipe& in, pipe& out) {
  in.broken = true;
  in.writer.wake();
  out.send_end();
}

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
    close(*in_, *out_);
  }

  std::expected<std::size_t, io::error> read_some(io::read_buffer into) override {
    if (!in_ || in_->lost) return std::unexpected(io::error{io::errc::connection_lost, {}});
    auto& arrived = in_->arrived;
    if (arrived.empty()) {
      return std::unexpected(
          io::error{in_->end_arrived ? io::errc::end_of_stream : io::errc::would_block, {}});
    }
    const std::size_t most = std::min(into.size(), arrived.size());
    const std::size_t count = most - world_.choices().choose(most);
    std::memcpy(into.data(), arrived.data(), count);
    arrived.erase(arrived.begin(), arrived.begin() + static_cast<std::ptrdiff_t>(count));
    in_->writer.wake();
    return count;
  }

  std::expected<std::size_t, io::error> write_some(
      std::span<const io::write_buffer> from) override {
    if (!out_ || out_->broken || out_->ended || out_->lost || has_crashed()) {
      return std::unexpected(io::error{io::errc::connection_lost, {}});
    }
    std::size_t written = 0;
    for (const io::write_buffer& part : from.first(std::min(from.size(), gather_max))) {
      const std::size_t count = std::min(out_->room(), part.size());
      if (count > 0) out_->send(part.first(count));
      written += count;
      if (count < part.size()) break;
    }
    if (written == 0) return std::unexpected(io::error{io::errc::would_block, {}});
    return written;
  }

  void notify_readable() override {
    if (!in_ || readable_->armed) return;
    in_->reader.wait(readable_, owner_);
    if (!in_->arrived.empty() || in_->end_arrived || in_->lost) in_->reader.wake();
  }
  void notify_writable() override {
    if (!out_ || writable_->armed) return;
    out_->writer.wait(writable_, owner_);
    if (out_->room() > 0 || out_->broken || out_->lost) out_->writer.wake();
  }
  void close_write() override {
    if (out_) out_->send_end();
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
    if (in_) close(*in_, *out_);
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

std::pair<io::pending_stream, io::pending_stream> make_memory_streams(world& in,
                                                                      std::size_t buffer_bytes) {
  const auto [there, back] = in.connections().make(in, buffer_bytes);
  return {io::pending_stream(std::make_unique<memory_source>(back, there, in)),
          io::pending_stream(std::make_unique<memory_source>(there, back, in))};
}

}  // namespace troupe::sim
