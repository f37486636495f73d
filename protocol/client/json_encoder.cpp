#include "protocol/client/json_encoder.hpp"

#include "protocol/client/json_entities.hpp"
#include "protocol/json_object_writer.hpp"

namespace troupe::protocol {

namespace {

// The names of bodies in replies and pushes, by the type of the body.
constexpr std::string_view name_of(const connect_result&) {
  return "connect";
}
constexpr std::string_view name_of(const subscribe_result&) {
  return "subscribe";
}
constexpr std::string_view name_of(const unsubscribe_result&) {
  return "unsubscribe";
}
constexpr std::string_view name_of(const publish_result&) {
  return "publish";
}
constexpr std::string_view name_of(const presence_result&) {
  return "presence";
}
constexpr std::string_view name_of(const presence_stats_result&) {
  return "presence_stats";
}
constexpr std::string_view name_of(const history_result&) {
  return "history";
}
constexpr std::string_view name_of(const ping_result&) {
  return "ping";
}
constexpr std::string_view name_of(const rpc_result&) {
  return "rpc";
}
constexpr std::string_view name_of(const refresh_result&) {
  return "refresh";
}
constexpr std::string_view name_of(const sub_refresh_result&) {
  return "sub_refresh";
}
constexpr std::string_view name_of(const error&) {
  return "error";
}
constexpr std::string_view name_of(const push&) {
  return "push";
}

constexpr std::string_view name_of(const publication&) {
  return "pub";
}
constexpr std::string_view name_of(const join_push&) {
  return "join";
}
constexpr std::string_view name_of(const leave_push&) {
  return "leave";
}
constexpr std::string_view name_of(const unsubscribe_push&) {
  return "unsubscribe";
}
constexpr std::string_view name_of(const message_push&) {
  return "message";
}
constexpr std::string_view name_of(const subscribe_push&) {
  return "subscribe";
}
constexpr std::string_view name_of(const connect_push&) {
  return "connect";
}
constexpr std::string_view name_of(const disconnect_push&) {
  return "disconnect";
}
constexpr std::string_view name_of(const refresh_push&) {
  return "refresh";
}

void append_body(std::string& out, const error& error) {
  json_object_writer object(out);
  object.field("code", error.code);
  object.field("message", error.message);
  object.field("temporary", error.temporary);
}

void append_body(std::string& out, const subscribe_result& result) {
  json_object_writer object(out);
  object.field("expires", result.expires);
  object.field("ttl", result.ttl_s);
  object.field("recoverable", result.recoverable);
  object.field("epoch", result.epoch);
  if (!result.publications.empty()) append_json(object.name("publications"), result.publications);
  object.field("recovered", result.recovered);
  object.field("offset", result.offset);
  object.field("positioned", result.positioned);
  object.raw("data", result.data);
  object.field("was_recovering", result.was_recovering);
  object.field("delta", result.delta);
  object.field("id", result.id);
}

void append_body(std::string& out, const connect_result& result) {
  json_object_writer object(out);
  object.field("client", result.client);
  object.field("version", result.version);
  object.field("expires", result.expires);
  object.field("ttl", result.ttl_s);
  object.raw("data", result.data);
  if (!result.subs.empty()) {
    json_object_writer subs(object.name("subs"));
    for (const auto& [channel, sub] : result.subs) append_body(subs.foreign_name(channel), sub);
  }
  object.field("ping", result.ping_s);
  object.field("pong", result.pong);
  object.field("session", result.session);
  object.field("node", result.node);
  object.field("time", result.time_ms);
}

void append_body(std::string& out, const rpc_result& result) {
  json_object_writer object(out);
  object.raw("data", result.data);
}

void append_body(std::string& out, const refresh_result& result) {
  json_object_writer object(out);
  object.field("client", result.client);
  object.field("version", result.version);
  object.field("expires", result.expires);
  object.field("ttl", result.ttl_s);
}

void append_body(std::string& out, const sub_refresh_result& result) {
  json_object_writer object(out);
  object.field("expires", result.expires);
  object.field("ttl", result.ttl_s);
}

void append_body(std::string& out, const unsubscribe_result&) {
  out += "{}";
}
void append_body(std::string& out, const publish_result&) {
  out += "{}";
}
void append_body(std::string& out, const ping_result&) {
  out += "{}";
}
void append_body(std::string& out, const presence_result& result) {
  append_json(out, result);
}
void append_body(std::string& out, const presence_stats_result& result) {
  append_json(out, result);
}
void append_body(std::string& out, const history_result& result) {
  append_json(out, result);
}

void append_body(std::string& out, const publication& publication) {
  append_json(out, publication);
}

void append_body(std::string& out, const join_push& push) {
  json_object_writer object(out);
  append_json(object.name("info"), push.info);
}

void append_body(std::string& out, const leave_push& push) {
  json_object_writer object(out);
  append_json(object.name("info"), push.info);
}

void append_body(std::string& out, const unsubscribe_push& push) {
  json_object_writer object(out);
  object.field("code", push.code);
  object.field("reason", push.reason);
}

void append_body(std::string& out, const message_push& push) {
  json_object_writer object(out);
  object.raw("data", push.data);
}

void append_body(std::string& out, const subscribe_push& push) {
  json_object_writer object(out);
  object.field("recoverable", push.recoverable);
  object.field("epoch", push.epoch);
  object.field("offset", push.offset);
  object.field("positioned", push.positioned);
  object.raw("data", push.data);
}

void append_body(std::string& out, const connect_push& push) {
  append_body(out, push.result);
}

void append_body(std::string& out, const disconnect_push& push) {
  json_object_writer object(out);
  object.field("code", push.code);
  object.field("reason", push.reason);
  object.field("reconnect", push.reconnect);
}

void append_body(std::string& out, const refresh_push& push) {
  json_object_writer object(out);
  object.field("expires", push.expires);
  object.field("ttl", push.ttl_s);
}

void append_body(std::string& out, const push& push) {
  json_object_writer object(out);
  object.field("id", push.id);
  object.field("channel", push.channel);
  std::visit([&](const auto& body) { append_body(object.name(name_of(body)), body); }, push.body);
}

template <class Body>
void append_field(json_object_writer& object, const Body& body) {
  append_body(object.name(name_of(body)), body);
}
void append_field(json_object_writer&, const std::monostate&) {}

}  // namespace

void append_json(std::string& out, const reply& reply) {
  json_object_writer object(out);
  object.field("id", reply.id);
  std::visit([&](const auto& body) { append_field(object, body); }, reply.body);
}

void append_json(std::string& out, const push& push) {
  json_object_writer object(out);
  append_body(object.name("push"), push);
}

void append_json(std::string& out, std::string_view channel, const publication& publication) {
  json_object_writer object(out);
  json_object_writer push(object.name("push"));
  push.field("channel", channel);
  append_json(push.name("pub"), publication);
}

}  // namespace troupe::protocol
