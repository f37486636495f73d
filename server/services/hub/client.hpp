// client.hpp — the hub's side of one client connection: authentication, commands, subscriptions,
// liveness. Transports derive from it: they bring frames in and take frames out.
//
// Commands are served strictly in their order, one at a time. While one waits for its answer the
// rest waits in line, and the transport is told not to read on (wants_more()). Deliveries go on
// meanwhile: nothing here suspends.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <variant>
#include <vector>

#include <troupe/actor.hpp>
#include <troupe/monitor.hpp>

#include "core/configuration.hpp"
#include "core/ids.hpp"
#include "core/shared_bytes.hpp"
#include "crypto/jwt.hpp"
#include "protocol/client/command.hpp"
#include "protocol/client/reply.hpp"
#include "protocol/codes.hpp"
#include "protocol/proxy/events.hpp"
#include "services/hub/application_caller.hpp"
#include "services/hub/channel.hpp"
#include "services/hub/client_headers.hpp"
#include "services/hub/context.hpp"
#include "services/hub/encoded_push.hpp"
#include "services/hub/hub_supervisor.hpp"
#include "services/hub/orders.hpp"
#include "services/hub/permissions.hpp"
#include "services/hub/subscription.hpp"
#include "services/hub/tags_filter.hpp"
#include "services/hub/wire_format.hpp"

namespace troupe::hub {

/// From the fanout: the answer to a subscribe; deliveries follow it.
struct subscribed {
  subscription_number number = 0;
  std::uint32_t command_id = 0;
  protocol::subscribe_result result;
  starting_point start;
};

/// From the fanout: something to pass on to the client as it is.
struct delivery {
  subscription_number number = 0;
  shared_push push;
};

/// From the fanout: the subscription has ended on the server's side.
struct unsubscribed {
  subscription_number number = 0;
  protocol::unsubscribe_code why{};
};

class client : public actor {
 public:
  void on(subscribed message);
  void on(delivery message);
  void on(unsubscribed message);
  void on(terminated message);  // of the fanout

  // From the router.
  void on(end_client message);
  void on(end_subscriptions message);
  void on(add_subscription message);
  void on(refresh_client message);

  // What its own asks and timers come to; from nobody else.
  struct directory_found {
    ask_result<find_directory> result;
  };
  struct entered {
    ask_result<enter> result;
  };
  struct channel_opened {
    ask_result<open_channel> result;
  };
  struct subscribe_accepted {
    std::uint32_t command_id;
    subscription_number number;
    ask_result<subscribe> result;
  };
  struct server_channel_opened {
    subscription_number number;
    ask_result<open_channel> result;
  };
  struct server_subscribe_accepted {
    subscription_number number;
    ask_result<subscribe> result;
  };
  struct operation_ended {
    std::variant<ask_result<publish>, ask_result<read_history>, ask_result<get_presence>,
                 ask_result<get_presence_stats>, ask_result<detach>>
        result;
  };
  struct detached {
    ask_result<detach> result;
  };
  struct key_searched {
    protocol::command command;  // which waited for it
    ask_result<find_key> result;
  };
  // What the application is asked, and what goes on when it has answered.
  struct connecting {
    std::map<std::string, protocol::subscribe_request> subs;
  };
  struct refreshing {};
  struct subscribing {
    protocol::subscribe_request request;
    const core::channel_options* options;
  };
  struct publishing {
    core::channel_name name;
    const core::channel_options* options;
    publish work;
  };
  struct keeping {  // a subscription whose time is over
    subscription_number number;
  };
  struct calling {};
  using question = std::variant<connecting, refreshing, subscribing, publishing, keeping, calling>;
  struct application_answered {
    std::uint32_t command_id;
    question about;
    ask_result<ask_application> result;
  };
  struct stale_check {};
  struct ping_due {};
  struct pong_overdue {};
  struct connection_expired {};
  struct subscription_expired {
    subscription_number number;
  };
  void on(directory_found message);
  void on(entered message);
  void on(channel_opened message);
  void on(subscribe_accepted message);
  void on(server_channel_opened message);
  void on(server_subscribe_accepted message);
  void on(operation_ended message);
  void on(detached message);
  void on(key_searched message);
  void on(application_answered message);
  void on(stale_check);
  void on(ping_due);
  void on(pong_overdue);
  void on(connection_expired);
  void on(subscription_expired message);

 protected:
  /// `worker` is where this actor is pinned; `format` is what transmit() is given.
  client(const context& shared, ref<hub_supervisor> hub, std::uint32_t worker, wire_format format);
  ~client() override;

  /// One frame of the client: the commands in it join the line. May disconnect.
  void receive(std::string_view frame);
  /// Whether the line is empty: only then may the transport read on.
  bool wants_more() const noexcept { return !closed_ && pending_.empty() && !current_; }
  /// No further command is served from here on; one that waits for its answer still gets it.
  void refuse_further_commands() noexcept;
  /// Whether no command waits for its answer.
  bool idle() const noexcept { return !current_; }

  /// Ends the connection with this code, once. What was transmitted before leaves first.
  void disconnect(protocol::disconnect_code why);
  bool closed() const noexcept { return closed_; }

  /// Pings the client, which has to answer within client.pong_timeout. The protocol's own ping is
  /// an empty reply and its answer an empty command; a transport with pings of its own overrides
  /// this, and calls pong() for each answer.
  virtual void ping();
  void pong();
  /// Of the client's own request, for the application. Before the first frame.
  void keep_headers(client_headers of_request) { headers_ = std::move(of_request); }

  /// What the transport adds to the answer to connect, or changes in it.
  virtual void add_transport(protocol::connect_result&) const {}

  /// Transmits the replies of this turn, in one frame or a few. The transport calls it at the end
  /// of each turn.
  void flush_replies();

  /// Queues a frame of messages. Called in the order the client must see.
  virtual void transmit(core::shared_bytes frame) = 0;
  /// Sends what is queued and then the close of the transport. Called once.
  virtual void close_transport(protocol::disconnect_code why) = 0;
  /// wants_more(), or idle(), has become true.
  virtual void line_is_empty() = 0;

  const context& shared() const noexcept { return shared_; }

 private:
  struct subscription {
    core::channel_name name;
    ref<channel> from;
    bool established = false;  // its answer has been sent
    starting_point at{};       // moves on with each publication
    bool deltas = false;
    std::shared_ptr<const tags_filter> filter{};
    timer_id expiry{};
    bool server_side = false;
    bool ends_at_once = false;  // when it is established: the application has ended it meanwhile
  };

  /// A subscription of the server's that is not established yet.
  struct beginning {
    subscribe request;
    const core::channel_options* options = nullptr;
    bool reopened = false;  // the channel was found stopped once already
  };

  /// A connect that waits to be answered: for the router, then for its subscriptions.
  struct joining {
    server_subscriptions wanted{};
    std::map<std::string, protocol::subscribe_result> established{};
  };

  /// The command that waits for an answer.
  struct operation {
    std::uint32_t command_id = 0;
    core::channel_name name{};
    const core::channel_options* options = nullptr;
    std::variant<std::monostate, subscribe, publish, read_history, get_presence, get_presence_stats,
                 detach>
        request{};          // monostate: connect
    bool reopened = false;  // the channel was found stopped once already
  };

  void serve_line();
  void serve(protocol::command command);
  /// Serves it now; what it needs is there.
  void dispatch(protocol::command command);

  enum class token_kind : std::uint8_t { connection, subscription };
  struct presented_token {
    std::string_view token{};
    token_kind kind = token_kind::connection;
  };
  static presented_token token_in(const protocol::command& command);
  /// True: the key of its token is not known, and it is taken over until that has been looked up.
  bool waits_for_key(protocol::command& command);

  void serve_connect(std::uint32_t id, protocol::connect_request request);
  void serve_subscribe(std::uint32_t id, protocol::subscribe_request request);
  void serve_unsubscribe(std::uint32_t id, protocol::unsubscribe_request request);
  void serve_publish(std::uint32_t id, protocol::publish_request request);
  template <class Message>
  void serve_who_is_there(std::uint32_t id, std::string channel, Message question);
  void serve_presence(std::uint32_t id, protocol::presence_request request);
  void serve_presence_stats(std::uint32_t id, protocol::presence_stats_request request);
  void serve_history(std::uint32_t id, protocol::history_request request);
  void serve_refresh(std::uint32_t id, protocol::refresh_request request);
  void serve_sub_refresh(std::uint32_t id, protocol::sub_refresh_request request);
  void serve_rpc(std::uint32_t id, protocol::rpc_request request);
  void serve_pong();

  /// Lets the client in, with these subscriptions; then answers its connect. What the client knows
  /// of an earlier connection, in `recover`, tells where they go on.
  void admit(std::uint32_t id, server_subscriptions wanted,
             const std::map<std::string, protocol::subscribe_request>& recover);
  void add_personal_channel(server_subscriptions& wanted) const;
  void finish_connect();
  void begin_server_side(server_subscription what, const core::channel_options& options);
  void open_channel_for(subscription_number number);
  void server_side_begun(subscription_number number, protocol::subscribe_result result);
  void server_side_failed(subscription_number number);
  /// Whether the client has asked to unsubscribe from it.
  bool waits_for_end_of(subscription_number number) const;
  void push_subscribe(const core::channel_name& name, protocol::subscribe_result result);
  /// What comes before the connect is answered waits for that.
  void keep_for_later(std::variant<delivery, order> what);

  /// Lets the client in as the one whom a token, or the application, says it is.
  void let_in(std::uint32_t id, crypto::connection_claims claims,
              const std::map<std::string, protocol::subscribe_request>& recover);
  /// `grant` is what a token, or the application, says about the subscription.
  void begin_subscription(std::uint32_t id, protocol::subscribe_request request,
                          const core::channel_options& options, crypto::subscription_claims grant);

  // The application: see client_application.cpp.
  protocol::proxy::caller introduced(const core::proxy_options& to) const;
  /// False: the event has a payload that the application cannot be told of.
  template <class Event>
  bool ask(const core::proxy_options& whom, std::uint32_t id, const Event& event, question about);
  template <class Event>
  void ask_about_command(const core::proxy_options& whom, std::uint32_t id, const Event& event,
                         question about);
  template <class Result>
  std::optional<Result> result_in(std::uint32_t id, ask_result<ask_application> answer);
  void ask_to_connect(std::uint32_t id, protocol::connect_request request);
  void ask_to_go_on();
  void ask_to_subscribe(std::uint32_t id, protocol::subscribe_request request,
                        const core::channel_options& options);
  void ask_to_publish(std::uint32_t id, core::channel_name name,
                      const core::channel_options& options, publish work);
  void ask_to_keep(subscription_number number);
  /// Whether its subscriptions are prolonged by the application and not by the client.
  bool is_kept_by_application(const core::channel_name& channel) const;
  void go_on(std::uint32_t id, connecting about, ask_result<ask_application> answer);
  void go_on(std::uint32_t id, refreshing about, ask_result<ask_application> answer);
  void go_on(std::uint32_t id, subscribing about, ask_result<ask_application> answer);
  void go_on(std::uint32_t id, publishing about, ask_result<ask_application> answer);
  void go_on(std::uint32_t id, keeping about, ask_result<ask_application> answer);
  void go_on(std::uint32_t id, calling about, ask_result<ask_application> answer);
  template <class Event>
  void report(ports::event_kind kind, const core::proxy_options& whom, const Event& event);
  void report_unsubscribed(const core::channel_name& name, std::uint32_t code,
                           std::string_view reason);
  void report_unsubscribed_by_client(const core::channel_name& name);

  void begin(operation work);
  void open_channel_of_current();
  void perform(const ref<channel>& target);
  void finish_current();

  /// Encodes what is for this connection alone; it leaves with the turn, or before what must come
  /// behind it.
  void send(const protocol::reply& message);
  void reply_with(std::uint32_t id, protocol::reply::body_type body);
  void refuse(std::uint32_t id, const protocol::error& why);
  void push_unsubscribe(const core::channel_name& name, protocol::unsubscribe_code why);
  /// False: the push is not for this client, or the subscription has ended because of it.
  bool advance(subscription_number number, subscription& mine, const encoded_push& push);
  void end_subscription(subscription_number number, protocol::unsubscribe_code why);
  void drop_subscription(subscription_number number);
  timer_id expire_after(std::uint32_t ttl_s, subscription_number number);
  void schedule_expiry();
  /// The options of a channel and this client's standing in it; replies with the error when
  /// unknown.
  const core::channel_options* options_of(std::uint32_t id, const std::string& channel);
  asking standing_in(const std::string& channel) const;
  crypto::sys_seconds wall_seconds() const;
  std::expected<crypto::subscription_claims, protocol::error> claims_for(const std::string& channel,
                                                                         const std::string& token);

  static constexpr std::size_t kept_max = 1024;

  const context& shared_;
  ref<hub_supervisor> hub_;
  const std::uint32_t worker_;
  const wire_format format_;
  directory directory_;
  core::client_id id_;
  core::user_id user_;
  std::string info_;          // raw payload from the token
  std::string meta_;          // JSON from the token, for the application
  std::string connect_data_;  // payload from the application, until connect is answered
  client_headers headers_;
  std::uint16_t end_code_ = 0;  // with which the server has ended it; 0: it has not
  std::string end_reason_;

  enum class state : std::uint8_t { connecting, refused, connected };
  state state_ = state::connecting;
  bool closed_ = false;
  bool serves_ = true;  // further commands
  bool pong_awaited_ = false;

  std::deque<protocol::command> pending_;  // of one frame at most, see wants_more()
  std::optional<operation> current_;
  std::optional<std::uint32_t> ttl_s_;  // of the token, as of when it was accepted

  std::string replies_;  // of this turn, encoded
  std::size_t reply_count_ = 0;

  std::unordered_map<subscription_number, subscription> subscriptions_;
  std::unordered_map<std::string, subscription_number> numbers_;  // by channel
  std::unordered_map<subscription_number, beginning> beginnings_;
  std::optional<joining> joining_;
  std::vector<std::variant<delivery, order>> kept_;  // at most kept_max
  subscription_number last_number_ = 0;

  timer_id stale_timer_{};
  timer_id pong_timer_{};
  timer_id expiry_timer_{};
};

}  // namespace troupe::hub
