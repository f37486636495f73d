#include "services/hub/channel.hpp"

#include <algorithm>
#include <set>
#include <stdexcept>
#include <utility>

#include <troupe/send.hpp>

#include "services/hub/client.hpp"
#include "services/hub/permissions.hpp"
#include "services/hub/router.hpp"

namespace troupe::hub {
namespace {

using protocol::error;

std::unexpected<error> unavailable() {
  return std::unexpected(error(protocol::errors::internal));
}

}  // namespace

channel::channel(core::channel_name name, const core::channel_options& options,
                 const context& shared, ref<router> registry, std::vector<ref<fanout>> fanouts)
    : name_(std::move(name)),
      options_(&options),
      shared_(shared),
      registry_(std::move(registry)),
      fanouts_(std::move(fanouts)),
      subscribers_on_(fanouts_.size()),
      last_used_(now()) {
  send_after(idle_max, look_idle{});
}

task<std::expected<void, start_error>> channel::started() {
  if (!restarted()) co_return {};
  for (std::uint32_t worker = 0; worker < fanouts_.size(); ++worker) {
    auto attached = co_await fanouts_[worker].ask(list_attached{name_}, fanout_wait_max);
    if (!attached) co_return std::unexpected(start_error{attached.error().describe()});
    for (subscriber& each : *attached) insert(std::move(each));
  }
  co_return {};
}

const core::channel_options& channel::options() {
  const core::configuration& now = shared_.configuration();
  if (options_from_ != &now) {
    options_from_ = &now;
    if (const auto found = find_options(name_.text(), now.channel)) options_ = *found;
  }
  return *options_;
}

ports::history_limits channel::history_limits() {
  const core::channel_options& rules = options();
  return {rules.history_size, rules.history_ttl, rules.history_meta_ttl};
}

// ---- subscribers -------------------------------------------------------------------------------

task<subscribe::reply> channel::on(subscribe message) {
  last_used_ = now();
  const subscriber who = message.who;
  const std::uint32_t command_id = message.command_id;
  auto result = co_await result_for(std::move(message));
  if (!result) co_return std::unexpected(result.error());

  insert(who);
  attach answer{name_, self(), who, command_id, *std::move(result)};
  if (co_await send(fanouts_[who.worker], std::move(answer), fanout_wait_max) !=
      tell_status::accepted) {
    erase(subscribers_.find(who.info->client));
    co_return unavailable();
  }
  if (who.announced) co_await tell_audience(protocol::join_push{*who.info});
  co_return {};
}

void channel::insert(subscriber who) {
  const std::uint32_t worker = who.worker;
  const wire_format format = who.format;
  std::string client = who.info->client;
  const bool is_new = subscribers_.insert_or_assign(std::move(client), std::move(who)).second;
  if (!is_new) return;  // the same connection, so nothing else has changed
  ++subscribers_on_[worker];
  formats_.add(format);
}

void channel::erase(std::map<std::string, subscriber>::iterator who) {
  --subscribers_on_[who->second.worker];
  formats_.remove(who->second.format);
  subscribers_.erase(who);
}

task<std::expected<protocol::subscribe_result, error>> channel::result_for(subscribe message) {
  protocol::subscribe_result result;
  result.data = std::move(message.data);
  if (message.expires_in_s) {
    result.expires = true;
    result.ttl_s = *message.expires_in_s;
  }
  if (!message.positioned && !message.recoverable) co_return result;

  const auto& from = message.recover_from;
  const std::size_t most = shared_.configuration().client.recovery_max_publication_limit;
  ports::history_filter filter{.since_offset = {}, .limit = 0, .reverse = false};
  if (from) filter = {.since_offset = from->offset, .limit = most, .reverse = false};
  auto page = co_await shared_.history.read(name_, filter, history_limits(), now());
  if (!page) co_return unavailable();

  result.positioned = true;
  result.recoverable = message.recoverable;
  result.epoch = page->top.epoch;
  result.offset = page->top.offset;
  if (!from) co_return result;

  result.was_recovering = true;
  const auto& missed = page->publications;
  const bool same_stream = from->epoch.empty() || from->epoch == page->top.epoch;
  const bool complete = missed.empty() ? page->top.offset == from->offset
                                       : missed.front().offset == from->offset + 1 &&
                                             missed.back().offset == page->top.offset;
  if (same_stream && complete) {
    result.recovered = true;
    result.offset = from->offset;
    result.publications = std::move(page->publications);
  } else if (message.reject_unrecovered) {
    co_return std::unexpected(error(protocol::errors::unrecoverable_position));
  }
  co_return result;
}

task<> channel::on(left message) {
  const auto who = subscribers_.find(message.client);
  if (who == subscribers_.end() || who->second.number != message.number) co_return;
  last_used_ = now();
  const std::shared_ptr<const protocol::client_info> info = who->second.info;
  const bool announced = who->second.announced;
  erase(who);
  if (announced) co_await tell_audience(protocol::leave_push{*info});
}

task<> channel::tell_audience(protocol::push::body_type what) {
  if (subscribers_.empty()) co_return;
  shared_push push = encode(shared_, formats_, protocol::push{name_.text(), std::move(what)});
  co_await send_to_fanouts({name_, std::move(push), broadcast::audience::wants_join_leave});
}

protocol::presence_result channel::on(get_presence) {
  last_used_ = now();
  protocol::presence_result result;
  for (const auto& [client, who] : subscribers_) {
    if (who.listed) result.presence.emplace(client, *who.info);
  }
  return result;
}

protocol::presence_stats_result channel::on(get_presence_stats) {
  std::set<std::string_view> users;
  std::uint32_t clients = 0;
  for (const auto& [client, who] : subscribers_) {
    if (!who.listed) continue;
    users.insert(who.info->user);
    ++clients;
  }
  return {clients, static_cast<std::uint32_t>(users.size())};
}

// ---- publications ------------------------------------------------------------------------------

task<publish::reply> channel::on(publish message) {
  last_used_ = now();
  forget_old_keys();
  if (!message.idempotency_key.empty()) {
    if (const auto place = key_places_.find(message.idempotency_key); place != key_places_.end()) {
      co_return accepted_keys_[place->second - keys_forgotten_].result;
    }
  }
  message.publication.time_ms = wall_now().time_since_epoch().count();
  protocol::stream_position position;
  if (options().keeps_history() && !message.skip_history) {
    auto appended =
        co_await shared_.history.append(name_, message.publication, history_limits(), now());
    if (!appended) co_return unavailable();
    position = *std::move(appended);
    message.publication.offset = position.offset;
  }
  if (!message.idempotency_key.empty()) {
    key_places_.emplace(message.idempotency_key, keys_forgotten_ + accepted_keys_.size());
    accepted_keys_.push_back({std::move(message.idempotency_key), now(), position});
  }
  shared_.counters.publications.add();
  if (!subscribers_.empty()) {
    co_await send_to_fanouts(
        {name_, encode(shared_, formats_, name_, std::move(message.publication))});
  }
  co_return position;
}

void channel::forget_old_keys() {
  while (!accepted_keys_.empty() && (now() - accepted_keys_.front().when >= idempotency_ttl ||
                                     accepted_keys_.size() > idempotency_keys_max)) {
    key_places_.erase(accepted_keys_.front().key);
    accepted_keys_.pop_front();
    ++keys_forgotten_;
  }
}

task<read_history::reply> channel::on(read_history message) {
  last_used_ = now();
  ports::history_filter filter{
      .since_offset = {}, .limit = message.limit, .reverse = message.reverse};
  if (message.since) filter.since_offset = message.since->offset;
  auto page = co_await shared_.history.read(name_, filter, history_limits(), now());
  if (!page) co_return unavailable();
  if (message.since && !message.since->epoch.empty() && message.since->epoch != page->top.epoch) {
    co_return std::unexpected(error(protocol::errors::unrecoverable_position));
  }
  co_return protocol::history_result{std::move(page->publications), page->top.epoch,
                                     page->top.offset};
}

std::expected<read_history, error> to_read_history(const protocol::history_request& request,
                                                   std::optional<std::size_t> most) {
  if (request.reverse && request.since && request.since->offset == 0) {
    return std::unexpected(error(protocol::errors::bad_request));
  }
  read_history message;
  if (request.limit >= 0) message.limit = static_cast<std::size_t>(request.limit);
  if (most) message.limit = std::min(message.limit.value_or(*most), *most);
  message.since = request.since;
  message.reverse = request.reverse;
  return message;
}

task<remove_history::reply> channel::on(remove_history) {
  last_used_ = now();
  if (!co_await shared_.history.remove(name_, now())) co_return unavailable();
  co_return {};
}

// ---- fanouts -----------------------------------------------------------------------------------

task<> channel::send_to_fanouts(broadcast message) {
  for (std::uint32_t worker = 0; worker < fanouts_.size(); ++worker) {
    if (subscribers_on_[worker] == 0) continue;
    const tell_status status = co_await send(fanouts_[worker], message, fanout_wait_max);
    if (status == tell_status::mailbox_full) {
      throw std::runtime_error("a fanout had no room for a message");
    }
  }
}

void channel::on(look_idle) {
  send_after(idle_max, look_idle{});
  forget_old_keys();
  if (subscribers_.empty() && accepted_keys_.empty() && now() - last_used_ >= idle_max) {
    registry_.tell(retire{name_, self()});
  }
}

}  // namespace troupe::hub
