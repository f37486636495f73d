#include "services/hub/channel.hpp"

#include <algorithm>
#include <set>
#include <stdexcept>
#include <utility>

#include <troupe/send.hpp>

#include "services/hub/client.hpp"
#include "services/hub/permissions.hpp"
#include "services/hub/recovery.hpp"
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
  send_every(shared.configuration().client.channel_position_check_delay, check_positions{});
}

task<std::expected<void, start_error>> channel::started() {
  if (!restarted()) co_return {};
  for (std::uint32_t worker = 0; worker < fanouts_.size(); ++worker) {
    auto attached = co_await fanouts_[worker].ask(list_attached{name_}, fanout_wait_max);
    if (!attached) co_return std::unexpected(start_error{attached.error().describe()});
    for (subscriber& each : *attached) insert(std::move(each), false);
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
  auto admitted = co_await admit(std::move(message));
  if (!admitted) co_return std::unexpected(admitted.error());

  insert(who, admitted->start.ready);
  attach answer{
      name_, self(), who, command_id, std::move(admitted->result), std::move(admitted->start)};
  if (co_await send(fanouts_[who.worker], std::move(answer), fanout_wait_max) !=
      tell_status::accepted) {
    erase(subscribers_.find(who.info->client));
    co_return unavailable();
  }
  if (who.announced) co_await tell_audience(protocol::join_push{*who.info});
  co_return {};
}

void channel::insert(subscriber who, bool ready) {
  // It is there still when its leaving has not been heard of.
  if (const auto before = subscribers_.find(who.info->client); before != subscribers_.end()) {
    erase(before);
  }
  ++subscribers_on_[who.worker];
  formats_.add(who.format);
  (who.deltas ? audience_.deltas.all : audience_.plain).add(who.format);
  if (who.deltas && !ready) audience_.deltas.unready.add(who.format);
  std::string client = who.info->client;
  subscribers_.emplace(std::move(client), std::move(who));
}

void channel::erase(std::map<std::string, subscriber>::iterator who) {
  const subscriber& gone = who->second;
  --subscribers_on_[gone.worker];
  formats_.remove(gone.format);
  (gone.deltas ? audience_.deltas.all : audience_.plain).remove(gone.format);
  subscribers_.erase(who);
}

task<std::expected<channel::admission, error>> channel::admit(subscribe message) {
  admission made;
  protocol::subscribe_result& result = made.result;
  result.data = std::move(message.data);
  if (message.expires_in_s) {
    result.expires = true;
    result.ttl_s = *message.expires_in_s;
  }
  if (!message.positioned) co_return made;

  const auto& from = message.recover_from;
  const std::size_t most = shared_.configuration().client.recovery_max_publication_limit;
  ports::history_filter filter{.since_offset = {}, .limit = 0, .reverse = false};
  if (from) filter = options().recovers_newest() ? newest() : missed_since(*from, most);
  auto page = co_await shared_.history.read(name_, filter, history_limits(), now());
  if (!page) co_return unavailable();

  result.positioned = true;
  result.recoverable = message.recoverable;
  result.epoch = page->top.epoch;
  result.offset = page->top.offset;
  result.delta = message.who.deltas;
  made.start.position = page->top;
  if (from) add_recovery(made, message, *std::move(page));
  if (from && !result.recovered && message.reject_unrecovered) {
    co_return std::unexpected(error(protocol::errors::unrecoverable_position));
  }
  co_return made;
}

void channel::add_recovery(admission& to, const subscribe& message, ports::history_page page) {
  const protocol::stream_position& from = *message.recover_from;
  const protocol::stream_position top = page.top;
  recovery found = options().recovers_newest() ? recover_newest(std::move(page), from)
                                               : recover_all(std::move(page), from);
  to.result.was_recovering = true;
  to.result.recovered = found.recovered;
  if (!found.recovered) return;
  to.result.offset = from.offset;
  // A patch may follow what the client has just been given, when no publication without a place in
  // the stream came later. What it brings along itself is not known: it may be a position alone.
  to.start.ready = !found.publications.empty() && last_ && last_->position == top;
  if (message.filter) {
    std::erase_if(found.publications, [&](const protocol::publication& each) {
      return !message.filter->matches(each.tags);
    });
  }
  if (message.who.deltas) to_deltas(found.publications, encoding_of(message.who.format));
  to.result.publications = std::move(found.publications);
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
  message.publication.time_ms = wall_now().time_since_epoch().count();
  protocol::stream_position position;
  if (options().keeps_history() && !message.skip_history) {
    auto appended = co_await shared_.history.append(name_, message.publication, history_limits(),
                                                    std::move(message.conditions), now());
    if (!appended) co_return unavailable();
    position = std::move(appended->position);
    if (appended->what != ports::append_result::outcome::appended) co_return position;
    message.publication.offset = position.offset;
  } else if (std::string& key = message.conditions.idempotency_key; !key.empty()) {
    if (!keys_.insert(std::move(key), now())) co_return position;
  }
  shared_.counters.publications.add();
  co_await deliver(std::move(message.publication), position.epoch,
                   message.delta || options().delta_publish);
  co_return position;
}

task<> channel::deliver(protocol::publication publication, std::string epoch, bool as_delta) {
  const bool in_stream = publication.offset != 0;
  std::optional<delivered> before = std::move(last_);
  last_.reset();
  if (!options().allowed_delta_types.empty()) {
    last_ = delivered{publication.data, {publication.offset, epoch}};
  }
  if (subscribers_.empty()) co_return;
  const std::string* previous = in_stream && as_delta && before ? &before->data : nullptr;
  broadcast message{
      name_, encode(shared_, audience_, name_, std::move(publication), std::move(epoch), previous)};
  audience_.deltas.unready = {};
  co_await send_to_fanouts(std::move(message));
}

task<> channel::on(check_positions) {
  if (subscribers_.empty() || !options().keeps_history()) co_return;
  const auto page = co_await shared_.history.read(name_, {.limit = 0}, history_limits(), now());
  // Not available: the next check comes.
  if (page) co_await send_to_fanouts({name_, encode_check(page->top)});
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
  keys_.forget(now());
  if (subscribers_.empty() && keys_.empty() && now() - last_used_ >= idle_max) {
    registry_.tell(retire{name_, self()});
  }
}

}  // namespace troupe::hub
