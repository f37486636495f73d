// A notice of a stream or an acceptor to its owner: one control node, at most once under way, which
// may outlive the object it speaks for.
#pragma once

#include <memory>

#include <troupe/detail/cell.hpp>
#include <troupe/io/byte_stream.hpp>

namespace troupe::detail {

/// Shared by a stream's handle (with the owner) and the events that are under way for it. All
/// fields belong to the owner's turn; events run on the same worker.
struct stream_notice final : control_node {
  stream_notice(io::notice_target::make_message message, io::byte_stream* of) noexcept
      : control_node(&deliver), make(message), stream(of) {}
  /// Of the stream that is opened for an owner, or of the one around it.
  stream_notice(io::notice_target::make_message message, io::byte_stream* opened,
                const io::notice_target& owner) noexcept
      : stream_notice(message, owner.around ? owner.around : opened) {}

  /// Sends the message to the owner. Keeps itself alive until it is there.
  static void send(std::shared_ptr<stream_notice> self, const cell_ptr& owner) noexcept {
    stream_notice& node = *self;
    node.alive = std::move(self);
    owner->signal(node);
  }

  static void deliver(control_node* node, actor_cell& owner) noexcept {
    auto& self = static_cast<stream_notice&>(*node);
    const std::shared_ptr<stream_notice> alive = std::move(self.alive);
    self.armed = false;
    if (!self.stream) return;
    if (envelope* message = self.make(self.stream)) owner.push_urgent(message);
  }

  io::notice_target::make_message make;
  io::byte_stream* stream;  // null once the stream is gone
  bool armed = false;
  std::shared_ptr<stream_notice> alive;
};

}  // namespace troupe::detail
