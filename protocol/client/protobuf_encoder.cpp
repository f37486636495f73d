#include "protocol/client/protobuf_encoder.hpp"

#include <variant>

#include <google/protobuf/io/coded_stream.h>

#include "client.pb.h"

namespace troupe::protocol {
namespace {

// ---- entities ----------------------------------------------------------------------------------

void fill(pb::ClientInfo& to, const client_info& from) {
  to.set_user(from.user);
  to.set_client(from.client);
  to.set_conn_info(from.conn_info);
  to.set_chan_info(from.chan_info);
}

void fill(pb::Publication& to, const publication& from) {
  to.set_data(from.data);
  if (from.info) fill(*to.mutable_info(), *from.info);
  to.set_offset(from.offset);
  to.mutable_tags()->insert(from.tags.begin(), from.tags.end());
  to.set_delta(from.delta);
  to.set_time(from.time_ms);
  to.set_channel(from.channel);
}

void fill(pb::SubscribeResult& to, const subscribe_result& from) {
  to.set_expires(from.expires);
  to.set_ttl(from.ttl_s);
  to.set_recoverable(from.recoverable);
  to.set_epoch(from.epoch);
  for (const publication& each : from.publications) fill(*to.add_publications(), each);
  to.set_recovered(from.recovered);
  to.set_offset(from.offset);
  to.set_positioned(from.positioned);
  to.set_data(from.data);
  to.set_was_recovering(from.was_recovering);
  to.set_delta(from.delta);
  to.set_id(from.id);
}

// A reply and a push name their fields alike, with other numbers.
template <class Message>
void fill_connect(Message& to, const connect_result& from) {
  to.set_client(from.client);
  to.set_version(from.version);
  to.set_expires(from.expires);
  to.set_ttl(from.ttl_s);
  to.set_data(from.data);
  for (const auto& [channel, result] : from.subs) fill((*to.mutable_subs())[channel], result);
  to.set_ping(from.ping_s);
  to.set_pong(from.pong);
  to.set_session(from.session);
  to.set_node(from.node);
  to.set_time(from.time_ms);
}

// ---- pushes ------------------------------------------------------------------------------------

void put(pb::Push& to, const publication& from) {
  fill(*to.mutable_pub(), from);
}
void put(pb::Push& to, const join_push& from) {
  fill(*to.mutable_join()->mutable_info(), from.info);
}
void put(pb::Push& to, const leave_push& from) {
  fill(*to.mutable_leave()->mutable_info(), from.info);
}
void put(pb::Push& to, const unsubscribe_push& from) {
  to.mutable_unsubscribe()->set_code(from.code);
  to.mutable_unsubscribe()->set_reason(from.reason);
}
void put(pb::Push& to, const message_push& from) {
  to.mutable_message()->set_data(from.data);
}
void put(pb::Push& to, const subscribe_push& from) {
  pb::Subscribe& body = *to.mutable_subscribe();
  body.set_recoverable(from.recoverable);
  body.set_epoch(from.epoch);
  body.set_offset(from.offset);
  body.set_positioned(from.positioned);
  body.set_data(from.data);
}
void put(pb::Push& to, const connect_push& from) {
  fill_connect(*to.mutable_connect(), from.result);
}
void put(pb::Push& to, const disconnect_push& from) {
  pb::Disconnect& body = *to.mutable_disconnect();
  body.set_code(from.code);
  body.set_reason(from.reason);
  body.set_reconnect(from.reconnect);
}
void put(pb::Push& to, const refresh_push& from) {
  to.mutable_refresh()->set_expires(from.expires);
  to.mutable_refresh()->set_ttl(from.ttl_s);
}

void fill(pb::Push& to, const push& from) {
  to.set_id(from.id);
  to.set_channel(from.channel);
  std::visit([&](const auto& body) { put(to, body); }, from.body);
}

// ---- replies -----------------------------------------------------------------------------------

void put(pb::Reply&, std::monostate) {}
void put(pb::Reply& to, const error& from) {
  to.mutable_error()->set_code(from.code);
  to.mutable_error()->set_message(from.message);
  to.mutable_error()->set_temporary(from.temporary);
}
void put(pb::Reply& to, const push& from) {
  fill(*to.mutable_push(), from);
}
void put(pb::Reply& to, const connect_result& from) {
  fill_connect(*to.mutable_connect(), from);
}
void put(pb::Reply& to, const subscribe_result& from) {
  fill(*to.mutable_subscribe(), from);
}
void put(pb::Reply& to, const unsubscribe_result&) {
  to.mutable_unsubscribe();
}
void put(pb::Reply& to, const publish_result&) {
  to.mutable_publish();
}
void put(pb::Reply& to, const presence_result& from) {
  auto& presence = *to.mutable_presence()->mutable_presence();
  for (const auto& [client, info] : from.presence) fill(presence[client], info);
}
void put(pb::Reply& to, const presence_stats_result& from) {
  to.mutable_presence_stats()->set_num_clients(from.num_clients);
  to.mutable_presence_stats()->set_num_users(from.num_users);
}
void put(pb::Reply& to, const history_result& from) {
  pb::HistoryResult& body = *to.mutable_history();
  for (const publication& each : from.publications) fill(*body.add_publications(), each);
  body.set_epoch(from.epoch);
  body.set_offset(from.offset);
}
void put(pb::Reply& to, const ping_result&) {
  to.mutable_ping();
}
void put(pb::Reply& to, const rpc_result& from) {
  to.mutable_rpc()->set_data(from.data);
}
void put(pb::Reply& to, const refresh_result& from) {
  pb::RefreshResult& body = *to.mutable_refresh();
  body.set_client(from.client);
  body.set_version(from.version);
  body.set_expires(from.expires);
  body.set_ttl(from.ttl_s);
}
void put(pb::Reply& to, const sub_refresh_result& from) {
  to.mutable_sub_refresh()->set_expires(from.expires);
  to.mutable_sub_refresh()->set_ttl(from.ttl_s);
}

void append_delimited(std::string& out, const pb::Reply& message) {
  using google::protobuf::io::CodedOutputStream;
  const std::size_t size = message.ByteSizeLong();
  const std::size_t before = out.size();
  const auto length = static_cast<std::uint32_t>(size);
  out.resize(before + CodedOutputStream::VarintSize32(length) + size);
  auto* const begin = reinterpret_cast<std::uint8_t*>(out.data() + before);
  message.SerializeWithCachedSizesToArray(CodedOutputStream::WriteVarint32ToArray(length, begin));
}

}  // namespace

void append_protobuf(std::string& out, const reply& reply) {
  pb::Reply message;
  message.set_id(reply.id);
  std::visit([&](const auto& body) { put(message, body); }, reply.body);
  append_delimited(out, message);
}

void append_protobuf(std::string& out, const push& push) {
  pb::Reply message;
  put(message, push);
  append_delimited(out, message);
}

void append_protobuf(std::string& out, std::string_view channel, const publication& publication) {
  pb::Reply message;
  pb::Push& push = *message.mutable_push();
  push.set_channel(channel.data(), channel.size());
  put(push, publication);
  append_delimited(out, message);
}

}  // namespace troupe::protocol
