#include "core/configuration_check.hpp"

#include <gtest/gtest.h>

#include "core/configuration_fixture.hpp"

namespace troupe::core {
namespace {

TEST(configuration_check, a_short_secret_is_a_warning_on_loopback) {
  const auto loaded = load_flags({{"client.token.hmac_secret_key", "short"}});
  ASSERT_TRUE(loaded.has_value());
  ASSERT_EQ(loaded->warnings.size(), 1U);
  EXPECT_EQ(loaded->warnings[0].option, "client.token.hmac_secret_key");
  EXPECT_EQ(loaded->warnings[0].text.find("short"), std::string::npos);
}

TEST(configuration_check, a_short_secret_is_refused_elsewhere) {
  EXPECT_EQ(only_error(load_flags({{"client.token.hmac_secret_key", std::string(31, 'x')},
                                   {"http_server.address", "0.0.0.0"}})),
            "client.token.hmac_secret_key is a secret of 31 bytes: want at least 32, since "
            "http_server.address \"0.0.0.0\" is not loopback");
  EXPECT_TRUE(load_flags({{"client.token.hmac_secret_key", std::string(32, 'x')},
                          {"http_server.address", "0.0.0.0"}})
                  .has_value());
}

TEST(configuration_check, a_server_that_nobody_could_join_is_refused) {
  EXPECT_TRUE(only_error(load_flags({{"http_server.address", "::"}}))
                  .starts_with("client.token.hmac_secret_key is empty"));
  EXPECT_TRUE(load_flags({{"http_server.address", "::"},
                          {"client.allow_anonymous_connect_without_token", "true"}})
                  .has_value());
}

TEST(configuration_check, an_insecure_server_that_others_reach_is_a_warning) {
  const auto loaded = load_flags({{"http_server.address", "0.0.0.0"},
                                  {"client.insecure", "true"},
                                  {"http_api.insecure", "true"}});
  ASSERT_TRUE(loaded.has_value());
  ASSERT_EQ(loaded->warnings.size(), 2U);
  EXPECT_EQ(loaded->warnings[0].option, "client.insecure");
  EXPECT_EQ(loaded->warnings[1].option, "http_api.insecure");
}

TEST(configuration_check, a_handler_has_a_path_of_its_own) {
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

TEST(configuration_check, tls_wants_a_certificate_and_its_key) {
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

TEST(configuration_check, a_trusted_proxy_is_an_address_or_a_network) {
  EXPECT_TRUE(load_flags({{"http_server.trusted_proxies", "10.0.0.0/8 ::1"}}));
  EXPECT_EQ(only_error(load_flags({{"http_server.trusted_proxies", "10.0.0.0/8 proxy.example"}})),
            "http_server.trusted_proxies contains \"proxy.example\": want an IP address or a "
            "network such as \"10.0.0.0/8\"");
}

TEST(configuration_check, keys_of_any_kind_let_others_join) {
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

TEST(configuration_check, keys_are_published_at_one_fixed_address_without_a_password) {
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

TEST(configuration_check, subscription_tokens_with_keys_of_their_own_need_a_key) {
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

TEST(configuration_check, a_proxy_that_is_used_needs_an_address_that_can_be_asked) {
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

TEST(configuration_check, refuses_the_same_namespace_twice) {
  EXPECT_EQ(only_error(load({.file = file_with_namespaces({section({{"name", text("chat")}}),
                                                           section({{"name", text("chat")}})})})),
            "channel.namespaces[1].name is \"chat\", as another one is called: want each "
            "namespace once");
}

TEST(configuration_check, refuses_names_of_built_in_namespaces) {
  for (const char* name : {"stream", "conversation", "meeting", "playout"}) {
    EXPECT_NE(only_error(load({.file = file_with_namespaces({section({{"name", text(name)}})})}))
                  .find("which is a built-in namespace"),
              std::string::npos);
  }
}

TEST(configuration_check, refuses_namespace_names_that_channels_cannot_have) {
  for (const char* name : {"", "a", "with space", "a:b", "caf\xc3\xa9"}) {
    EXPECT_NE(only_error(load({.file = file_with_namespaces({section({{"name", text(name)}})})}))
                  .find("want 2 to 64 letters"),
              std::string::npos)
        << name;
  }
  EXPECT_NE(only_error(load({.file = file_with_namespaces({section({})})})).find(".name is \"\""),
            std::string::npos);
}

TEST(configuration_check, refuses_options_that_contradict_each_other) {
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

TEST(configuration_check, knows_loopback_addresses) {
  for (const char* address : {"127.0.0.1", "127.8.9.1", "::1", "localhost"}) {
    EXPECT_TRUE(is_loopback(address)) << address;
  }
  for (const char* address : {"0.0.0.0", "::", "", "128.0.0.1", "10.0.0.1", "127.0.0.1.evil"}) {
    EXPECT_FALSE(is_loopback(address)) << address;
  }
}

}  // namespace
}  // namespace troupe::core
