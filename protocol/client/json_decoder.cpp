#include "protocol/client/json_decoder.hpp"

#include <utility>

#include "protocol/json_fields.hpp"

namespace troupe::protocol {

namespace {

using json::for_each_field;
using json::read;
using json::read_raw;
using json::value;
using simdjson::error_code;
using simdjson::SUCCESS;

error_code read(value& from, filter_node& out);

error_code read(value& from, std::vector<filter_node>& out) {
  simdjson::ondemand::array array;
  if (auto error = from.get_array().get(array)) return error;
  out.clear();
  for (auto entry : array) {
    value element;
    if (auto error = std::move(entry).get(element)) return error;
    if (auto error = read(element, out.emplace_back())) return error;
  }
  return SUCCESS;
}

// Recursion is bounded: check_json let through json_depth_max levels.
error_code read(value& from, filter_node& out) {
  return for_each_field(from, [&](std::string_view name, value& content) {
    if (name == "op") return read(content, out.op);
    if (name == "key") return read(content, out.key);
    if (name == "cmp") return read(content, out.cmp);
    if (name == "val") return read(content, out.val);
    if (name == "vals") return read(content, out.vals);
    if (name == "nodes") return read(content, out.nodes);
    return SUCCESS;
  });
}

error_code read(value& from, subscribe_request& out) {
  return for_each_field(from, [&](std::string_view name, value& content) {
    if (name == "channel") return read(content, out.channel);
    if (name == "token") return read(content, out.token);
    if (name == "recover") return read(content, out.recover);
    if (name == "epoch") return read(content, out.epoch);
    if (name == "offset") return read(content, out.offset);
    if (name == "data") return read_raw(content, out.data);
    if (name == "positioned") return read(content, out.positioned);
    if (name == "recoverable") return read(content, out.recoverable);
    if (name == "join_leave") return read(content, out.join_leave);
    if (name == "delta") return read(content, out.delta);
    if (name == "tf") return read(content, out.tf.emplace());
    if (name == "flag") return read(content, out.flag);
    if (name == "type") return read(content, out.type);
    return SUCCESS;
  });
}

error_code read(value& from, connect_request& out) {
  return for_each_field(from, [&](std::string_view name, value& content) {
    if (name == "token") return read(content, out.token);
    if (name == "data") return read_raw(content, out.data);
    if (name == "name") return read(content, out.name);
    if (name == "version") return read(content, out.version);
    if (name == "headers") return read(content, out.headers);
    if (name == "flag") return read(content, out.flag);
    if (name == "subs") {
      return for_each_field(content, [&](std::string_view channel, value& subscription) {
        return read(subscription, out.subs[std::string(channel)]);
      });
    }
    return SUCCESS;
  });
}

error_code read(value& from, publish_request& out) {
  return for_each_field(from, [&](std::string_view name, value& content) {
    if (name == "channel") return read(content, out.channel);
    if (name == "data") return read_raw(content, out.data);
    return SUCCESS;
  });
}

error_code read(value& from, history_request& out) {
  return for_each_field(from, [&](std::string_view name, value& content) {
    if (name == "channel") return read(content, out.channel);
    if (name == "limit") return read(content, out.limit);
    if (name == "since") return read(content, out.since);
    if (name == "reverse") return read(content, out.reverse);
    return SUCCESS;
  });
}

error_code read(value& from, rpc_request& out) {
  return for_each_field(from, [&](std::string_view name, value& content) {
    if (name == "data") return read_raw(content, out.data);
    if (name == "method") return read(content, out.method);
    return SUCCESS;
  });
}

error_code read(value& from, send_request& out) {
  return for_each_field(from, [&](std::string_view name, value& content) {
    return name == "data" ? read_raw(content, out.data) : SUCCESS;
  });
}

error_code read(value& from, sub_refresh_request& out) {
  return for_each_field(from, [&](std::string_view name, value& content) {
    if (name == "channel") return read(content, out.channel);
    if (name == "token") return read(content, out.token);
    return SUCCESS;
  });
}

error_code read(value& from, refresh_request& out) {
  return for_each_field(from, [&](std::string_view name, value& content) {
    return name == "token" ? read(content, out.token) : SUCCESS;
  });
}

error_code read(value& from, ping_request&) {
  return for_each_field(from, [](std::string_view, value&) { return SUCCESS; });
}

// Requests that name a channel and nothing else.
template <class Request>
  requires requires(Request r) { Request{r.channel}; } && (sizeof(Request) == sizeof(std::string))
error_code read(value& from, Request& out) {
  return for_each_field(from, [&](std::string_view name, value& content) {
    return name == "channel" ? read(content, out.channel) : SUCCESS;
  });
}

error_code read(value& content, std::string_view name, command::body_type& body) {
  if (name == "connect") return read(content, body.emplace<connect_request>());
  if (name == "subscribe") return read(content, body.emplace<subscribe_request>());
  if (name == "unsubscribe") return read(content, body.emplace<unsubscribe_request>());
  if (name == "publish") return read(content, body.emplace<publish_request>());
  if (name == "presence") return read(content, body.emplace<presence_request>());
  if (name == "presence_stats") return read(content, body.emplace<presence_stats_request>());
  if (name == "history") return read(content, body.emplace<history_request>());
  if (name == "ping") return read(content, body.emplace<ping_request>());
  if (name == "send") return read(content, body.emplace<send_request>());
  if (name == "rpc") return read(content, body.emplace<rpc_request>());
  if (name == "refresh") return read(content, body.emplace<refresh_request>());
  if (name == "sub_refresh") return read(content, body.emplace<sub_refresh_request>());
  return SUCCESS;
}

}  // namespace

struct json_decoder::state {
  simdjson::ondemand::parser parser;
  std::string padded;  // the frame, with the bytes simdjson may read behind it

  error_code read_command(std::size_t at, std::size_t size_bytes, command& out) {
    const simdjson::padded_string_view line(padded.data() + at, size_bytes, padded.size() - at);
    simdjson::ondemand::document document;
    if (auto error = parser.iterate(line).get(document)) return error;
    simdjson::ondemand::object object;
    if (auto error = document.get_object().get(object)) return error;
    return for_each_field(object, [&](std::string_view name, value& content) {
      if (name == "id") return read(content, out.id);
      return out.body.index() == 0 ? read(content, name, out.body) : SUCCESS;
    });
  }
};

json_decoder::json_decoder() : state_(std::make_unique<state>()) {}
json_decoder::~json_decoder() = default;
json_decoder::json_decoder(json_decoder&&) noexcept = default;
json_decoder& json_decoder::operator=(json_decoder&&) noexcept = default;

std::expected<std::vector<command>, errc> json_decoder::decode(std::string_view frame) {
  if (frame.ends_with('\n')) frame.remove_suffix(1);
  state_->padded.assign(frame);
  state_->padded.append(simdjson::SIMDJSON_PADDING, ' ');

  std::vector<command> commands;
  for (std::size_t at = 0; at <= frame.size();) {
    const auto line = frame.substr(at, frame.find('\n', at) - at);
    if (commands.size() == commands_per_frame_max) {
      return std::unexpected(errc::too_many_commands);
    }
    if (auto checked = check_json(line); !checked) return std::unexpected(checked.error());
    if (auto error = state_->read_command(at, line.size(), commands.emplace_back())) {
      return std::unexpected(json::translate(error));
    }
    at += line.size() + 1;
  }
  return commands;
}

}  // namespace troupe::protocol
