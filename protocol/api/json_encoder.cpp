#include "protocol/api/json_encoder.hpp"

#include <type_traits>

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

template <class Empty>
  requires std::is_empty_v<Empty>
void append(std::string& out, const Empty&) {
  out += "{}";
}

void append(std::string& out, const rpc_result& result) {
  json_object_writer object(out);
  object.raw("data", result.data);
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
  if (node.metrics) {
    json_object_writer metrics(object.name("metrics"));
    metrics.always("interval", node.metrics->interval_s);
    json_object_writer items(metrics.name("items"));
    for (const auto& [name, value] : node.metrics->items) items.always(name, value);
  }
  if (node.process) {
    json_object_writer process(object.name("process"));
    process.always("cpu", node.process->cpu_percent);
    process.always("rss", node.process->rss_bytes);
  }
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

void append(std::string& out, const broadcast_result& result) {
  json_object_writer object(out);
  std::string& responses = object.name("responses");
  append_array(responses, result.responses, [&](const response<publish_result>& each) {
    json_object_writer entry(responses);
    if (each) {
      append(entry.name("result"), *each);
    } else {
      append(entry.name("error"), each.error());
    }
  });
}

template <class Value>
std::string written(const Value& value) {
  std::string out;
  append(out, value);
  return out;
}

void append_result(json_object_writer& object, std::string_view name, const json_result& result) {
  if (result) {
    object.name(name).append(*result);
  } else {
    append(object.name("error"), result.error());
  }
}

}  // namespace

std::string to_json(const publish_result& result) {
  return written(result);
}
std::string to_json(const broadcast_result& result) {
  return written(result);
}
std::string to_json(const subscribe_result& result) {
  return written(result);
}
std::string to_json(const unsubscribe_result& result) {
  return written(result);
}
std::string to_json(const disconnect_result& result) {
  return written(result);
}
std::string to_json(const refresh_result& result) {
  return written(result);
}
std::string to_json(const presence_result& result) {
  return written(result);
}
std::string to_json(const presence_stats_result& result) {
  return written(result);
}
std::string to_json(const history_result& result) {
  return written(result);
}
std::string to_json(const history_remove_result& result) {
  return written(result);
}
std::string to_json(const channels_result& result) {
  return written(result);
}
std::string to_json(const info_result& result) {
  return written(result);
}
std::string to_json(const rpc_result& result) {
  return written(result);
}
std::string to_json(const error& error) {
  return written(error);
}

std::string to_response(const json_result& result) {
  std::string out;
  {
    json_object_writer object(out);
    append_result(object, "result", result);
  }
  return out;
}

std::string to_batch_response(const std::vector<named_result>& results) {
  std::string out;
  {
    json_object_writer object(out);
    std::string& replies = object.name("replies");
    append_array(replies, results, [&](const named_result& each) {
      json_object_writer reply(replies);
      append_result(reply, each.method, each.result);
    });
  }
  return out;
}

std::string to_enveloped_response(std::uint32_t id, const json_result& result) {
  std::string out;
  {
    json_object_writer object(out);
    object.field("id", id);
    append_result(object, "result", result);
  }
  return out;
}

}  // namespace troupe::protocol::api
