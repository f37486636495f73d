#include "adapters/files/config_file.hpp"

#include <cerrno>
#include <fstream>
#include <system_error>

#include "adapters/files/config_formats.hpp"
#include "core/limits.hpp"

namespace troupe::files {
namespace {

using enum config_file_error::code;

bool looks_like_json(std::string_view text, std::string_view name) {
  if (name.ends_with(".json")) return true;
  if (name.ends_with(".toml")) return false;
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  return first != std::string_view::npos && text[first] == '{';
}

}  // namespace

std::expected<core::setting, config_file_error> parse_config(std::string_view text,
                                                             std::string_view name) {
  if (text.size() > core::limits::configuration_bytes_max) {
    return std::unexpected(config_file_error{
        too_large, std::string(name) + " is larger than " +
                       std::to_string(core::limits::configuration_bytes_max) + " bytes"});
  }
  auto parsed = looks_like_json(text, name) ? parse_json(text, name) : parse_toml(text, name);
  if (!parsed) return std::unexpected(config_file_error{malformed, std::move(parsed.error())});
  return std::move(*parsed);
}

std::expected<core::setting, config_file_error> read_config_file(const std::string& path) {
  errno = 0;
  std::ifstream file(path, std::ios::binary);
  std::string text(core::limits::configuration_bytes_max + 1, '\0');
  if (file) file.read(text.data(), static_cast<std::streamsize>(text.size()));
  // A read that ends early sets failbit with eofbit; a directory opens and then fails to read.
  if (file.bad() || (!file && !file.eof())) {
    return std::unexpected(config_file_error{
        unreadable, path + ": cannot be read: " + std::generic_category().message(errno)});
  }
  text.resize(static_cast<std::size_t>(file.gcount()));
  return parse_config(text, path);
}

}  // namespace troupe::files
