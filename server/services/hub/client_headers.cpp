#include "services/hub/client_headers.hpp"

#include <algorithm>
#include <array>

#include "core/proxy_table.hpp"

namespace troupe::hub {
namespace {

constexpr std::size_t value_bytes_max = 8192;
constexpr std::size_t emulated_max = 64;

// They describe the connection to the application, or our own message to it.
constexpr std::array<std::string_view, 11> ours = {
    "host",       "content-length", "content-type",    "transfer-encoding",
    "connection", "upgrade",        "keep-alive",      "expect",
    "te",         "trailer",        "proxy-connection"};

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}
bool same_name(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, {}, lower, lower);
}

const std::string* value_of(const http_headers& in, std::string_view name) {
  const auto found =
      std::ranges::find_if(in, [&](const auto& each) { return same_name(each.first, name); });
  return found == in.end() ? nullptr : &found->second;
}

bool is_text(std::string_view value) {
  return value.size() <= value_bytes_max && std::ranges::none_of(value, [](char c) {
           return static_cast<unsigned char>(c) < ' ' || c == 0x7f;
         });
}

}  // namespace

void client_headers::keep(const core::configuration& configuration, std::string_view name,
                          std::string_view value) {
  if (value_of(of_request_, name) || !is_text(value)) return;
  bool wanted = false;
  core::for_each_proxy(configuration, [&](std::string_view, const core::proxy_options& each) {
    wanted = wanted || std::ranges::any_of(each.http_headers, [&](const std::string& listed) {
               return same_name(listed, name);
             });
  });
  if (wanted) of_request_.emplace_back(name, value);
}

void client_headers::emulate(std::map<std::string, std::string> headers) {
  for (auto& [name, value] : headers) {
    if (emulated_.size() == emulated_max) return;
    if (is_text(value)) emulated_.emplace_back(name, std::move(value));
  }
}

http_headers client_headers::passed_on(const core::proxy_options& to) const {
  http_headers all;
  const auto add = [&](const std::string& name, const http_headers& from) {
    const bool reserved =
        std::ranges::any_of(ours, [&](std::string_view each) { return same_name(each, name); });
    const std::string* value = reserved || value_of(all, name) ? nullptr : value_of(from, name);
    if (value) all.emplace_back(name, *value);
  };
  for (const std::string& name : to.http_headers) add(name, of_request_);
  for (const std::string& name : to.emulated_headers) add(name, emulated_);
  return all;
}

}  // namespace troupe::hub
