// Any bytes as a TOML file and as a JSON file: both readers, then the loader on what they read.
// A refusal must say something, and every namespace that is loaded must be reachable.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "adapters/files/config_file.hpp"
#include "core/channel_address.hpp"
#include "core/configuration_loader.hpp"

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

void load_as(std::string_view text, std::string_view name) {
  const auto parsed = troupe::files::parse_config(text, name);
  if (!parsed) return require(parsed.error().text.starts_with(name));
  const auto loaded = troupe::core::load({.file = *parsed});
  if (!loaded) return require(!loaded.error().errors.empty());
  const auto& channel = loaded->value.channel;
  for (const auto& ns : channel.namespaces) {
    const auto address =
        troupe::core::resolve_namespace(ns.name + channel.namespace_boundary + "x", channel);
    if (address) require(!address->namespace_name.empty());
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(static_cast<const char*>(static_cast<const void*>(data)), size);
  load_as(text, "f.toml");
  load_as(text, "f.json");
  return 0;
}
