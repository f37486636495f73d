#include "core/tryout.hpp"

#include <chrono>
#include <utility>

namespace troupe::core {

bool is_tried_out(const configuration& c) {
  return !c.client.token.has_keys() && !c.client.insecure && !c.client.proxy.connect.enabled &&
         is_loopback(c.http_server.address);
}

void add_demo_namespace(configuration& c) {
  if (!c.channel.namespaces.empty()) return;
  channel_namespace chat{.name = "chat", .options = {}};
  chat.options.presence = true;
  chat.options.join_leave = true;
  chat.options.force_push_join_leave = true;
  chat.options.history_size = 200;
  chat.options.history_ttl = std::chrono::hours(24);
  chat.options.history_meta_ttl = c.channel.history_meta_ttl;
  chat.options.force_recovery = true;
  chat.options.allow_subscribe_for_client = true;
  chat.options.allow_publish_for_client = true;
  chat.options.allow_history_for_client = true;
  chat.options.allow_presence_for_client = true;
  c.channel.namespaces.push_back(std::move(chat));
}

}  // namespace troupe::core
