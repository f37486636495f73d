#include "tests/sim/hub_user.hpp"

#include <chrono>
#include <utility>

#include <simdjson.h>

#include <troupe/sim_explore.hpp>

namespace troupe::sim {
namespace {

using namespace std::chrono_literals;

constexpr duration silence_max = 15s;  // the server pings every 5 s
constexpr duration retry_max = 500ms;
constexpr duration act_interval_max = 2s;

std::string text(simdjson::dom::object in, const char* key) {
  std::string_view found;
  return in[key].get(found) == simdjson::SUCCESS ? std::string(found) : std::string();
}
std::uint64_t number(simdjson::dom::object in, const char* key) {
  std::uint64_t found = 0;
  return in[key].get(found) == simdjson::SUCCESS ? found : 0;
}
bool flag(simdjson::dom::object in, const char* key) {
  bool found = false;
  return in[key].get(found) == simdjson::SUCCESS && found;
}

}  // namespace

hub_user::hub_user(simulation& world, ledger& book, std::string name, std::uint64_t seed,
                   const std::vector<std::string>& channels)
    : world_(world), book_(book), name_(std::move(name)), random_(seed) {
  for (const std::string& each : channels) {
    subscriptions_[each].wanted = random_.below(2) == 0;
  }
}

void hub_user::poll() {
  if (!heard_) {
    if (world_.now() >= next_try_) connect();
    return;
  }
  while (heard_ && heard_lines_ < heard_->texts.size()) hear(heard_->texts[heard_lines_++]);
  if (!heard_) return;
  require(!heard_->malformed, "the server sends what the protocol allows");
  if (heard_->ended || heard_->close_code) return lose_connection();
  if (world_.now() - last_heard_ > silence_max) {
    ++book_.reached["a client gave up a silent connection"];
    return lose_connection();
  }
  if (!connected_) return;
  subscribe_to_what_is_wanted();
  if (!settled_ && world_.now() >= next_act_) act();
}

bool hub_user::is_at(const std::map<std::string, std::uint64_t, std::less<>>& tops) const {
  if (!connected_) return false;
  for (const auto& [channel, each] : subscriptions_) {
    if (!each.wanted) continue;
    if (!each.active || !each.at) return false;
    const auto top = tops.find(channel);
    if (top != tops.end() && each.at->offset != top->second) return false;
  }
  return true;
}

// ---- the connection --------------------------------------------------------------------------

void hub_user::connect() {
  auto stream = world_.connect(port);
  if (!stream) {
    ++book_.reached["a connection was refused"];
    next_try_ = world_.now() + 200ms;
    return;
  }
  heard_ = &transcripts_.emplace_back();
  heard_lines_ = 0;
  last_heard_ = world_.now();
  under_way_.clear();
  last_id_ = 1;
  under_way_.emplace(1, command{.what = command::kind::connect});
  wire_ = world_.system().spawn<wire_client>(
      temporary{}, *std::move(stream), std::ref(*heard_),
      upgrade_request() + text_frame(R"({"id":1,"connect":{"name":")" + name_ + "\"}}"));
}

void hub_user::lose_connection() {
  wire_.stop();
  heard_ = nullptr;
  connected_ = false;
  next_try_ = world_.now() +
              duration(static_cast<duration::rep>(random_.below(duration(retry_max).count())));
  for (auto& [channel, each] : subscriptions_) each.active = each.asked = false;
  for (const auto& [id, each] : under_way_) {
    if (each.what == command::kind::publish) ++book_.reached["the outcome of a publish is unknown"];
  }
  under_way_.clear();
}

void hub_user::send(command what, const std::string& body) {
  const std::uint64_t id = ++last_id_;
  under_way_.emplace(id, std::move(what));
  wire_.tell(say{text_frame(R"({"id":)" + std::to_string(id) + "," + body + "}")});
}

// ---- what it hears -----------------------------------------------------------------------------

struct hub_user::hearing {
  hub_user& user;

  void push(simdjson::dom::object push) const {
    const std::string channel = text(push, "channel");
    simdjson::dom::object what;
    if (push["pub"].get(what) == simdjson::SUCCESS) {
      subscription& in = user.subscriptions_[channel];
      require(in.active, "publications come to those who have subscribed");
      publication(channel, in, what);
    } else if (push["unsubscribe"].get(what) == simdjson::SUCCESS) {
      ++user.book_.reached["the server ended a subscription"];
      user.subscriptions_[channel].active = false;
    }
  }

  void publication(const std::string& channel, subscription& in, simdjson::dom::object what) const {
    simdjson::dom::object data;
    require(what["data"].get(data) == simdjson::SUCCESS, "publications carry what was published");
    user.hear_publication(channel, in, number(what, "offset"), text(data, "n"));
  }

  void reply(std::uint64_t id, simdjson::dom::object reply) const {
    const auto found = user.under_way_.extract(id);
    require(!found.empty(), "each command is answered once");
    const command& asked = found.mapped();
    simdjson::dom::object error;
    if (reply["error"].get(error) == simdjson::SUCCESS) {
      ++user.book_.reached["error " + std::to_string(number(error, "code"))];
      if (asked.what == command::kind::connect) return user.lose_connection();
      if (asked.what != command::kind::publish) user.subscriptions_[asked.channel].asked = false;
      return;
    }
    simdjson::dom::object result;
    switch (asked.what) {
      case command::kind::connect:
        user.connected_ = true;
        user.next_act_ = user.world_.now();
        break;
      case command::kind::subscribe:
        require(reply["subscribe"].get(result) == simdjson::SUCCESS, "answers fit their commands");
        subscribed(asked, result);
        break;
      case command::kind::unsubscribe: {
        subscription& in = user.subscriptions_[asked.channel];
        in.active = in.asked = false;
        break;
      }
      case command::kind::publish:
        require(reply["publish"].get(result) == simdjson::SUCCESS, "answers fit their commands");
        user.book_.acknowledged(asked.channel, asked.data);
        break;
    }
  }

  void subscribed(const command& asked, simdjson::dom::object result) const {
    subscription& in = user.subscriptions_[asked.channel];
    in.active = true;
    in.asked = false;
    const position now{text(result, "epoch"), number(result, "offset")};
    if (!asked.recovers) {
      in.at = now;
      return;
    }
    require(flag(result, "was_recovering"), "a recovery is known as one");
    require(in.at->epoch == now.epoch, "the epoch of a persistent channel stays");
    require(flag(result, "recovered"), "what a persistent channel keeps can be recovered");
    // What was missed comes behind the place that was asked for; what is left out of it is found
    // missing by the next publication, or at the end.
    require(in.at->offset == now.offset, "a recovery begins where it was asked to");
    ++user.book_.reached["recovered"];
    simdjson::dom::array missed;
    if (result["publications"].get(missed) == simdjson::SUCCESS) {
      for (const simdjson::dom::element each : missed) {
        ++user.book_.reached["recovered publications"];
        publication(asked.channel, in, each.get_object());
      }
    }
  }
};

void hub_user::hear(std::string_view line) {
  last_heard_ = world_.now();
  if (line == "{}") {  // a ping
    wire_.tell(say{text_frame("{}")});
    return;
  }
  simdjson::dom::parser parser;
  simdjson::dom::object message;
  require(parser.parse(simdjson::padded_string(line)).get(message) == simdjson::SUCCESS,
          "the server sends JSON");
  simdjson::dom::object push;
  if (message["push"].get(push) == simdjson::SUCCESS) {
    hearing{*this}.push(push);
  } else {
    hearing{*this}.reply(number(message, "id"), message);
  }
}

void hub_user::hear_publication(const std::string& channel, subscription& in, std::uint64_t offset,
                                const std::string& data) {
  require(in.at.has_value() && offset == in.at->offset + 1, "no publication is missed or repeated");
  in.at->offset = offset;
  book_.delivered(channel, in.at->epoch, offset, data);
}

// ---- what it does ------------------------------------------------------------------------------

void hub_user::subscribe_to_what_is_wanted() {
  for (auto& [channel, each] : subscriptions_) {
    if (each.wanted == each.active || each.asked) continue;
    each.asked = true;
    const std::string name = R"("channel":")" + channel + "\"";
    if (!each.wanted) {
      send({.what = command::kind::unsubscribe, .channel = channel},
           R"("unsubscribe":{)" + name + "}");
      continue;
    }
    const std::string since = each.at ? R"(,"recover":true,"offset":)" +
                                            std::to_string(each.at->offset) + R"(,"epoch":")" +
                                            each.at->epoch + "\""
                                      : std::string();
    send({.what = command::kind::subscribe, .channel = channel, .recovers = each.at.has_value()},
         R"("subscribe":{)" + name + since + "}");
  }
}

void hub_user::act() {
  next_act_ =
      world_.now() +
      duration(static_cast<duration::rep>(random_.below(duration(act_interval_max).count())));
  if (one_in(40)) return lose_connection();
  if (one_in(10)) {
    auto which = subscriptions_.begin();
    std::advance(which, static_cast<std::ptrdiff_t>(random_.below(subscriptions_.size())));
    which->second.wanted = !which->second.wanted;
    return;
  }
  publish();
}

void hub_user::publish() {
  auto to = subscriptions_.begin();
  std::advance(to, static_cast<std::ptrdiff_t>(random_.below(subscriptions_.size())));
  const std::string data = name_ + "-" + std::to_string(++published_);
  book_.sent(to->first, data);
  send({.what = command::kind::publish, .channel = to->first, .data = data},
       R"("publish":{"channel":")" + to->first + R"(","data":{"n":")" + data + "\"}}");
}

}  // namespace troupe::sim
