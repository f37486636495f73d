#include "protocol/client/json_entities.hpp"

#include "protocol/json_object_writer.hpp"

namespace troupe::protocol {

void append_json(std::string& out, const client_info& info) {
  json_object_writer object(out);
  object.always("user", info.user);
  object.always("client", info.client);
  object.raw("conn_info", info.conn_info);
  object.raw("chan_info", info.chan_info);
}

void append_json(std::string& out, const publication& publication) {
  json_object_writer object(out);
  object.raw("data", publication.data);
  if (publication.info) append_json(object.name("info"), *publication.info);
  object.field("offset", publication.offset);
  object.field("tags", publication.tags);
  object.field("delta", publication.delta);
  object.field("time", publication.time_ms);
  object.field("channel", publication.channel);
}

void append_json(std::string& out, const std::vector<publication>& publications) {
  out.push_back('[');
  bool first = true;
  for (const publication& each : publications) {
    if (!first) out.push_back(',');
    first = false;
    append_json(out, each);
  }
  out.push_back(']');
}

void append_json(std::string& out, const presence_result& result) {
  json_object_writer object(out);
  json_object_writer clients(object.name("presence"));
  for (const auto& [client, info] : result.presence)
    append_json(clients.foreign_name(client), info);
}

void append_json(std::string& out, const presence_stats_result& result) {
  json_object_writer object(out);
  object.always("num_clients", result.num_clients);
  object.always("num_users", result.num_users);
}

void append_json(std::string& out, const history_result& result) {
  json_object_writer object(out);
  append_json(object.name("publications"), result.publications);
  object.always("epoch", result.epoch);
  object.always("offset", result.offset);
}

}  // namespace troupe::protocol
