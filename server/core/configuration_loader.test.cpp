#include "core/configuration_loader.hpp"

#include <gtest/gtest.h>

#include "core/configuration_fixture.hpp"
#include "core/option_binding.hpp"
#include "core/option_table.hpp"

namespace troupe::core {
namespace {

using namespace std::chrono_literals;

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

TEST(configuration_loader, a_number_or_a_choice_that_is_left_empty_is_the_default) {
  const auto loaded = load_flags({{"http_server.internal_port", ""},
                                  {"client.ping_interval", ""},
                                  {"channel.without_namespace.force_recovery_mode", ""}});
  ASSERT_TRUE(loaded.has_value());
  EXPECT_EQ(loaded->value.http_server.internal_port, 9000);
  EXPECT_EQ(loaded->value.client.ping_interval, 25s);
  EXPECT_EQ(loaded->value.channel.without_namespace.force_recovery_mode, "stream");
  EXPECT_FALSE(load_flags({{"client.insecure", ""}}).has_value());
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

TEST(configuration_loader, refuses_features_it_does_not_have) {
  for (const auto& [path, value] : flags{{"engine.type", "redis"},
                                         {"broker.enabled", "true"},
                                         {"uni_websocket.enabled", "true"},
                                         {"grpc_api.enabled", "1"},
                                         {"http_server.tls.client_ca_pem_file", "ca.pem"},
                                         {"client.token.audience_regex", "^a"},
                                         {"client.subscription_token.user_id_claim", "email"},
                                         {"client.disallow_anonymous_connection_tokens", "true"},
                                         {"client.insecure_skip_token_signature_verify", "true"},
                                         {"channel.without_namespace.channel_regex", "^[a-z]+$"},
                                         {"consumers", "kafka"}}) {
    const std::string error = only_error(load_flags({{path, value}}));
    EXPECT_TRUE(error.starts_with(path + " is ")) << error;
    EXPECT_NE(error.find("does not support"), std::string::npos) << error;
  }
}

TEST(configuration_loader, refuses_what_a_namespace_cannot_have) {
  const auto with = [](std::string_view name, setting value) {
    return load({.file = file_with_namespaces(
                     {section({{"name", text("chat")}, {std::string(name), std::move(value)}})})});
  };
  const std::string error = only_error(with("channel_regex", {"^[a-z]+$", "f.json:4"}));
  EXPECT_TRUE(error.starts_with("channel.namespaces[0].channel_regex is set (f.json:4)")) << error;
  EXPECT_TRUE(with("channel_regex", {"", "f.json:4"}).has_value());
  EXPECT_FALSE(with("subscribe_stream_proxy_enabled", {true, "f.json:4"}).has_value());
  EXPECT_TRUE(with("subscribe_stream_proxy_enabled", {false, "f.json:4"}).has_value());
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

TEST(configuration_loader, a_missing_feature_that_is_off_is_no_matter) {
  const auto loaded =
      load_flags({{"engine.type", "memory"}, {"grpc_api.enabled", "false"}, {"consumers", ""}});
  ASSERT_TRUE(loaded.has_value());
  EXPECT_TRUE(loaded->warnings.empty());
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

TEST(configuration_loader, reports_everything_that_is_wrong_at_once) {
  const auto refused = load_flags({{"http_server.port", "x"},
                                   {"log.level", "loud"},
                                   {"grpc_api.enabled", "true"},
                                   {"client.pong_timeout", "1m"},
                                   {"nonsense", "1"}});
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().errors.size(), 5U);
}

}  // namespace
}  // namespace troupe::core
