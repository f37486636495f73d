#include "gateway/stream_connection.hpp"

#include <utility>

#include "core/limits.hpp"
#include "gateway/connection_supervisor.hpp"
#include "transport/http/chunk.hpp"

namespace troupe::gateway {

stream_connection::stream_connection(const context& shared, ref<hub::hub_supervisor> hub,
                                     ref<connection_supervisor> supervisor, begin_stream from)
    : client_connection(shared, std::move(hub), std::move(supervisor), std::move(from.at),
                        from.terms.format),
      terms_(from.terms),
      session_(std::move(from.session)) {
  waiting_bytes_ = from.commands.size();
  waiting_.push_back(std::move(from.commands));
}

// ---- in ----------------------------------------------------------------------------------------

take_commands::reply stream_connection::on(take_commands message) {
  if (!is_open()) return {};  // the end of the stream says the rest
  const bool too_much = waiting_bytes_ + message.frame.size() > core::limits::message_bytes_max;
  if (waiting_.size() >= frames_waiting_max || (too_much && !waiting_.empty())) {
    return std::unexpected(take_errc::too_many_waiting);
  }
  waiting_bytes_ += message.frame.size();
  waiting_.push_back(std::move(message.frame));
  return {};
}

void stream_connection::take_waiting() {
  while (!waiting_.empty() && takes_commands()) {
    const std::string frame = std::move(waiting_.front());
    waiting_.pop_front();
    waiting_bytes_ -= frame.size();
    receive(frame);
  }
}

void stream_connection::drop_waiting() {
  waiting_.clear();
  waiting_bytes_ = 0;
}

// ---- out ---------------------------------------------------------------------------------------

void stream_connection::add_transport(protocol::connect_result& to) const {
  to.session = session_;
  to.node = shared().node_id;
}

void stream_connection::transmit(core::shared_bytes frame) {
  if (terms_.version == http::version::http_1_0) {
    frame = core::shared_bytes::copy_of(http::without_chunk(frame.view()));
  }
  client_connection::transmit(std::move(frame));
}

core::shared_bytes stream_connection::farewell(protocol::disconnect_code why) const {
  const protocol::disconnect_push body{why.code, std::string(why.reason),
                                       protocol::client_reconnects(why.code)};
  std::string message;
  // It holds no payload, so every encoding can say it.
  static_cast<void>(
      protocol::append_message(message, hub::encoding_of(terms_.format), protocol::push{"", body}));
  const core::shared_bytes frame = shared().hub.frame(terms_.format, message);
  if (terms_.version == http::version::http_1_0) {
    return core::shared_bytes::copy_of(http::without_chunk(frame.view()));
  }
  return core::shared_bytes::joined({frame.view(), http::last_chunk});
}

}  // namespace troupe::gateway
