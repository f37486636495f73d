#include "protocol/client/protobuf_decoder.hpp"

#include <cstdint>
#include <limits>
#include <utility>

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/stubs/logging.h>

#include "client.pb.h"
#include "protocol/json_text.hpp"

namespace troupe::protocol {
namespace {

// Each takes the texts out of a message that nobody needs any more.

void read(pb::FilterNode& from, filter_node& to) {
  to.op = std::move(*from.mutable_op());
  to.key = std::move(*from.mutable_key());
  to.cmp = std::move(*from.mutable_cmp());
  to.val = std::move(*from.mutable_val());
  for (std::string& each : *from.mutable_vals()) to.vals.push_back(std::move(each));
  for (pb::FilterNode& each : *from.mutable_nodes()) read(each, to.nodes.emplace_back());
}

void read(pb::SubscribeRequest& from, subscribe_request& to) {
  to.channel = std::move(*from.mutable_channel());
  to.token = std::move(*from.mutable_token());
  to.recover = from.recover();
  to.epoch = std::move(*from.mutable_epoch());
  to.offset = from.offset();
  to.data = std::move(*from.mutable_data());
  to.positioned = from.positioned();
  to.recoverable = from.recoverable();
  to.join_leave = from.join_leave();
  to.delta = std::move(*from.mutable_delta());
  if (from.has_tf()) read(*from.mutable_tf(), to.tf.emplace());
  to.flag = from.flag();
  to.type = from.type();
}

void read(pb::ConnectRequest& from, connect_request& to) {
  to.token = std::move(*from.mutable_token());
  to.data = std::move(*from.mutable_data());
  for (auto& [channel, request] : *from.mutable_subs()) read(request, to.subs[channel]);
  to.name = std::move(*from.mutable_name());
  to.version = std::move(*from.mutable_version());
  to.headers.insert(from.headers().begin(), from.headers().end());
  to.flag = from.flag();
}

void read(pb::PublishRequest& from, publish_request& to) {
  to.channel = std::move(*from.mutable_channel());
  to.data = std::move(*from.mutable_data());
}

void read(pb::HistoryRequest& from, history_request& to) {
  to.channel = std::move(*from.mutable_channel());
  to.limit = from.limit();
  if (from.has_since()) {
    to.since = {from.since().offset(), std::move(*from.mutable_since()->mutable_epoch())};
  }
  to.reverse = from.reverse();
}

void read(pb::PingRequest&, ping_request&) {}

void read(pb::SendRequest& from, send_request& to) {
  to.data = std::move(*from.mutable_data());
}

void read(pb::RPCRequest& from, rpc_request& to) {
  to.data = std::move(*from.mutable_data());
  to.method = std::move(*from.mutable_method());
}

void read(pb::RefreshRequest& from, refresh_request& to) {
  to.token = std::move(*from.mutable_token());
}

void read(pb::SubRefreshRequest& from, sub_refresh_request& to) {
  to.channel = std::move(*from.mutable_channel());
  to.token = std::move(*from.mutable_token());
}

// Requests that name a channel and nothing else.
template <class Message, class Request>
void read(Message& from, Request& to) {
  to.channel = std::move(*from.mutable_channel());
}

template <class Request, class Message>
void take(Message* from, command& to) {
  read(*from, to.body.emplace<Request>());
}

void read(pb::Command& from, command& to) {
  to.id = from.id();
  if (from.has_connect()) return take<connect_request>(from.mutable_connect(), to);
  if (from.has_subscribe()) return take<subscribe_request>(from.mutable_subscribe(), to);
  if (from.has_unsubscribe()) return take<unsubscribe_request>(from.mutable_unsubscribe(), to);
  if (from.has_publish()) return take<publish_request>(from.mutable_publish(), to);
  if (from.has_presence()) return take<presence_request>(from.mutable_presence(), to);
  if (from.has_presence_stats()) {
    return take<presence_stats_request>(from.mutable_presence_stats(), to);
  }
  if (from.has_history()) return take<history_request>(from.mutable_history(), to);
  if (from.has_ping()) return take<ping_request>(from.mutable_ping(), to);
  if (from.has_send()) return take<send_request>(from.mutable_send(), to);
  if (from.has_rpc()) return take<rpc_request>(from.mutable_rpc(), to);
  if (from.has_refresh()) return take<refresh_request>(from.mutable_refresh(), to);
  if (from.has_sub_refresh()) return take<sub_refresh_request>(from.mutable_sub_refresh(), to);
}

}  // namespace

std::expected<std::vector<command>, errc> decode_protobuf(std::string_view frame) {
  // The library prints what it refuses to stderr, where anybody could fill the operator's disk.
  const google::protobuf::LogSilencer silence;
  if (frame.empty()) return std::unexpected(errc::empty);
  if (frame.size() > std::numeric_limits<int>::max()) return std::unexpected(errc::malformed);
  const auto size = static_cast<int>(frame.size());
  google::protobuf::io::CodedInputStream in(reinterpret_cast<const std::uint8_t*>(frame.data()),
                                            size);
  in.SetRecursionLimit(json_depth_max);
  std::vector<command> commands;
  pb::Command message;
  while (in.CurrentPosition() < size) {
    if (commands.size() == commands_per_frame_max) {
      return std::unexpected(errc::too_many_commands);
    }
    int length = 0;
    if (!in.ReadVarintSizeAsInt(&length) || length > size - in.CurrentPosition()) {
      return std::unexpected(errc::malformed);
    }
    const auto rest = in.PushLimit(length);
    if (!message.ParseFromCodedStream(&in) || !in.ConsumedEntireMessage()) {
      return std::unexpected(errc::malformed);
    }
    in.PopLimit(rest);
    read(message, commands.emplace_back());
  }
  return commands;
}

}  // namespace troupe::protocol
