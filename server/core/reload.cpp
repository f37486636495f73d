#include "core/reload.hpp"

#include <algorithm>
#include <span>
#include <variant>

#include "core/configuration_check.hpp"
#include "core/option_table.hpp"

namespace troupe::core {
namespace {

/// Copies one option's value; false when both have it already.
bool keep(const option_slot& from, const option_slot& into) {
  return std::visit(
      [&]<typename T>(T* kept) {
        T* const value = *std::get_if<T*>(&into);
        if (*value == *kept) return false;
        *value = *kept;
        return true;
      },
      from);
}

template <typename Owner>
void keep_all(std::span<const option<Owner>> table, const std::string& prefix, Owner& current,
              Owner& next, std::vector<std::string>& kept) {
  for (const option<Owner>& row : table) {
    if (row.change == applies::on_reload) continue;
    if (keep(row.slot(current), row.slot(next))) kept.push_back(prefix + std::string(row.path));
  }
}

}  // namespace

std::vector<std::string> keep_until_restart(configuration current, configuration& next) {
  std::vector<std::string> kept;
  keep_all(server_options(), "", current, next, kept);
  keep_all(channel_option_table(), std::string(without_namespace_path) + '.',
           current.channel.without_namespace, next.channel.without_namespace, kept);
  for (channel_namespace& each : next.channel.namespaces) {
    const auto before =
        std::ranges::find(current.channel.namespaces, each.name, &channel_namespace::name);
    const bool is_new = before == current.channel.namespaces.end();
    channel_options from = is_new ? channel_options{} : before->options;
    keep_all(channel_option_table(), std::string(namespaces_path) + '.' + each.name + '.', from,
             each.options, kept);
  }
  if (next.rpc.namespaces != current.rpc.namespaces) {
    next.rpc.namespaces = current.rpc.namespaces;
    kept.emplace_back(rpc_namespaces_path);
  }
  return kept;
}

bool reloader::refuse(const refused_configuration& why) {
  for (const configuration_finding& each : why.errors) {
    log_.error("configuration error", {{"option", each.option}, {"reason", each.text}});
  }
  for (const configuration_finding& each : why.warnings) {
    log_.warn("configuration warning", {{"option", each.option}, {"reason", each.text}});
  }
  log_.error("reload refused", {{"reason", "the configuration is not valid"}});
  return false;
}

bool reloader::refuse(std::string_view why) {
  log_.error("reload refused", {{"reason", why}});
  return false;
}

bool reloader::apply(load_result loaded) {
  if (!loaded) return refuse(loaded.error());
  configuration next = std::move(loaded->value);
  const auto kept = keep_until_restart(in_use_.current(), next);
  // What is kept may not go with what is new, as a public address with a secret that is too short.
  refused_configuration mixed{.errors = {}, .warnings = {}};
  check_configuration(next, mixed.errors, mixed.warnings);
  if (!mixed.errors.empty()) return refuse(mixed);

  std::vector<commit_reload> commits;
  for (const prepare_reload& prepare : parts_) {
    auto prepared = prepare(next);
    if (!prepared) return refuse(prepared.error());
    commits.push_back(*std::move(prepared));
  }
  if (!in_use_.replace(std::move(next))) return refuse("there were too many: restart the server");
  for (commit_reload& commit : commits) commit();

  for (const configuration_finding& each : loaded->warnings) {
    log_.warn("configuration warning", {{"option", each.option}, {"reason", each.text}});
  }
  for (const std::string& path : kept) log_.warn("change needs a restart", {{"option", path}});
  log_.info("reloaded");
  return true;
}

}  // namespace troupe::core
