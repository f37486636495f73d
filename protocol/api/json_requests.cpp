#include "protocol/api/json_requests.hpp"

#include <algorithm>
#include <utility>

#include "protocol/api/json_decoder.hpp"
#include "protocol/base64.hpp"
#include "protocol/json_override.hpp"

namespace troupe::protocol::api {

namespace {

using json::for_each_field;
using json::read;
using json::read_raw;
using json::value;
using simdjson::error_code;
using simdjson::SUCCESS;
using simdjson::ondemand::object;

// A payload that comes as JSON or in base64, of which the latter wins.
struct payload {
  std::string json;
  std::string encoded;

  // `binary`, where it is asked for, says whether the bytes are something else than JSON.
  error_code move_to(std::string& out, errc& why, bool* binary = nullptr) {
    if (encoded.empty()) {
      out = std::move(json);
      return SUCCESS;
    }
    auto bytes = decode_base64(encoded);
    if (!bytes) {
      why = bytes.error();
      return simdjson::INCORRECT_TYPE;
    }
    const bool is_json = check_json(*bytes).has_value();
    if (binary) *binary = !is_json;
    if (is_json) {
      append_json_line(out, *bytes);
    } else {
      out = *std::move(bytes);
    }
    return SUCCESS;
  }
};

bool read_filter(std::string_view name, value& content, connection_filter& out, error_code& error) {
  if (name == "user") {
    error = read(content, out.user);
  } else if (name == "client") {
    error = read(content, out.client);
  } else if (name == "session") {
    error = read(content, out.session);
  } else {
    return false;
  }
  return true;
}

error_code read_option(std::string_view name, value& content, payload& data, publish_options& out) {
  if (name == "data") return read_raw(content, data.json);
  if (name == "b64data") return read(content, data.encoded);
  if (name == "skip_history") return read(content, out.skip_history);
  if (name == "tags") return read(content, out.tags);
  if (name == "idempotency_key") return read(content, out.idempotency_key);
  if (name == "delta") return read(content, out.delta);
  if (name == "version") return read(content, out.version);
  if (name == "version_epoch") return read(content, out.version_epoch);
  return SUCCESS;
}

error_code read(value& from, disconnect_reason& out) {
  return for_each_field(from, [&](std::string_view name, value& content) {
    if (name == "code") return read(content, out.code);
    if (name == "reason") return read(content, out.reason);
    return SUCCESS;
  });
}

error_code read(value& from, std::int64_t& out) {
  return from.get_int64().get(out);
}

// A request that is a channel and nothing else.
error_code read_channel(object from, std::string& out) {
  return for_each_field(from, [&](std::string_view name, value& content) {
    return name == "channel" ? read(content, out) : SUCCESS;
  });
}

template <std::size_t index = 1>
error_code read_by_name(std::string_view method, object from, request& out, errc& why) {
  if constexpr (index == std::variant_size_v<request>) {
    out = std::monostate{};
    return SUCCESS;
  } else {
    if (method == method_names[index]) return read_request(from, out.emplace<index>(), why);
    return read_by_name<index + 1>(method, from, out, why);
  }
}

}  // namespace

error_code read_request(object from, publish_request& out, errc& why) {
  payload data;
  const auto error = for_each_field(from, [&](std::string_view name, value& content) {
    if (name == "channel") return read(content, out.channel);
    return read_option(name, content, data, out.options);
  });
  return error ? error : data.move_to(out.data, why, &out.binary);
}

error_code read_request(object from, broadcast_request& out, errc& why) {
  payload data;
  const auto error = for_each_field(from, [&](std::string_view name, value& content) {
    if (name == "channels") return read(content, out.channels);
    return read_option(name, content, data, out.options);
  });
  return error ? error : data.move_to(out.data, why, &out.binary);
}

error_code read_request(object from, subscribe_request& out, errc& why) {
  payload info;
  payload data;
  auto error = for_each_field(from, [&](std::string_view name, value& content) {
    error_code of_filter{};
    if (read_filter(name, content, out.who, of_filter)) return of_filter;
    if (name == "channel") return read(content, out.channel);
    if (name == "info") return read_raw(content, info.json);
    if (name == "b64info") return read(content, info.encoded);
    if (name == "data") return read_raw(content, data.json);
    if (name == "b64data") return read(content, data.encoded);
    if (name == "recover_since") return read(content, out.recover_since);
    if (name == "expire_at") return read(content, out.expire_at);
    if (name == "override") return read(content, out.override);
    return SUCCESS;
  });
  if (!error) error = info.move_to(out.info, why);
  return error ? error : data.move_to(out.data, why);
}

error_code read_request(object from, unsubscribe_request& out, errc&) {
  return for_each_field(from, [&](std::string_view name, value& content) {
    error_code of_filter{};
    if (read_filter(name, content, out.who, of_filter)) return of_filter;
    return name == "channel" ? read(content, out.channel) : SUCCESS;
  });
}

error_code read_request(object from, disconnect_request& out, errc&) {
  return for_each_field(from, [&](std::string_view name, value& content) {
    error_code of_filter{};
    if (read_filter(name, content, out.who, of_filter)) return of_filter;
    if (name == "whitelist") return read(content, out.whitelist);
    if (name == "disconnect") return read(content, out.disconnect.emplace());
    return SUCCESS;
  });
}

error_code read_request(object from, refresh_request& out, errc&) {
  return for_each_field(from, [&](std::string_view name, value& content) {
    error_code of_filter{};
    if (read_filter(name, content, out.who, of_filter)) return of_filter;
    if (name == "expired") return read(content, out.expired);
    if (name == "expire_at") return read(content, out.expire_at);
    if (name == "info") return read_raw(content, out.info);
    return SUCCESS;
  });
}

error_code read_request(object from, presence_request& out, errc&) {
  return read_channel(from, out.channel);
}
error_code read_request(object from, presence_stats_request& out, errc&) {
  return read_channel(from, out.channel);
}
error_code read_request(object from, history_remove_request& out, errc&) {
  return read_channel(from, out.channel);
}

error_code read_request(object from, history_request& out, errc&) {
  return for_each_field(from, [&](std::string_view name, value& content) {
    if (name == "channel") return read(content, out.channel);
    if (name == "limit") return read(content, out.limit);
    if (name == "since") return read(content, out.since);
    if (name == "reverse") return read(content, out.reverse);
    return SUCCESS;
  });
}

error_code read_request(object from, channels_request& out, errc&) {
  return for_each_field(from, [&](std::string_view name, value& content) {
    return name == "pattern" ? read(content, out.pattern) : SUCCESS;
  });
}

error_code read_request(object from, info_request&, errc&) {
  return for_each_field(from, [](std::string_view, value&) { return SUCCESS; });
}

error_code read_request(object from, rpc_request& out, errc&) {
  return for_each_field(from, [&](std::string_view name, value& content) {
    if (name == "method") return read(content, out.method);
    if (name == "params") return read_raw(content, out.params);
    return SUCCESS;
  });
}

error_code read_request(object from, development_token_request& out, errc&) {
  return for_each_field(from, [&](std::string_view name, value& content) {
    return name == "user" ? read(content, out.user) : SUCCESS;
  });
}

error_code read_request(std::string_view method, object from, request& out, errc& why) {
  return read_by_name(method, from, out, why);
}

error_code read_request(object from, batch_request& out, errc& why) {
  const auto read_command = [&](value& content, request& command) {
    return for_each_field(content, [&](std::string_view name, value& body) {
      object fields;
      if (command.index() != 0 || std::ranges::find(method_names, name) == method_names.end()) {
        return SUCCESS;
      }
      if (auto error = body.get_object().get(fields)) return error;
      return read_request(name, fields, command, why);
    });
  };
  const auto read_commands = [&](value& content) {
    simdjson::ondemand::array commands;
    if (auto error = content.get_array().get(commands)) return error;
    out.commands.clear();
    for (auto entry : commands) {
      value command;
      if (auto error = std::move(entry).get(command)) return error;
      if (out.commands.size() == json_decoder::commands_per_batch_max) {
        why = errc::too_many_commands;
        return simdjson::CAPACITY;
      }
      if (auto error = read_command(command, out.commands.emplace_back())) return error;
    }
    return SUCCESS;
  };
  return for_each_field(from, [&](std::string_view name, value& content) {
    if (name == "commands") return read_commands(content);
    if (name == "parallel") return read(content, out.parallel);
    return SUCCESS;
  });
}

}  // namespace troupe::protocol::api
