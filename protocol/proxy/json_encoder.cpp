#include "protocol/proxy/json_encoder.hpp"

#include "protocol/base64.hpp"
#include "protocol/json_object_writer.hpp"

namespace troupe::protocol::proxy {
namespace {

class event_writer {
 public:
  event_writer(std::string& out, payload_form form) : object_(out), form_(form) {}

  bool failed() const { return failed_; }

  void write(const caller& who) {
    object_.always("client", who.client);
    object_.always("transport", who.transport);
    object_.always("protocol", who.protocol);
    object_.always("encoding", who.encoding);
    if (who.user) object_.always("user", *who.user);
    if (!who.meta.empty()) append_json_line(object_.name("meta"), who.meta);
  }

  void write(const connect_event& event) {
    object_.field("name", event.name);
    object_.field("version", event.version);
    data(event.data);
    if (event.channels.empty()) return;
    std::string& list = object_.name("channels");
    char before = '[';
    for (const std::string& channel : event.channels) {
      list.push_back(before);
      append_json_string(list, channel);
      before = ',';
    }
    list.push_back(']');
  }
  void write(const refresh_event&) {}
  void write(const subscribe_event& event) {
    object_.always("channel", event.channel);
    object_.field("token", event.token);
    data(event.data);
  }
  void write(const publish_event& event) {
    object_.always("channel", event.channel);
    data(event.data);
  }
  void write(const sub_refresh_event& event) { object_.always("channel", event.channel); }
  void write(const rpc_event& event) {
    object_.field("method", event.method);
    data(event.data);
  }
  void write(const disconnect_event& event) { end(event.code, event.reason); }
  void write(const unsubscribe_event& event) {
    object_.always("channel", event.channel);
    end(event.code, event.reason);
  }

 private:
  void data(const std::string& payload) {
    if (payload.empty()) return;
    if (form_ == payload_form::base64) return object_.always("b64data", encode_base64(payload));
    failed_ = !check_json(payload);
    if (!failed_) append_json_line(object_.name("data"), payload);
  }
  void end(std::uint32_t code, const std::string& reason) {
    object_.always("code", code);
    object_.always("reason", reason);
  }

  json_object_writer object_;
  const payload_form form_;
  bool failed_ = false;
};

}  // namespace

template <class Event>
std::expected<std::string, errc> encode(const caller& who, const Event& event, payload_form form) {
  std::string body;
  bool failed = false;
  {
    event_writer writer(body, form);
    writer.write(who);
    writer.write(event);
    failed = writer.failed();
  }
  if (failed) return std::unexpected(errc::not_json);
  return body;
}

template std::expected<std::string, errc> encode(const caller&, const connect_event&, payload_form);
template std::expected<std::string, errc> encode(const caller&, const refresh_event&, payload_form);
template std::expected<std::string, errc> encode(const caller&, const subscribe_event&,
                                                 payload_form);
template std::expected<std::string, errc> encode(const caller&, const publish_event&, payload_form);
template std::expected<std::string, errc> encode(const caller&, const sub_refresh_event&,
                                                 payload_form);
template std::expected<std::string, errc> encode(const caller&, const rpc_event&, payload_form);
template std::expected<std::string, errc> encode(const caller&, const disconnect_event&,
                                                 payload_form);
template std::expected<std::string, errc> encode(const caller&, const unsubscribe_event&,
                                                 payload_form);

}  // namespace troupe::protocol::proxy
