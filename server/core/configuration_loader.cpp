#include "core/configuration_loader.hpp"

#include <algorithm>
#include <cassert>
#include <optional>
#include <string>

#include "core/configuration_check.hpp"
#include "core/option_binding.hpp"
#include "core/option_table.hpp"
#include "core/quote.hpp"
#include "core/suggestion.hpp"

namespace troupe::core {
namespace {

constexpr std::string_view environment_prefix = "TROUPE_";
constexpr std::string_view namespace_name_key = "name";

std::string at(const setting& given) {
  return given.origin.empty() ? "" : " (" + given.origin + ")";
}

/// "" for a number, a duration or a choice: whoever writes all options down leaves the default so.
bool is_left_empty(const option_slot& slot, std::string_view choices, const setting& given) {
  const auto* text = std::get_if<std::string>(&given.value);
  if (text == nullptr || !text->empty()) return false;
  return std::holds_alternative<std::uint16_t*>(slot) ||
         std::holds_alternative<std::size_t*>(slot) ||
         std::holds_alternative<std::chrono::milliseconds*>(slot) ||
         (std::holds_alternative<std::string*>(slot) && !choices.empty());
}

template <typename Owner>
const option<Owner>* find_option(std::span<const option<Owner>> table, std::string_view path) {
  const auto row = std::ranges::find(table, path, &option<Owner>::path);
  return row == table.end() ? nullptr : &*row;
}

// True where `path` is a section of which `known` is inside.
bool is_within(std::string_view known, std::string_view path) {
  return known.size() > path.size() && known.starts_with(path) && known[path.size()] == '.';
}

class loading {
 public:
  void read_environment(std::span<const named_value> environment, setting& into);
  void read_flags(std::span<const named_value> flags, setting& into);
  void read_section(const setting_table& table, const std::string& prefix);
  load_result finish();

 private:
  void read_entry(const std::string& path, const setting& given);
  void read_channel_section(const std::string& path, const setting& given, channel_options& into);
  void read_namespace(const std::string& path, const setting& given);
  void read_rpc_namespace(const std::string& path, const setting& given);
  void read_list(std::string_view path, const setting& given,
                 void (loading::*read)(const std::string& path, const setting& given));
  void read_name(const std::string& path, const setting_table& section, std::string& into);
  /// `name` is what the option is called in `table`.
  bool refuse_unsupported(std::span<const unsupported_option> table, std::string_view name,
                          const std::string& path, const setting& value);
  bool pass_over_ignored(const std::string& path, const setting& value);
  bool is_section(std::string_view path) const;
  void want_section(const std::string& path, const setting& given);
  void warn_unknown(const std::string& path, const setting& given,
                    std::span<const std::string> known);

  template <typename Owner>
  void bind_row(const option<Owner>& row, Owner& owner, const std::string& path,
                const setting& given);

  configuration value_;
  std::vector<configuration_finding> errors_;
  std::vector<configuration_finding> warnings_;
  const std::vector<std::string> known_ = known_paths();
};

template <typename Owner>
void loading::bind_row(const option<Owner>& row, Owner& owner, const std::string& path,
                       const setting& given) {
  const option_slot slot = row.slot(owner);
  if (is_left_empty(slot, row.choices, given)) return;
  const auto bound = bind(slot, {row.range, row.choices}, given);
  if (bound) return;
  const std::string is = row.secret ? "has a value that does not fit" : "is " + describe(given);
  errors_.push_back({path, path + ' ' + is + at(given) + ": " + bound.error()});
}

void loading::read_environment(std::span<const named_value> environment, setting& into) {
  std::vector<std::string> names;
  for (const std::string& path : known_) names.push_back(environment_name(path));
  for (const auto& [name, text] : environment) {
    if (!name.starts_with(environment_prefix)) continue;
    const auto known = std::ranges::find(names, name);
    if (known == names.end()) {
      std::string warning = "unknown environment variable " + name;
      if (const auto near = nearest(name, names); !near.empty()) {
        warning += ": did you mean " + std::string(near) + "?";
      }
      warnings_.push_back({name, std::move(warning)});
      continue;
    }
    const std::string& path = known_[static_cast<std::size_t>(known - names.begin())];
    set_path(into, path, text, name);
  }
}

void loading::read_flags(std::span<const named_value> flags, setting& into) {
  for (const auto& [path, text] : flags) {
    if (std::ranges::find(known_, path) != known_.end()) {
      set_path(into, path, text, "command line");
      continue;
    }
    std::string error = "unknown option " + path + " (command line)";
    if (const auto near = nearest(path, known_); !near.empty()) {
      error += ": did you mean " + std::string(near) + "?";
    }
    errors_.push_back({path, std::move(error)});
  }
}

void loading::read_section(const setting_table& table, const std::string& prefix) {
  for (const setting_entry& entry : table) {
    read_entry(prefix.empty() ? entry.key : prefix + '.' + entry.key, entry.value);
  }
}

void loading::read_entry(const std::string& path, const setting& given) {
  if (const auto* row = find_option(server_options(), path)) {
    bind_row(*row, value_, path, given);
  } else if (path == without_namespace_path) {
    read_channel_section(path, given, value_.channel.without_namespace);
  } else if (path == namespaces_path) {
    read_list(path, given, &loading::read_namespace);
  } else if (path == rpc_namespaces_path) {
    read_list(path, given, &loading::read_rpc_namespace);
  } else if (refuse_unsupported(unsupported_options(), path, path, given) ||
             pass_over_ignored(path, given)) {
    return;
  } else if (!is_section(path)) {
    warn_unknown(path, given, known_);
  } else if (const auto* section = std::get_if<setting_table>(&given.value)) {
    read_section(*section, path);
  } else {
    want_section(path, given);
  }
}

void loading::read_channel_section(const std::string& path, const setting& given,
                                   channel_options& into) {
  const auto* section = std::get_if<setting_table>(&given.value);
  if (section == nullptr) return want_section(path, given);
  for (const auto& [key, entry] : *section) {
    const std::string option_path = path + '.' + key;
    if (const auto* row = find_option(channel_option_table(), key)) {
      bind_row(*row, into, option_path, entry);
    } else if (refuse_unsupported(unsupported_channel_options(), key, option_path, entry)) {
      continue;
    } else if (key != namespace_name_key || path == without_namespace_path) {
      std::vector<std::string> known;
      for (const channel_option& other : channel_option_table()) {
        known.push_back(path + '.' + std::string(other.path));
      }
      warn_unknown(option_path, entry, known);
    }
  }
}

void loading::read_list(std::string_view path, const setting& given,
                        void (loading::*read)(const std::string& path, const setting& given)) {
  const std::string option(path);
  const auto* list = std::get_if<setting_list>(&given.value);
  if (list == nullptr) {
    errors_.push_back({option, option + " is " + describe(given) + at(given) +
                                   ": want a list of sections, which only a file can hold"});
    return;
  }
  if (list->size() > limits::namespaces_max) {
    errors_.push_back({option, option + " is " + describe(given) + at(given) + ": want at most " +
                                   std::to_string(limits::namespaces_max)});
    return;
  }
  for (std::size_t i = 0; i < list->size(); ++i) {
    (this->*read)(option + '[' + std::to_string(i) + ']', (*list)[i]);
  }
}

void loading::read_name(const std::string& path, const setting_table& section, std::string& into) {
  const auto name = std::ranges::find(section, namespace_name_key, &setting_entry::key);
  if (name == section.end()) return;
  const option_rule any_text{{0, 4096}, {}};
  const auto bound = bind(&into, any_text, name->value);
  if (bound) return;
  errors_.push_back({path + ".name", path + ".name is " + describe(name->value) + at(name->value) +
                                         ": " + bound.error()});
}

void loading::read_namespace(const std::string& path, const setting& given) {
  channel_namespace& made = value_.channel.namespaces.emplace_back();
  if (const auto* section = std::get_if<setting_table>(&given.value)) {
    read_name(path, *section, made.name);
  }
  read_channel_section(path, given, made.options);
}

void loading::read_rpc_namespace(const std::string& path, const setting& given) {
  rpc_namespace& made = value_.rpc.namespaces.emplace_back();
  const auto* section = std::get_if<setting_table>(&given.value);
  if (section == nullptr) return want_section(path, given);
  read_name(path, *section, made.name);
  const std::vector<std::string> known = {path + ".name", path + ".proxy_enabled"};
  for (const auto& [key, entry] : *section) {
    if (key == namespace_name_key) continue;
    const std::string option = path + '.' + key;
    if (key != "proxy_enabled") {
      warn_unknown(option, entry, known);
    } else if (const auto bound = bind(&made.options.proxy_enabled, {}, entry); !bound) {
      errors_.push_back(
          {option, option + " is " + describe(entry) + at(entry) + ": " + bound.error()});
    }
  }
}

bool loading::refuse_unsupported(std::span<const unsupported_option> table, std::string_view name,
                                 const std::string& path, const setting& value) {
  const auto row = std::ranges::find(table, name, &unsupported_option::path);
  if (row == table.end()) return false;
  using refused_when = unsupported_option::refused_when;
  const auto* text = std::get_if<std::string>(&value.value);
  const auto* list = std::get_if<setting_list>(&value.value);
  const bool empty = (text != nullptr && text->empty()) || (list != nullptr && list->empty());
  bool harmless = empty;
  if (row->when == refused_when::on) {
    bool is_on = true;
    const bool readable = bind(&is_on, {}, value).has_value();
    harmless = empty || (readable && !is_on);
  } else if (row->when == refused_when::not_memory) {
    harmless = text != nullptr && (*text == "memory" || text->empty());
  }
  if (!harmless) {
    const std::string is = row->when == refused_when::given ? "is set" : "is " + describe(value);
    errors_.push_back(
        {path, path + ' ' + is + at(value) +
                   ", which this server does not support: " + std::string(row->advice)});
  }
  return true;
}

bool loading::is_section(std::string_view path) const {
  return std::ranges::any_of(known_, [&](auto& known) { return is_within(known, path); }) ||
         std::ranges::any_of(ignored_options(),
                             [&](auto& row) { return is_within(row.path, path); });
}

bool loading::pass_over_ignored(const std::string& path, const setting& value) {
  const auto table = ignored_options();
  const auto row = std::ranges::find(table, path, &ignored_option::path);
  if (row == table.end()) return false;
  warnings_.push_back({path, path + at(value) + " has no effect here: " + std::string(row->why)});
  return true;
}

void loading::want_section(const std::string& path, const setting& given) {
  errors_.push_back({path, path + " is " + describe(given) + at(given) + ": want a section"});
}

void loading::warn_unknown(const std::string& path, const setting& given,
                           std::span<const std::string> known) {
  std::string text = "unknown option " + path + at(given);
  if (const auto near = nearest(path, known); !near.empty()) {
    text += ": did you mean " + std::string(near) + "?";
  }
  warnings_.push_back({path, std::move(text)});
}

load_result loading::finish() {
  check_configuration(value_, errors_, warnings_);
  if (!errors_.empty()) {
    return std::unexpected(refused_configuration{std::move(errors_), std::move(warnings_)});
  }
  const auto inherit = [&](channel_options& options) {
    if (options.history_meta_ttl.count() == 0) {
      options.history_meta_ttl = value_.channel.history_meta_ttl;
    }
  };
  inherit(value_.channel.without_namespace);
  for (channel_namespace& ns : value_.channel.namespaces) inherit(ns.options);
  if (value_.client.connection_limit == 0) {
    value_.client.connection_limit = limits::connections_max;
  }
  return loaded_configuration{std::move(value_), std::move(warnings_)};
}

}  // namespace

load_result load(const configuration_sources& sources) {
  loading loading;
  setting merged = sources.file;
  if (!std::holds_alternative<setting_table>(merged.value)) merged.value = setting_table{};
  loading.read_environment(sources.environment, merged);
  loading.read_flags(sources.flags, merged);
  loading.read_section(std::get<setting_table>(merged.value), "");
  return loading.finish();
}

}  // namespace troupe::core
