#include "transport/tls/tls_stream.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <memory>
#include <optional>
#include <utility>

#include "transport/tls/session.hpp"

namespace troupe::tls {
namespace {

/// Reads of one call that may come to nothing for the owner: parts of records, key updates.
constexpr int fruitless_reads_max = 16;
/// Over this no input is taken: answers of the protocol itself wait to be sent.
constexpr std::size_t waiting_output_max = write_batch_bytes_max + 16 * 1024;

/// Of the calling thread, for as long as one function runs: ciphertext that is read, or plaintext
/// that is put together for a record.
std::span<std::byte> scratch() noexcept {
  thread_local std::array<std::byte, session::record_bytes_max> buffer;
  return buffer;
}

std::unexpected<io::error> failure(io::errc code) {
  return std::unexpected(io::error{code, {}});
}

class tls_stream final : public io::byte_stream {
 public:
  tls_stream(io::pending_stream below, session of, const io::notice_target& owner)
      : session_(std::move(of)), owner_(owner) {
    io::notice_target around = owner;
    around.make_readable = &below_is_readable;
    around.make_writable = &below_is_writable;
    around.around = this;
    readable_.emplace(owner, &is_readable, this);
    below_ = std::move(below).open(around);
    flush();
  }
  tls_stream(const tls_stream&) = delete;
  tls_stream& operator=(const tls_stream&) = delete;

  std::expected<std::size_t, io::error> read_some(io::read_buffer into) override;
  std::expected<std::size_t, io::error> write_some(std::span<const io::write_buffer> from) override;
  void notify_readable() override;
  void notify_writable() override;
  void close_write() override;
  const io::endpoint& peer() const noexcept override { return below_->peer(); }
  io::pending_stream release() override;

 private:
  // What comes from the stream below, and from this one itself; on the owner's turn.
  static detail::envelope* below_is_readable(io::byte_stream* self);
  static detail::envelope* below_is_writable(io::byte_stream* self);
  static detail::envelope* is_readable(io::byte_stream* self);

  bool clogged() const noexcept { return session_.output().size() > waiting_output_max; }
  std::expected<void, io::error> take_input();
  std::expected<std::size_t, io::error> discard_input();
  bool shakes_hands() const noexcept {
    return !closing_ && !session_.established() && !session_.failed();
  }
  bool shake_hands();
  void wait_for_input();
  void flush();
  detail::envelope* tell_readable();
  detail::envelope* tell_writable();

  session session_;
  const io::notice_target owner_;
  std::optional<io::own_notice> readable_;  // none once released
  std::unique_ptr<io::byte_stream> below_;  // stays, closed, once released
  bool read_wanted_ = false;                // a notice is owed
  bool write_wanted_ = false;               // likewise
  bool closing_ = false;  // nothing more is written; `below_` ends when the output is out
  bool lost_ = false;     // `below_` takes no more
};

class tls_source final : public io::pending_stream::source {
 public:
  tls_source(io::pending_stream below, session of)
      : below_(std::move(below)), session_(std::move(of)) {}
  std::unique_ptr<io::byte_stream> open(const io::notice_target& owner) override {
    return std::make_unique<tls_stream>(std::move(below_), std::move(session_), owner);
  }

 private:
  io::pending_stream below_;
  session session_;
};

// ---- in ----------------------------------------------------------------------------------------

/// Feeds the session what there is below.
std::expected<void, io::error> tls_stream::take_input() {
  if (clogged()) return failure(io::errc::would_block);
  const auto buffer = scratch();
  const auto count = below_->read_some(buffer);
  if (!count) return std::unexpected(count.error());
  session_.feed(buffer.first(*count));
  return {};
}

std::expected<std::size_t, io::error> tls_stream::read_some(io::read_buffer into) {
  if (!readable_) return failure(io::errc::connection_lost);
  if (closing_) return discard_input();
  std::size_t total = 0;
  for (int fruitless = 0; fruitless < fruitless_reads_max && total < into.size();) {
    const auto count = session_.read(into.subspan(total));
    flush();
    if (count) {
      total += *count;
      if (!session_.holds_input()) break;
      continue;
    }
    if (total > 0) break;  // the end is told by the next read
    if (count.error() == errc::ended) return failure(io::errc::end_of_stream);
    if (count.error() == errc::failed) return failure(io::errc::connection_lost);
    const auto taken = take_input();
    if (!taken) return std::unexpected(taken.error());
    ++fruitless;
  }
  if (total == 0) return failure(io::errc::would_block);
  return total;
}

/// Once this side has closed, what still comes is of no interest, but its end is.
std::expected<std::size_t, io::error> tls_stream::discard_input() {
  const auto count = below_->read_some(scratch());
  if (!count) return count;
  return failure(io::errc::would_block);
}

/// True when there is something to tell the owner: it is done, or it has failed, or the end came.
bool tls_stream::shake_hands() {
  for (int round = 0; round < fruitless_reads_max; ++round) {
    const auto shaken = session_.shake_hands();
    flush();
    if (shaken) return true;
    if (shaken.error() != errc::wants_input) return true;
    const auto taken = take_input();
    if (!taken) return taken.error() != io::errc::would_block;
  }
  return false;
}

void tls_stream::notify_readable() {
  if (!readable_ || read_wanted_) return;
  read_wanted_ = true;
  if (!closing_ && (session_.holds_input() || session_.over())) return readable_->send();
  wait_for_input();
}

void tls_stream::wait_for_input() {
  if (!clogged()) below_->notify_readable();  // else once there is room for answers
}

detail::envelope* tls_stream::below_is_readable(io::byte_stream* stream) {
  auto& self = static_cast<tls_stream&>(*stream);
  if (self.shakes_hands()) {
    if (!self.shake_hands()) {
      self.wait_for_input();
      return nullptr;
    }
    if (self.write_wanted_) self.below_->notify_writable();
    if (self.session_.established() && !self.session_.holds_input()) {
      if (self.read_wanted_) self.wait_for_input();
      return nullptr;
    }
  }
  return self.tell_readable();
}

detail::envelope* tls_stream::is_readable(io::byte_stream* stream) {
  return static_cast<tls_stream&>(*stream).tell_readable();
}

detail::envelope* tls_stream::tell_readable() {
  if (!std::exchange(read_wanted_, false)) return nullptr;
  return owner_.make_readable(this);
}

// ---- out ---------------------------------------------------------------------------------------

std::expected<std::size_t, io::error> tls_stream::write_some(
    std::span<const io::write_buffer> from) {
  if (lost_ || closing_ || session_.failed()) return failure(io::errc::connection_lost);
  flush();
  if (!session_.established() || !session_.output().empty()) {
    return failure(io::errc::would_block);
  }
  // Small buffers go together into a record: each one costs 22 bytes and a pass of the cipher.
  const auto record = scratch();
  std::size_t filled = 0;
  std::size_t total = 0;
  const auto seal = [&]() -> bool {
    const auto wrote = session_.write(record.first(filled));
    if (!wrote) return false;
    total += std::exchange(filled, 0);
    return true;
  };
  for (io::write_buffer part : from.first(std::min(from.size(), gather_max))) {
    while (!part.empty() && total + filled < write_batch_bytes_max) {
      const std::size_t count = std::min(part.size(), record.size() - filled);
      std::memcpy(record.data() + filled, part.data(), count);
      filled += count;
      part = part.subspan(count);
      if (filled == record.size() && !seal()) return failure(io::errc::connection_lost);
    }
  }
  if (filled > 0 && !seal()) return failure(io::errc::connection_lost);
  flush();
  if (lost_) return failure(io::errc::connection_lost);
  return total;
}

/// Sends what the session has for the peer, as far as there is room; goes on when there is more.
void tls_stream::flush() {
  while (!lost_ && !session_.output().empty()) {
    const io::write_buffer part = session_.output();
    const auto wrote = below_->write_some({&part, 1});
    if (wrote) {
      session_.sent(*wrote);
    } else if (wrote.error() == io::errc::would_block) {
      return below_->notify_writable();
    } else {
      lost_ = true;
    }
  }
  if (closing_) below_->close_write();
}

void tls_stream::notify_writable() {
  if (!readable_ || write_wanted_) return;
  write_wanted_ = true;
  // While hands are shaken there is room when the peer has answered.
  if (shakes_hands()) return wait_for_input();
  below_->notify_writable();
}

detail::envelope* tls_stream::below_is_writable(io::byte_stream* stream) {
  auto& self = static_cast<tls_stream&>(*stream);
  const bool was_clogged = self.clogged();
  self.flush();
  const bool reads = self.read_wanted_ || self.shakes_hands();
  if (was_clogged && !self.clogged() && reads) self.below_->notify_readable();
  if (self.shakes_hands() || (!self.lost_ && !self.session_.output().empty())) return nullptr;
  return self.tell_writable();
}

detail::envelope* tls_stream::tell_writable() {
  if (!std::exchange(write_wanted_, false)) return nullptr;
  return owner_.make_writable(this);
}

void tls_stream::close_write() {
  if (!readable_ || std::exchange(closing_, true)) return;
  session_.end();
  flush();
}

io::pending_stream tls_stream::release() {
  readable_.reset();
  lost_ = true;
  return io::pending_stream(std::make_unique<tls_source>(below_->release(), std::move(session_)));
}

}  // namespace

io::pending_stream serve(io::pending_stream below, const identity& as) {
  return io::pending_stream(std::make_unique<tls_source>(std::move(below), session(as)));
}

}  // namespace troupe::tls
