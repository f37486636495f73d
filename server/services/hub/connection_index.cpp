#include "services/hub/connection_index.hpp"

#include <utility>

namespace troupe::hub {
namespace {

bool is_meant(const connection& one, const protocol::api::connection_filter& filter) {
  return (filter.user.empty() || filter.user == one.user.text()) &&
         (filter.client.empty() || filter.client == one.id.text()) &&
         (filter.session.empty() || filter.session == one.session);
}

}  // namespace

void connection_index::insert(std::uint64_t actor, connection added) {
  clients_.emplace(added.id.text(), actor);
  if (!added.session.empty()) sessions_.emplace(added.session, actor);
  users_[added.user].insert(actor);
  connections_.emplace(actor, std::move(added));
}

bool connection_index::erase(std::uint64_t actor) {
  const auto gone = connections_.extract(actor);
  if (!gone) return false;
  const connection& one = gone.mapped();
  clients_.erase(one.id.text());
  sessions_.erase(one.session);
  const auto user = users_.find(one.user);
  user->second.erase(actor);
  if (user->second.empty()) users_.erase(user);
  return true;
}

const connection* connection_index::find(std::uint64_t actor) const {
  const auto found = connections_.find(actor);
  return found == connections_.end() ? nullptr : &found->second;
}

std::vector<const connection*> connection_index::matching(
    const protocol::api::connection_filter& filter) const {
  std::vector<const connection*> found;
  const auto take = [&](std::uint64_t actor) {
    const connection& one = connections_.at(actor);
    if (is_meant(one, filter)) found.push_back(&one);
  };
  if (!filter.client.empty()) {
    if (const auto one = clients_.find(filter.client); one != clients_.end()) take(one->second);
  } else if (!filter.session.empty()) {
    if (const auto one = sessions_.find(filter.session); one != sessions_.end()) take(one->second);
  } else if (!filter.user.empty()) {
    const auto user = users_.find(core::user_id(filter.user));
    if (user == users_.end()) return found;
    for (const std::uint64_t actor : user->second) take(actor);
  }
  return found;
}

std::size_t connection_index::of_user(const core::user_id& user) const {
  const auto found = users_.find(user);
  return found == users_.end() ? 0 : found->second.size();
}

}  // namespace troupe::hub
