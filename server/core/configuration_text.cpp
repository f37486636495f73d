#include "core/configuration_text.hpp"

#include <algorithm>
#include <cassert>
#include <vector>

#include "core/duration.hpp"
#include "core/option_table.hpp"
#include "core/quote.hpp"

namespace troupe::core {
namespace {

constexpr std::size_t comment_width = 98;

struct chosen {
  std::string section;  // "http_server"; "" stands for the namespace "chat"
  std::string key;
  std::string literal;
  std::string_view description;
};

std::string_view description_of(std::string_view path) {
  const auto table = server_options();
  const auto row = std::ranges::find(table, path, &server_option::path);
  assert(row != table.end());
  return row->description;
}

// What the starting configuration says outright, by section and in the order of the table.
std::vector<chosen> starting_options(const starting_secrets& secrets) {
  const configuration defaults;
  const auto choose = [](std::string section, std::string key, std::string literal) {
    const std::string path = section + '.' + key;
    return chosen{std::move(section), std::move(key), std::move(literal), description_of(path)};
  };
  return {choose("http_server", "address", quote(defaults.http_server.address)),
          choose("http_server", "port", std::to_string(defaults.http_server.port)),
          choose("storage", "path", quote(defaults.storage.path)),
          choose("client", "allowed_origins", "[]"),
          choose("client.token", "hmac_secret_key", quote(secrets.token)),
          choose("http_api", "key", quote(secrets.api_key))};
}

constexpr std::string_view chat_name = "chat";

channel_options chat_options() {
  channel_options chat;
  chat.presence = true;
  chat.join_leave = true;
  chat.history_size = 100;
  chat.history_ttl = std::chrono::hours{24};
  chat.force_recovery = true;
  chat.allow_subscribe_for_client = true;
  chat.allow_publish_for_subscriber = true;
  chat.allow_history_for_subscriber = true;
  chat.allow_presence_for_subscriber = true;
  return chat;
}

// The options in which the chat namespace differs from the defaults.
std::vector<chosen> chat_choices() {
  channel_options chat = chat_options();
  channel_options defaults;
  std::vector<chosen> choices;
  for (const channel_option& row : channel_option_table()) {
    const std::string literal = value_text(row.slot(chat));
    if (literal == value_text(row.slot(defaults))) continue;
    choices.push_back({"", std::string(row.path), literal, row.description});
  }
  return choices;
}

std::string comment(std::string_view text) {
  std::string lines;
  while (!text.empty()) {
    std::size_t length = text.size();
    if (length > comment_width) length = text.rfind(' ', comment_width);
    if (length == std::string_view::npos) length = text.size();
    lines += "# " + std::string(text.substr(0, length)) + '\n';
    text.remove_prefix(std::min(length + 1, text.size()));
  }
  return lines;
}

std::string cell_escaped(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    if (c == '|') escaped += '\\';
    escaped += c;
  }
  return escaped;
}

std::string allowed_text(const option_slot& slot, const option_range& range,
                         std::string_view choices) {
  if (!choices.empty()) return "`" + std::string(choices) + "`";
  if (std::holds_alternative<bool*>(slot)) return "";
  if (std::holds_alternative<std::chrono::milliseconds*>(slot)) {
    return format_duration(std::chrono::milliseconds{range.min}) + " to " +
           format_duration(std::chrono::milliseconds{range.max});
  }
  const std::string bounds = std::to_string(range.min) + " to " + std::to_string(range.max);
  if (std::holds_alternative<std::string*>(slot)) return bounds + " bytes";
  if (std::holds_alternative<std::vector<std::string>*>(slot)) return bounds + " items";
  return bounds;
}

constexpr std::string_view table_head =
    "| Option | Type | Default | Allowed | Reload | Meaning |\n"
    "|---|---|---|---|---|---|\n";

template <typename Owner>
std::string reference_row(const option<Owner>& row, Owner& defaults) {
  const option_slot slot = row.slot(defaults);
  std::string line = "| `" + std::string(row.path) + "` | ";
  line += type_name(slot);
  line += " | `" + value_text(slot) + "` | ";
  line += allowed_text(slot, row.range, row.choices);
  line += row.change == applies::on_reload ? " | yes | " : " | restart | ";
  line += cell_escaped(row.description) + " |\n";
  return line;
}

constexpr std::string_view reference_intro =
    R"(# Configuration

<!-- Printed by `troupe genconfig --format markdown` from the tables in server/core. -->

Options come from four places; the first that names an option decides:

1. flags: `--address`, `--port`, `--log-level`, and `--set section.key=value` for any other;
2. the environment: `TROUPE_` and the option's path in capitals with `_` for `.`, so that
   `http_server.port` is `TROUPE_HTTP_SERVER_PORT`;
3. the file that `--config FILE` names, TOML or JSON;
4. the defaults below.

`troupe checkconfig` names everything that is wrong with a configuration at once, and
`troupe genconfig` prints one to start from. An option that does not exist is a warning.

A duration is a number and a unit, or several: `300ms`, `25s`, `1h30m`, `720h`. In the environment
and on the command line a list is separated by spaces or commas. "Reload" says whether SIGHUP
applies a change or a restart is needed.

## Server

)";

constexpr std::string_view reference_channels =
    R"(
## Channels

These options stand in `channel.without_namespace`, for channels whose name has no namespace, and in
each section of the list `channel.namespaces`, which only a file can hold. A namespace has a `name`
too: 2 to 64 letters, digits, `-`, `_` or `.`, each once, and none of the built-in `stream`,
`conversation`, `meeting` and `playout`.

```toml
[[channel.namespaces]]
name = "chat"
history_size = 100
history_ttl = "24h"
```

)";

constexpr std::string_view reference_unsupported =
    R"(
## Named, but not supported

A configuration that turns one of these on is refused: ignoring it would leave you with another
system than the one you described.

| Option | Refused when | Instead |
|---|---|---|
)";

constexpr std::string_view reference_ignored =
    R"(
## Named, and without effect

A configuration may have these options of Centrifugo, or sections of them; each is a warning.

| Option | Why |
|---|---|
)";

std::string_view refused_when_text(unsupported_option::refused_when when) {
  switch (when) {
    case unsupported_option::refused_when::on:
      return "true";
    case unsupported_option::refused_when::given:
      return "not empty";
    case unsupported_option::refused_when::not_memory:
      return "not `memory`";
  }
  return "";
}

std::string unsupported_row(const unsupported_option& row, std::string_view whose) {
  std::string line = "| `" + std::string(row.path) + '`';
  line += whose;
  line += " | ";
  line += refused_when_text(row.when);
  line += " | ";
  line += row.advice;
  return line + " |\n";
}

void append_json_section(std::string& json, const std::vector<chosen>& options,
                         const std::string& section, const std::string& indent) {
  bool first = true;
  for (const chosen& option : options) {
    if (option.section != section) continue;
    json += first ? "\n" : ",\n";
    json += indent + quote(option.key) + ": " + option.literal;
    first = false;
  }
}

}  // namespace

std::string starting_toml(const starting_secrets& secrets) {
  std::string toml =
      "# A starting configuration for Troupe. Every option: docs/reference/configuration.md.\n";
  std::string section;
  for (const chosen& option : starting_options(secrets)) {
    if (option.section != section) {
      section = option.section;
      toml += "\n[" + section + "]\n";
    }
    toml += comment(option.description) + option.key + " = " + option.literal + '\n';
  }
  toml +=
      "\n# The channels \"chat:…\", in which every user with a token may talk. What is not allowed "
      "here is\n# refused; channels without a namespace allow nothing by default.\n"
      "[[channel.namespaces]]\nname = " +
      quote(chat_name) + '\n';
  for (const chosen& option : chat_choices()) {
    toml += comment(option.description) + option.key + " = " + option.literal + '\n';
  }
  return toml;
}

std::string starting_json(const starting_secrets& secrets) {
  const std::vector<chosen> options = starting_options(secrets);
  std::string json = "{\n  \"http_server\": {";
  append_json_section(json, options, "http_server", "    ");
  json += "\n  },\n  \"storage\": {";
  append_json_section(json, options, "storage", "    ");
  json += "\n  },\n  \"client\": {";
  append_json_section(json, options, "client", "    ");
  json += ",\n    \"token\": {";
  append_json_section(json, options, "client.token", "      ");
  json += "\n    }\n  },\n  \"http_api\": {";
  append_json_section(json, options, "http_api", "    ");
  json += "\n  },\n  \"channel\": {\n    \"namespaces\": [\n      {\n        \"name\": ";
  json += quote(chat_name);
  json += ',';
  append_json_section(json, chat_choices(), "", "        ");
  json += "\n      }\n    ]\n  }\n}\n";
  return json;
}

std::string configuration_reference() {
  configuration defaults;
  std::string page(reference_intro);
  page += table_head;
  for (const server_option& row : server_options()) page += reference_row(row, defaults);
  page += reference_channels;
  page += table_head;
  channel_options channel_defaults;
  for (const channel_option& row : channel_option_table()) {
    page += reference_row(row, channel_defaults);
  }
  page += reference_unsupported;
  for (const unsupported_option& row : unsupported_options()) page += unsupported_row(row, "");
  for (const unsupported_option& row : unsupported_channel_options()) {
    page += unsupported_row(row, " of a namespace");
  }
  page += reference_ignored;
  for (const ignored_option& row : ignored_options()) {
    page += "| `" + std::string(row.path) + "` | ";
    page += row.why;
    page += " |\n";
  }
  return page;
}

}  // namespace troupe::core
