#include "services/hub/rpc_rules.hpp"

#include <algorithm>

namespace troupe::hub {

namespace {
constexpr std::string_view built_in_prefix = "troupe.";
}

bool serves_calls(const core::configuration::rpc_section& rules) {
  return rules.without_namespace.proxy_enabled ||
         std::ranges::any_of(rules.namespaces, [](const core::rpc_namespace& each) {
           return each.options.proxy_enabled;
         });
}

const core::rpc_options* find_rpc_options(std::string_view method,
                                          const core::configuration::rpc_section& rules) {
  if (method.starts_with(built_in_prefix)) return nullptr;
  const std::size_t end = method.find(rules.namespace_boundary);
  if (end == method.npos) return &rules.without_namespace;
  const auto found =
      std::ranges::find(rules.namespaces, method.substr(0, end), &core::rpc_namespace::name);
  return found == rules.namespaces.end() ? nullptr : &found->options;
}

}  // namespace troupe::hub
