#include "core/configuration_loader.hpp"

#include <algorithm>

#include <gtest/gtest.h>

#include "core/option_binding.hpp"
#include "core/option_table.hpp"

namespace troupe::core {
namespace {

using namespace std::chrono_literals;

using flags = std::vector<named_value>;

std::expected<loaded_configuration, refused_configuration> load_flags(const flags& given) {
  return load({.environment = {}, .flags = given});
}

setting section(setting_table entries) {
  return {std::move(entries), ""};
}

setting text(std::string value) {
  return {std::move(value), "f.toml:3:8"};
}

// One namespace with these entries, as the only thing in the file.
setting file_with_namespaces(setting_list namespaces) {
  return section({{"channel", section({{"namespaces", {std::move(namespaces), "f.toml:1:1"}}})}});
}

std::string only_error(const std::expected<loaded_configuration, refused_configuration>& result) {
  if (result) return "loaded";
  if (result.error().errors.size() != 1) {
    std::string all = "not one error:";
    for (const auto& error : result.error().errors) all += "\n" + error.text;
    return all;
  }
  return result.error().errors.front().text;
}

TEST(configuration_loader, nothing_given_is_the_defaults) {
  const auto loaded = load({});
  ASSERT_TRUE(loaded.has_value());
  EXPECT_TRUE(loaded->warnings.empty());
  EXPECT_EQ(loaded->value.http_server.address, "127.0.0.1");
  EXPECT_EQ(loaded->value.http_server.port, 8000);
  EXPECT_EQ(loaded->value.client.ping_interval, 25s);
  EXPECT_EQ(loaded->value.channel.without_namespace.history_meta_ttl, 720h);
}

TEST(configuration_loader, every_default_is_a_value_its_option_accepts) {
  configuration defaults;
  for (const server_option& row : server_options()) {
    const option_slot slot = row.slot(defaults);
    setting given;
    if (const auto* number = std::get_if<std::size_t*>(&slot)) {
      given.value = static_cast<std::int64_t>(**number);
    } else {
      std::string value = value_text(slot);
      std::erase_if(value, [](char c) { return c == '"' || c == '[' || c == ']'; });
      given.value = value;
    }
    EXPECT_TRUE(bind(slot, {row.range, row.choices}, given).has_value()) << row.path;
  }
}

TEST(configuration_loader, flags_win_over_environment_over_file_over_defaults) {
  const setting file = section({{"http_server", section({{"port", {std::int64_t{1}, ""}},
                                                         {"internal_port", {std::int64_t{2}, ""}},
                                                         {"address", text("::1")}})}});
  const flags environment = {{"TROUPE_HTTP_SERVER_PORT", "10"},
                             {"TROUPE_HTTP_SERVER_INTERNAL_PORT", "20"},
                             {"PATH", "/bin"}};
  const flags given = {{"http_server.port", "100"}};
  const auto loaded = load({.file = file, .environment = environment, .flags = given});
  ASSERT_TRUE(loaded.has_value());
  EXPECT_EQ(loaded->value.http_server.port, 100);
  EXPECT_EQ(loaded->value.http_server.internal_port, 20);
  EXPECT_EQ(loaded->value.http_server.address, "::1");
  EXPECT_EQ(loaded->value.log.level, "info");
}

TEST(configuration_loader, text_is_read_as_the_options_type) {
  const auto loaded =
      load_flags({{"client.insecure", "true"},
                  {"client.allowed_origins", "https://a.example, https://b.example"},
                  {"client.ping_interval", "1m"},
                  {"channel.without_namespace.presence", "1"}});
  ASSERT_TRUE(loaded.has_value());
  EXPECT_TRUE(loaded->value.client.insecure);
  EXPECT_EQ(loaded->value.client.allowed_origins,
            (std::vector<std::string>{"https://a.example", "https://b.example"}));
  EXPECT_EQ(loaded->value.client.ping_interval, 1min);
  EXPECT_TRUE(loaded->value.channel.without_namespace.presence);
}

TEST(configuration_loader, namespaces_have_the_options_of_channels) {
  const auto loaded =
      load({.file = file_with_namespaces(
                {section({{"name", text("chat")},
                          {"history_size", {std::int64_t{10}, ""}},
                          {"history_ttl", text("1h")},
                          {"allowed_delta_types", {setting_list{text("fossil")}, ""}}})})});
  ASSERT_TRUE(loaded.has_value());
  ASSERT_EQ(loaded->value.channel.namespaces.size(), 1U);
  const channel_namespace& chat = loaded->value.channel.namespaces.front();
  EXPECT_EQ(chat.name, "chat");
  EXPECT_TRUE(chat.options.keeps_history());
  EXPECT_EQ(chat.options.history_meta_ttl, 720h);
  EXPECT_EQ(chat.options.allowed_delta_types, std::vector<std::string>{"fossil"});
  EXPECT_TRUE(loaded->warnings.empty());
}

TEST(configuration_loader, no_connection_limit_is_the_most_there_can_be) {
  EXPECT_EQ(load_flags({{"client.connection_limit", "0"}})->value.client.connection_limit,
            limits::connections_max);
}

TEST(configuration_loader, an_unknown_key_is_a_warning_that_suggests_the_nearest) {
  const auto loaded = load({.file = section({{"http_server", section({{"prot", text("1")}})},
                                             {"frobnicator", section({{"enabled", text("1")}})}})});
  ASSERT_TRUE(loaded.has_value());
  ASSERT_EQ(loaded->warnings.size(), 2U);
  EXPECT_EQ(loaded->warnings[0].text,
            "unknown option http_server.prot (f.toml:3:8): did you mean http_server.port?");
  EXPECT_EQ(loaded->warnings[1].text, "unknown option frobnicator");
}

TEST(configuration_loader, an_unknown_key_of_a_namespace_is_a_warning_too) {
  const auto loaded = load({.file = file_with_namespaces(
                                {section({{"name", text("chat")}, {"history_sze", text("1")}})})});
  ASSERT_TRUE(loaded.has_value());
  ASSERT_EQ(loaded->warnings.size(), 1U);
  EXPECT_EQ(loaded->warnings[0].text,
            "unknown option channel.namespaces[0].history_sze (f.toml:3:8): did you mean "
            "channel.namespaces[0].history_size?");
}

TEST(configuration_loader, an_unknown_environment_variable_is_a_warning) {
  const flags environment = {{"TROUPE_HTTP_SERVER_PROT", "1"}, {"TROUPE_X", "1"}};
  const auto loaded = load({.environment = environment, .flags = {}});
  ASSERT_TRUE(loaded.has_value());
  ASSERT_EQ(loaded->warnings.size(), 2U);
  EXPECT_EQ(loaded->warnings[0].text,
            "unknown environment variable TROUPE_HTTP_SERVER_PROT: did you mean "
            "TROUPE_HTTP_SERVER_PORT?");
}

TEST(configuration_loader, an_unknown_flag_is_refused) {
  EXPECT_EQ(only_error(load_flags({{"log.levle", "info"}})),
            "unknown option log.levle (command line): did you mean log.level?");
}

TEST(configuration_loader, errors_name_option_value_place_and_what_is_right) {
  const auto error_of = [](std::string path, std::string value) {
    return only_error(load_flags({{std::move(path), std::move(value)}}));
  };
  EXPECT_EQ(error_of("http_server.port", "70000"),
            "http_server.port is \"70000\" (command line): want an integer from 0 to 65535");
  EXPECT_EQ(error_of("client.insecure", "yes"),
            "client.insecure is \"yes\" (command line): want true or false");
  EXPECT_EQ(error_of("client.ping_interval", "25"),
            "client.ping_interval is \"25\" (command line): want a duration such as \"25s\", from "
            "100ms to 1h");
  EXPECT_EQ(error_of("log.level", "loud"),
            "log.level is \"loud\" (command line): want one of \"trace\", \"debug\", \"info\", "
            "\"warn\", \"error\", \"fatal\", \"none\"");
  EXPECT_EQ(error_of("storage.path", ""),
            "storage.path is \"\" (command line): want a text of 1 to 4096 bytes");
  EXPECT_EQ(error_of("channel.without_namespace.allowed_delta_types", "xdelta"),
            "channel.without_namespace.allowed_delta_types is \"xdelta\" (command line): want a "
            "list of at most 8 of \"fossil\"");
}

TEST(configuration_loader, refuses_values_of_the_wrong_type) {
  const setting number{std::int64_t{25}, ""};
  const auto refused = load({.file = section({
                                 {"client", section({{"ping_interval", number},
                                                     {"allowed_origins", number},
                                                     {"insecure", number}})},
                                 {"storage", number},
                                 {"http_server", section({{"port", {1.5, ""}}})},
                             })});
  ASSERT_FALSE(refused.has_value());
  std::vector<std::string> options;
  for (const auto& error : refused.error().errors) options.push_back(error.option);
  EXPECT_EQ(options, (std::vector<std::string>{"client.ping_interval", "client.allowed_origins",
                                               "client.insecure", "storage", "http_server.port"}));
}

TEST(configuration_loader, refuses_a_list_of_other_things_than_text) {
  const setting_list mixed = {{std::int64_t{1}, ""}};
  const setting file = section({{"client", section({{"allowed_origins", {mixed, ""}}})}});
  EXPECT_EQ(only_error(load({.file = file})),
            "client.allowed_origins is a list of 1: want a list of at most 1000 texts");
}

TEST(configuration_loader, a_secret_appears_in_no_error) {
  const std::string secret(5000, 's');
  const std::string error = only_error(load_flags({{"client.token.hmac_secret_key", secret}}));
  EXPECT_EQ(error,
            "client.token.hmac_secret_key has a value that does not fit (command line): want a "
            "text of 0 to 4096 bytes");
}

TEST(configuration_loader, a_short_secret_is_a_warning_on_loopback) {
  const auto loaded = load_flags({{"client.token.hmac_secret_key", "short"}});
  ASSERT_TRUE(loaded.has_value());
  ASSERT_EQ(loaded->warnings.size(), 1U);
  EXPECT_EQ(loaded->warnings[0].option, "client.token.hmac_secret_key");
  EXPECT_EQ(loaded->warnings[0].text.find("short"), std::string::npos);
}

TEST(configuration_loader, a_short_secret_is_refused_elsewhere) {
  EXPECT_EQ(only_error(load_flags({{"client.token.hmac_secret_key", std::string(31, 'x')},
                                   {"http_server.address", "0.0.0.0"}})),
            "client.token.hmac_secret_key is a secret of 31 bytes: want at least 32, since "
            "http_server.address \"0.0.0.0\" is not loopback");
  EXPECT_TRUE(load_flags({{"client.token.hmac_secret_key", std::string(32, 'x')},
                          {"http_server.address", "0.0.0.0"}})
                  .has_value());
}

TEST(configuration_loader, a_server_that_nobody_could_join_is_refused) {
  EXPECT_TRUE(only_error(load_flags({{"http_server.address", "::"}}))
                  .starts_with("client.token.hmac_secret_key is empty"));
  EXPECT_TRUE(load_flags({{"http_server.address", "::"},
                          {"client.allow_anonymous_connect_without_token", "true"}})
                  .has_value());
}

TEST(configuration_loader, an_insecure_server_that_others_reach_is_a_warning) {
  const auto loaded = load_flags({{"http_server.address", "0.0.0.0"},
                                  {"client.insecure", "true"},
                                  {"http_api.insecure", "true"}});
  ASSERT_TRUE(loaded.has_value());
  ASSERT_EQ(loaded->warnings.size(), 2U);
  EXPECT_EQ(loaded->warnings[0].option, "client.insecure");
  EXPECT_EQ(loaded->warnings[1].option, "http_api.insecure");
}

TEST(configuration_loader, refuses_features_it_does_not_have) {
  for (const auto& [path, value] : flags{{"engine.type", "redis"},
                                         {"broker.enabled", "true"},
                                         {"uni_websocket.enabled", "true"},
                                         {"grpc_api.enabled", "1"},
                                         {"http_server.tls.client_ca_pem_file", "ca.pem"},
                                         {"consumers", "kafka"}}) {
    const std::string error = only_error(load_flags({{path, value}}));
    EXPECT_TRUE(error.starts_with(path + " is ")) << error;
    EXPECT_NE(error.find("does not support"), std::string::npos) << error;
  }
}

TEST(configuration_loader, what_means_nothing_here_is_a_warning_that_says_so) {
  const setting file =
      section({{"admin", section({{"enabled", {true, "f.toml:2:3"}}})},
               {"client", section({{"concurrency", {std::int64_t{8}, "f.toml:5:1"}}})},
               {"health", section({{"enabled", {true, "f.toml:7:1"}}})}});
  const auto loaded = load({.file = file});
  ASSERT_TRUE(loaded.has_value());
  ASSERT_EQ(loaded->warnings.size(), 3U);
  EXPECT_EQ(loaded->warnings[2].option, "health.enabled");
  EXPECT_EQ(loaded->warnings[0].option, "admin");
  EXPECT_EQ(loaded->warnings[1].text,
            "client.concurrency (f.toml:5:1) has no effect here: commands of a client are served "
            "in their order");
}

TEST(configuration_loader, a_handler_has_a_path_of_its_own) {
  EXPECT_TRUE(load_flags({{"websocket.handler_prefix", "/realtime"}}));
  EXPECT_EQ(only_error(load_flags({{"websocket.handler_prefix", "realtime"}})),
            "websocket.handler_prefix is \"realtime\": want a path such as \"/api\"");
  EXPECT_EQ(only_error(load_flags({{"prometheus.handler_prefix", "/health"}})),
            "prometheus.handler_prefix is \"/health\", which is taken by health.handler_prefix: "
            "want a path of its own");
  EXPECT_EQ(only_error(load_flags({{"sse.handler_prefix", "/api/events"}})),
            "sse.handler_prefix is \"/api/events\", which is taken by http_api.handler_prefix: "
            "want a path of its own");
  EXPECT_TRUE(load_flags({{"sse.handler_prefix", "/apis"}}));
}

TEST(configuration_loader, tls_wants_a_certificate_and_its_key) {
  const std::string on = "http_server.tls.enabled";
  const auto missing = load_flags({{on, "true"}});
  ASSERT_FALSE(missing.has_value());
  ASSERT_EQ(missing.error().errors.size(), 2U);
  EXPECT_EQ(missing.error().errors[0].option, "http_server.tls.cert_pem_file");
  EXPECT_EQ(missing.error().errors[1].option, "http_server.tls.key_pem_file");
  EXPECT_TRUE(load_flags({{on, "true"},
                          {"http_server.tls.cert_pem_file", "cert.pem"},
                          {"http_server.tls.key_pem", "key.pem"}}));
}

TEST(configuration_loader, a_trusted_proxy_is_an_address_or_a_network) {
  EXPECT_TRUE(load_flags({{"http_server.trusted_proxies", "10.0.0.0/8 ::1"}}));
  EXPECT_EQ(only_error(load_flags({{"http_server.trusted_proxies", "10.0.0.0/8 proxy.example"}})),
            "http_server.trusted_proxies contains \"proxy.example\": want an IP address or a "
            "network such as \"10.0.0.0/8\"");
}

TEST(configuration_loader, a_missing_feature_that_is_off_is_no_matter) {
  const auto loaded =
      load_flags({{"engine.type", "memory"}, {"grpc_api.enabled", "false"}, {"consumers", ""}});
  ASSERT_TRUE(loaded.has_value());
  EXPECT_TRUE(loaded->warnings.empty());
}

TEST(configuration_loader, keys_of_any_kind_let_others_join) {
  for (const char* option : {"rsa_public_key", "ecdsa_public_key"}) {
    EXPECT_TRUE(load_flags({{"http_server.address", "::"},
                            {std::string("client.token.") + option, "a key"}})
                    .has_value())
        << option;
  }
  EXPECT_TRUE(load_flags({{"http_server.address", "::"},
                          {"client.token.jwks_public_endpoint", "https://id.example.com/keys"}})
                  .has_value());
}

TEST(configuration_loader, keys_are_published_at_one_fixed_address_without_a_password) {
  for (const char* url :
       {"keys.json", "ftp://host/", "https://", "https:///keys", "http://a:b@host/",
        "https://{{iss}}/keys", "https://host/a b", "file:///etc/passwd"}) {
    EXPECT_TRUE(only_error(load_flags({{"client.token.jwks_public_endpoint", url}}))
                    .starts_with("client.token.jwks_public_endpoint is "))
        << url;
  }
  const auto loaded = load_flags({{"client.token.jwks_public_endpoint", "http://[::1]:80/keys?a=b"},
                                  {"client.token.rsa_public_key", "a key"}});
  ASSERT_TRUE(loaded.has_value());
  ASSERT_EQ(loaded->warnings.size(), 1U);
  EXPECT_EQ(loaded->warnings[0].option, "client.token.jwks_public_endpoint");
}

TEST(configuration_loader, subscription_tokens_with_keys_of_their_own_need_a_key) {
  EXPECT_TRUE(only_error(load_flags({{"client.subscription_token.enabled", "true"}}))
                  .starts_with("client.subscription_token.enabled is true"));
  const auto loaded =
      load_flags({{"client.subscription_token.enabled", "true"},
                  {"client.subscription_token.hmac_secret_key", std::string(32, 's')},
                  {"client.subscription_token.issuer", "desk"}});
  ASSERT_TRUE(loaded.has_value());
  EXPECT_EQ(loaded->value.client.subscription_rules().issuer, "desk");
  EXPECT_EQ(load_flags({})->value.client.subscription_rules().issuer, "");
}

TEST(configuration_loader, a_proxy_that_is_used_needs_an_address_that_can_be_asked) {
  EXPECT_EQ(only_error(load_flags({{"client.proxy.connect.enabled", "true"}})),
            "client.proxy.connect.endpoint is empty while client.proxy.connect.enabled is true: "
            "want the address of the application");
  EXPECT_EQ(only_error(load_flags({{"channel.without_namespace.publish_proxy_enabled", "true"}})),
            "channel.proxy.publish.endpoint is empty while "
            "channel.without_namespace.publish_proxy_enabled is true: want the address of the "
            "application");
  EXPECT_TRUE(only_error(load_flags({{"rpc.without_namespace.proxy_enabled", "true"}}))
                  .starts_with("rpc.proxy.endpoint is empty"));
  for (const char* url : {"grpc://127.0.0.1:3000", "127.0.0.1:3000", "http://a:b@127.0.0.1/"}) {
    EXPECT_TRUE(only_error(load_flags({{"channel.proxy.subscribe.endpoint", url}}))
                    .starts_with("channel.proxy.subscribe.endpoint is \""))
        << url;
  }
  const auto loaded = load_flags({{"http_server.address", "0.0.0.0"},
                                  {"client.proxy.connect.enabled", "true"},
                                  {"client.proxy.connect.endpoint", "http://127.0.0.1:3000/"},
                                  {"client.proxy.connect.timeout", "250ms"},
                                  {"client.proxy.connect.http_headers", "Cookie,Origin"}});
  ASSERT_TRUE(loaded.has_value());
  EXPECT_TRUE(loaded->warnings.empty());
  const proxy_options& connect = loaded->value.client.proxy.connect;
  EXPECT_EQ(connect.timeout, std::chrono::milliseconds(250));
  EXPECT_EQ(connect.http_headers, (std::vector<std::string>{"Cookie", "Origin"}));
}

TEST(configuration_loader, calls_have_namespaces_too) {
  const auto with = [](setting each) {
    return section({{"rpc", section({{"namespaces", {setting_list{std::move(each)}, ""}},
                                     {"proxy", section({{"endpoint", text("http://x/")}})}})}});
  };
  const auto loaded =
      load({.file = with(section({{"name", text("bank")}, {"proxy_enabled", {true, ""}}}))});
  ASSERT_TRUE(loaded.has_value());
  ASSERT_EQ(loaded->value.rpc.namespaces.size(), 1U);
  EXPECT_EQ(loaded->value.rpc.namespaces[0].name, "bank");
  EXPECT_TRUE(loaded->value.rpc.namespaces[0].options.proxy_enabled);
  EXPECT_TRUE(only_error(load({.file = with(section({{"name", text("x")}}))}))
                  .starts_with("rpc.namespaces[0].name is \"x\""));
  EXPECT_EQ(load({.file = with(section({{"name", text("bank")}, {"proxy", {true, ""}}}))})
                ->warnings.size(),
            1U);
}

TEST(configuration_loader, refuses_the_same_namespace_twice) {
  EXPECT_EQ(only_error(load({.file = file_with_namespaces({section({{"name", text("chat")}}),
                                                           section({{"name", text("chat")}})})})),
            "channel.namespaces[1].name is \"chat\", as another one is called: want each "
            "namespace once");
}

TEST(configuration_loader, refuses_names_of_built_in_namespaces) {
  for (const char* name : {"stream", "conversation", "meeting", "playout"}) {
    EXPECT_NE(only_error(load({.file = file_with_namespaces({section({{"name", text(name)}})})}))
                  .find("which is a built-in namespace"),
              std::string::npos);
  }
}

TEST(configuration_loader, refuses_namespace_names_that_channels_cannot_have) {
  for (const char* name : {"", "a", "with space", "a:b", "caf\xc3\xa9"}) {
    EXPECT_NE(only_error(load({.file = file_with_namespaces({section({{"name", text(name)}})})}))
                  .find("want 2 to 64 letters"),
              std::string::npos)
        << name;
  }
  EXPECT_NE(only_error(load({.file = file_with_namespaces({section({})})})).find(".name is \"\""),
            std::string::npos);
}

TEST(configuration_loader, refuses_namespaces_that_are_no_list_of_sections) {
  const setting file = section({{"channel", section({{"namespaces", text("chat")}})}});
  EXPECT_EQ(only_error(load({.file = file})),
            "channel.namespaces is \"chat\" (f.toml:3:8): want a list of sections, which only a "
            "file can hold");
  const auto refused = load({.file = file_with_namespaces({text("chat")})});
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().errors.front().text,
            "channel.namespaces[0] is \"chat\" (f.toml:3:8): want a section");
}

TEST(configuration_loader, refuses_too_many_namespaces) {
  const setting_list many(limits::namespaces_max + 1, section({}));
  EXPECT_EQ(only_error(load({.file = file_with_namespaces(many)})),
            "channel.namespaces is a list of 1001 (f.toml:1:1): want at most 1000");
}

TEST(configuration_loader, refuses_options_that_contradict_each_other) {
  const auto refused_option = [](const flags& given) {
    const auto result = load_flags(given);
    return result ? "loaded" : result.error().errors.front().option;
  };
  EXPECT_EQ(refused_option({{"client.pong_timeout", "25s"}}), "client.pong_timeout");
  EXPECT_EQ(refused_option({{"http_server.address", "everywhere"}}), "http_server.address");
  EXPECT_EQ(refused_option({{"client.insecure", "true"},
                            {"http_server.address", "0.0.0.0"},
                            {"http_server.internal_port", "8000"}}),
            "http_server.internal_port");
  EXPECT_EQ(refused_option({{"client.allowed_origins", "example.com"}}), "client.allowed_origins");
  EXPECT_EQ(refused_option({{"client.allowed_origins", "https://example.com/"}}),
            "client.allowed_origins");
  EXPECT_EQ(refused_option({{"channel.user_boundary", ":"}}), "channel.user_boundary");
  EXPECT_EQ(refused_option({{"channel.user_boundary", " "}}), "channel.user_boundary");
  EXPECT_EQ(refused_option({{"channel.without_namespace.history_size", "1"}}),
            "channel.without_namespace.history_ttl");
  EXPECT_EQ(refused_option({{"channel.without_namespace.history_ttl", "1s"}}),
            "channel.without_namespace.history_size");
  EXPECT_EQ(refused_option({{"channel.without_namespace.force_recovery", "true"}}),
            "channel.without_namespace.force_recovery");
  EXPECT_EQ(refused_option({{"channel.without_namespace.force_positioning", "true"}}),
            "channel.without_namespace.force_positioning");
  EXPECT_EQ(refused_option({{"channel.without_namespace.history_size", "1"},
                            {"channel.without_namespace.history_ttl", "2h"},
                            {"channel.without_namespace.history_meta_ttl", "1h"}}),
            "channel.without_namespace.history_meta_ttl");
}

TEST(configuration_loader, reports_everything_that_is_wrong_at_once) {
  const auto refused = load_flags({{"http_server.port", "x"},
                                   {"log.level", "loud"},
                                   {"grpc_api.enabled", "true"},
                                   {"client.pong_timeout", "1m"},
                                   {"nonsense", "1"}});
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().errors.size(), 5U);
}

TEST(configuration_loader, knows_loopback_addresses) {
  for (const char* address : {"127.0.0.1", "127.8.9.1", "::1", "localhost"}) {
    EXPECT_TRUE(is_loopback(address)) << address;
  }
  for (const char* address : {"0.0.0.0", "::", "", "128.0.0.1", "10.0.0.1", "127.0.0.1.evil"}) {
    EXPECT_FALSE(is_loopback(address)) << address;
  }
}

}  // namespace
}  // namespace troupe::core
