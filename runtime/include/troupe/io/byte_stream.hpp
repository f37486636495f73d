// byte_stream: one connected, ordered, reliable stream of bytes, as its owning actor sees it.
//
// Nothing here blocks or suspends. The owner reads and writes what can be done at once; when it is
// told would_block it asks for a notice, which comes as a message: io::readable or io::writable.
// At most one of each is under way, and neither counts against the mailbox's capacity. So an idle
// connection holds no buffer, and an actor that does not ask for more is not sent more:
// backpressure is to not call notify_readable().
//
// A stream belongs to one actor, pinned to the worker where the stream was opened, and is used on
// that actor's turns only. Destroying it closes it; no notice comes after that.
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <memory>
#include <span>
#include <string>

#include <troupe/actor.hpp>
#include <troupe/io/error.hpp>

namespace troupe::detail {
struct stream_notice;
}

namespace troupe::io {

struct endpoint {
  std::string address;     // "127.0.0.1", "::1"
  std::uint16_t port = 0;  // 0: any free port, when listening

  friend bool operator==(const endpoint&, const endpoint&) = default;
};

using read_buffer = std::span<std::byte>;
using write_buffer = std::span<const std::byte>;

class pending_stream;

class byte_stream {
 public:
  virtual ~byte_stream() = default;

  /// Reads what is there: 1..into.size() bytes. Errors: would_block, end_of_stream,
  /// connection_lost.
  virtual std::expected<std::size_t, error> read_some(read_buffer into) = 0;

  /// Writes from the buffers in their order as much as there is room for; may stop in the middle of
  /// one. At most gather_max buffers are looked at. Errors: would_block, connection_lost.
  virtual std::expected<std::size_t, error> write_some(std::span<const write_buffer> from) = 0;
  static constexpr std::size_t gather_max = 64;

  /// One io::readable as soon as reading would give bytes or an end. Idempotent until it comes.
  virtual void notify_readable() = 0;
  /// One io::writable as soon as there is room, or the connection is lost.
  virtual void notify_writable() = 0;

  /// Closes the sending side after what was written; the peer reads end_of_stream.
  virtual void close_write() = 0;

  /// The other side. Empty address where there is none (in-memory streams).
  virtual const endpoint& peer() const noexcept = 0;

  /// Gives the connection up, open as it is, for another actor to own: nothing is lost of what was
  /// written or is there to be read. What is left here is a closed stream: reads and writes fail
  /// with connection_lost, no notice comes any more. Throws std::bad_alloc alone.
  virtual pending_stream release() = 0;
};

/// Reading will give something; would_block is rare. Delivered to the stream's owner, never after
/// the stream is gone.
struct readable {
  byte_stream* stream;
};
/// There is room to write. Delivered to the stream's owner, never after the stream is gone.
struct writable {
  byte_stream* stream;
};

/// What the implementations of streams see of the owner: where its notices go.
class notice_target {
 public:
  /// Makes the owner's message; called on its turn. Null: it need not be told.
  using make_message = detail::envelope* (*)(byte_stream*);
  detail::actor_cell* owner = nullptr;
  make_message make_readable = nullptr;
  make_message make_writable = nullptr;
  /// What the two are called with: a stream around the one that is opened, as TLS is around TCP,
  /// which so sees the notices before the owner does. Null: the stream that is opened.
  byte_stream* around = nullptr;
};

/// A notice that a stream around another gives its owner by itself, for what it holds back.
/// Used on the owner's turns only.
class own_notice {
 public:
  own_notice(const notice_target& owner, notice_target::make_message make, byte_stream* of);
  /// None comes after it.
  ~own_notice();
  own_notice(const own_notice&) = delete;
  own_notice& operator=(const own_notice&) = delete;

  /// Idempotent until it comes, on a later turn.
  void send();

 private:
  detail::cell_ptr owner_;
  std::shared_ptr<detail::stream_notice> notice_;
};

/// A stream that nobody owns yet: may be moved between actors and threads, as a message may.
/// Destroying it closes the connection.
class pending_stream {
 public:
  class source {
   public:
    virtual ~source() = default;
    /// Called once, on the owner's turn.
    virtual std::unique_ptr<byte_stream> open(const notice_target& owner) = 0;
  };

  explicit pending_stream(std::unique_ptr<source> from) noexcept : source_(std::move(from)) {}
  std::unique_ptr<byte_stream> open(const notice_target& owner) && { return source_->open(owner); }

 private:
  std::unique_ptr<source> source_;
};

}  // namespace troupe::io

namespace troupe {

template <class Self>
std::unique_ptr<io::byte_stream> actor::open(this Self& self, io::pending_stream stream) {
  static_assert(handles<Self, io::readable> && handles<Self, io::writable>,
                "the owner of a byte_stream needs void on(io::readable) and void on(io::writable)");
  io::notice_target owner;
  owner.owner = &self.actor::cell_;
  owner.make_readable = [](io::byte_stream* of) -> detail::envelope* {
    return new detail::told<Self, io::readable>(io::readable{of});
  };
  owner.make_writable = [](io::byte_stream* of) -> detail::envelope* {
    return new detail::told<Self, io::writable>(io::writable{of});
  };
  return std::move(stream).open(owner);
}

}  // namespace troupe
