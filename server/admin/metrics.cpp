#include "admin/metrics.hpp"

#include <algorithm>
#include <chrono>
#include <initializer_list>
#include <limits>
#include <map>
#include <utility>
#include <vector>

#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

namespace troupe::admin {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;
using label = ClientMetric::Label;
using label_list = std::initializer_list<label>;

/// Families in the order they are begun; samples go to the one begun last.
class exposition {
 public:
  exposition& begin_counter(std::string name, std::string help) {
    return begin(MetricType::Counter, std::move(name), std::move(help));
  }
  exposition& begin_gauge(std::string name, std::string help) {
    return begin(MetricType::Gauge, std::move(name), std::move(help));
  }
  void add(label_list labels, std::uint64_t value) { add(labels, static_cast<double>(value)); }
  void add(label_list labels, double value) {
    ClientMetric& sample = families_.back().metric.emplace_back();
    sample.label = labels;
    sample.counter.value = value;
    sample.gauge.value = value;
  }
  exposition& begin_histogram(std::string name, std::string help) {
    return begin(MetricType::Histogram, std::move(name), std::move(help));
  }
  void add(label_list labels, const message_statistics& times) {
    ClientMetric& sample = families_.back().metric.emplace_back();
    sample.label = labels;
    ClientMetric::Histogram& histogram = sample.histogram;
    const auto& bounds = message_statistics::bucket_bounds;
    for (std::size_t n = 0; n < times.counts.size(); ++n) {
      histogram.sample_count += times.counts[n];
      const double bound =
          n < bounds.size() ? seconds(bounds[n]) : std::numeric_limits<double>::infinity();
      histogram.bucket.push_back({histogram.sample_count, bound});
    }
    histogram.sample_sum = seconds(times.total);
  }
  [[nodiscard]] std::string text() const {
    return prometheus::TextSerializer().Serialize(families_);
  }

 private:
  static double seconds(duration length) { return std::chrono::duration<double>(length).count(); }

  exposition& begin(MetricType type, std::string name, std::string help) {
    families_.push_back({std::move(name), std::move(help), type, {}});
    return *this;
  }

  std::vector<MetricFamily> families_;
};

/// "channel" of "hub::channel"; "pool<hub::channel>" of "demo::pool<hub::channel>".
std::string_view last_part(std::string_view type_name) {
  const std::string_view outside = type_name.substr(0, type_name.find('<'));
  const auto separator = outside.rfind("::");
  return separator == std::string_view::npos ? type_name : type_name.substr(separator + 2);
}

/// The value of the label actor_type, for each of the types.
std::vector<std::string> actor_labels(std::span<const type_statistics> actors) {
  std::map<std::string_view, int> uses;
  for (const type_statistics& each : actors) ++uses[last_part(each.actor_type)];
  std::vector<std::string> labels;
  for (const type_statistics& each : actors) {
    const std::string_view part = last_part(each.actor_type);
    labels.emplace_back(uses[part] == 1 ? part : each.actor_type);
  }
  return labels;
}

void add_actors(exposition& to, std::span<const type_statistics> actors) {
  const std::vector<std::string> types = actor_labels(actors);
  const auto add_each = [&](std::uint64_t type_statistics::* figure) {
    for (std::size_t n = 0; n < actors.size(); ++n) {
      to.add({{"actor_type", types[n]}}, actors[n].*figure);
    }
  };

  to.begin_counter("troupe_actor_spawns_total", "Actors started.");
  add_each(&type_statistics::spawned);

  to.begin_counter("troupe_actor_stops_total", "Actors that ended, by reason.");
  for (std::size_t n = 0; n < actors.size(); ++n) {
    to.add({{"actor_type", types[n]}, {"reason", "stopped"}}, actors[n].stopped);
    to.add({{"actor_type", types[n]}, {"reason", "failed"}}, actors[n].failed);
    to.add({{"actor_type", types[n]}, {"reason", "shut_down"}}, actors[n].shut_down);
    to.add({{"actor_type", types[n]}, {"reason", "linked"}}, actors[n].linked);
  }

  to.begin_counter("troupe_actor_restarts_total", "Restarts by a supervisor, by reason.");
  for (std::size_t n = 0; n < actors.size(); ++n) {
    to.add({{"actor_type", types[n]}, {"reason", "failure"}}, actors[n].restarts);
  }

  to.begin_counter("troupe_actor_messages_handled_total", "Messages handled.");
  add_each(&type_statistics::handled);
  to.begin_gauge("troupe_actor_mailbox_depth", "Messages waiting in mailboxes.");
  add_each(&type_statistics::queued);
  to.begin_counter("troupe_actor_message_drops_total",
                   "Messages that came to an actor that had stopped, or were left in it.");
  for (std::size_t n = 0; n < actors.size(); ++n) {
    to.add({{"actor_type", types[n]}}, actors[n].dead_letters + actors[n].refused_stopped);
  }
  to.begin_counter("troupe_actor_mailbox_full_events_total",
                   "Messages refused because the mailbox was full.");
  add_each(&type_statistics::mailbox_full);
}

void add_message_times(exposition& to, std::span<const message_statistics> messages,
                       std::span<const type_statistics> actors) {
  const std::vector<std::string> types = actor_labels(actors);
  to.begin_histogram("troupe_actor_message_duration_seconds",
                     "Time that a message took in its actor, waits included: one message in 64.");
  std::map<std::pair<std::string_view, std::string_view>, int> uses;
  for (const message_statistics& each : messages) {
    ++uses[{each.actor_type, last_part(each.message)}];
  }
  for (const message_statistics& each : messages) {
    const auto actor = std::ranges::find(actors, each.actor_type, &type_statistics::actor_type);
    if (actor == actors.end()) continue;
    const auto& type = types[static_cast<std::size_t>(actor - actors.begin())];
    const bool alone = uses[{each.actor_type, last_part(each.message)}] == 1;
    const std::string message(alone ? last_part(each.message) : each.message);
    to.add({{"actor_type", type}, {"message_type", message}}, each);
  }
}

void add_hub(exposition& to, const hub_figures& hub) {
  to.begin_gauge("centrifugo_node_num_clients", "Clients connected.").add({}, hub.clients);
  to.begin_gauge("centrifugo_node_num_users", "Different users connected.").add({}, hub.users);
  to.begin_gauge("centrifugo_node_num_channels", "Channels with at least one subscriber.")
      .add({}, hub.channels);
  to.begin_gauge("centrifugo_node_num_subscriptions", "Subscriptions of clients to channels.")
      .add({}, hub.subscriptions);
}

void add_traffic(exposition& to, const core::counters& counted) {
  const auto count = [&to](const char* name, const char* help, const core::counter& counter,
                           label_list labels = {}) {
    to.begin_counter(name, help).add(labels, counter.value());
  };
  count("centrifugo_node_messages_sent_count", "Messages handed to the broker, by type.",
        counted.publications, {{"type", "publication"}});
  const auto count_by_transport = [&to](const char* name, const char* help,
                                        const core::counters_by_transport& counters) {
    to.begin_counter(name, help);
    for (const core::transport each : core::transports) {
      to.add({{"transport", std::string(core::name_of(each))}}, counters.of(each).value());
    }
  };
  count_by_transport("centrifugo_transport_connect_count", "Client connections accepted.",
                     counted.connections_accepted);
  count_by_transport("centrifugo_transport_messages_received", "Messages received from clients.",
                     counted.messages_received);
  count_by_transport("centrifugo_transport_messages_sent", "Messages sent to clients.",
                     counted.messages_sent);
  count("troupe_hub_deliveries_total", "Publications handed to subscribers, one for each.",
        counted.deliveries);
  count("troupe_hub_events_reported_total", "Events the application has been told of.",
        counted.events_reported);
  count("troupe_hub_events_dropped_total", "Events the application will not be told of.",
        counted.events_dropped);
  count("troupe_connections_refused_total", "Client connections refused at the handshake.",
        counted.connections_refused);
}

template <class Counters>
void add_by_code(exposition& to, const Counters& counted) {
  Counters::for_each_code(
      [&](std::uint32_t code) { to.add({{"code", std::to_string(code)}}, counted.value(code)); });
  to.add({{"code", "other"}}, counted.other());
}

void add_codes(exposition& to, const core::counters& counted) {
  to.begin_counter("centrifugo_client_num_reply_errors", "Errors in replies to clients, by code.");
  add_by_code(to, counted.reply_errors);
  to.begin_counter("centrifugo_client_num_server_disconnects",
                   "Connections that the server ended, by code.");
  add_by_code(to, counted.disconnects);
}

void add_api(exposition& to, const core::counters& counted) {
  to.begin_counter("troupe_api_commands_total", "Calls of the server API, by method.");
  decltype(core::counters::api_commands)::for_each_name([&](std::string_view method) {
    to.add({{"method", std::string(method)}}, counted.api_commands.value(method));
  });
  to.add({{"method", "other"}}, counted.api_commands.other());
}

void add_process(exposition& to, std::string_view version, wall_time started) {
  to.begin_gauge("centrifugo_node_build", "1, with the version of the server as label.")
      .add({{"version", std::string(version)}}, std::uint64_t{1});
  const std::chrono::duration<double> since_epoch = started.time_since_epoch();
  to.begin_gauge("process_start_time_seconds", "When the process began, in Unix time.")
      .add({}, since_epoch.count());
}

}  // namespace

std::string render_metrics(const metrics_facts& facts) {
  exposition text;
  add_actors(text, facts.actors);
  add_message_times(text, facts.messages, facts.actors);
  add_hub(text, facts.hub);
  add_traffic(text, facts.counters);
  add_codes(text, facts.counters);
  add_api(text, facts.counters);
  add_process(text, facts.version, facts.started);
  return text.text();
}

}  // namespace troupe::admin
