#include "protocol/client/json_payloads.hpp"

#include <algorithm>
#include <string_view>
#include <variant>

#include "protocol/json_text.hpp"

namespace troupe::protocol {
namespace {

bool is_json(std::string_view payload) {
  return payload.empty() || check_json(payload);
}

bool sound(const client_info& info) {
  return is_json(info.conn_info) && is_json(info.chan_info);
}

bool sound(const publication& each) {
  return is_json(each.data) && (!each.info || sound(*each.info));
}

bool sound(const subscribe_result& result) {
  return is_json(result.data) &&
         std::ranges::all_of(result.publications, [](auto& each) { return sound(each); });
}

bool sound(const connect_result& result) {
  return is_json(result.data) &&
         std::ranges::all_of(result.subs, [](auto& each) { return sound(each.second); });
}

bool sound(const presence_result& result) {
  return std::ranges::all_of(result.presence, [](auto& each) { return sound(each.second); });
}

bool sound(const history_result& result) {
  return std::ranges::all_of(result.publications, [](auto& each) { return sound(each); });
}

bool sound(const connect_push& push) {
  return sound(push.result);
}

bool sound(const push& push);

/// Bodies that hold one payload, one client, or nothing but numbers and texts.
template <class Body>
bool sound(const Body& body) {
  if constexpr (requires { body.data; }) return is_json(body.data);
  if constexpr (requires { body.info; }) return sound(body.info);
  return true;
}

bool sound(const push& push) {
  return std::visit([](const auto& body) { return sound(body); }, push.body);
}

}  // namespace

bool holds_only_json(const publication& publication) {
  return sound(publication);
}
bool holds_only_json(const push& push) {
  return sound(push);
}
bool holds_only_json(const reply& reply) {
  return std::visit([](const auto& body) { return sound(body); }, reply.body);
}

}  // namespace troupe::protocol
