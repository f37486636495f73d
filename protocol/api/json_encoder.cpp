#include "protocol/api/json_encoder.hpp"

#include "protocol/client/json_entities.hpp"
#include "protocol/json_object_writer.hpp"

namespace troupe::protocol::api {

namespace {

void append(std::string& out, const error& error) {
  json_object_writer object(out);
  object.always("code", error.code);
  object.always("message", error.message);
}

void append(std::string& out, const publish_result& result) {
  json_object_writer object(out);
  object.field("offset", result.offset);
  object.field("epoch", result.epoch);
}

void append(std::string& out, const presence_result& result) {
  append_json(out, result);
}
void append(std::string& out, const presence_stats_result& result) {
  append_json(out, result);
}
void append(std::string& out, const history_result& result) {
  append_json(out, result);
}
void append(std::string& out, const history_remove_result&) {
  out += "{}";
}

void append(std::string& out, const channels_result& result) {
  json_object_writer object(out);
  json_object_writer channels(object.name("channels"));
  for (const auto& [name, info] : result.channels) {
    json_object_writer channel(channels.foreign_name(name));
    channel.always("num_clients", info.num_clients);
  }
}

void append(std::string& out, const node_info& node) {
  json_object_writer object(out);
  object.always("uid", node.uid);
  object.always("name", node.name);
  object.always("version", node.version);
  object.always("num_clients", node.num_clients);
  object.always("num_users", node.num_users);
  object.always("num_subs", node.num_subs);
  object.always("num_channels", node.num_channels);
  object.always("uptime", node.uptime_s);
}

template <class Element, class Append>
void append_array(std::string& out, const std::vector<Element>& elements, Append append_element) {
  out.push_back('[');
  bool first = true;
  for (const Element& element : elements) {
    if (!first) out.push_back(',');
    first = false;
    append_element(element);
  }
  out.push_back(']');
}

void append(std::string& out, const info_result& result) {
  json_object_writer object(out);
  std::string& nodes = object.name("nodes");
  append_array(nodes, result.nodes, [&](const node_info& node) { append(nodes, node); });
}

void append(std::string& out, const broadcast_result& result);

template <class Result>
void append_response(std::string& out, const response<Result>& response) {
  json_object_writer object(out);
  if (response) {
    append(object.name("result"), *response);
  } else {
    append(object.name("error"), response.error());
  }
}

void append(std::string& out, const broadcast_result& result) {
  json_object_writer object(out);
  std::string& responses = object.name("responses");
  append_array(responses, result.responses,
               [&](const response<publish_result>& each) { append_response(responses, each); });
}

template <class Result>
std::string written(const response<Result>& response) {
  std::string out;
  append_response(out, response);
  return out;
}

}  // namespace

std::string to_json(const response<publish_result>& response) {
  return written(response);
}
std::string to_json(const response<broadcast_result>& response) {
  return written(response);
}
std::string to_json(const response<presence_result>& response) {
  return written(response);
}
std::string to_json(const response<presence_stats_result>& response) {
  return written(response);
}
std::string to_json(const response<history_result>& response) {
  return written(response);
}
std::string to_json(const response<history_remove_result>& response) {
  return written(response);
}
std::string to_json(const response<channels_result>& response) {
  return written(response);
}
std::string to_json(const response<info_result>& response) {
  return written(response);
}

std::string to_json(const error& error) {
  std::string out;
  {
    json_object_writer object(out);
    append(object.name("error"), error);
  }
  return out;
}

}  // namespace troupe::protocol::api
