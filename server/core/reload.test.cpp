#include "core/reload.hpp"

#include <algorithm>

#include <gtest/gtest.h>

#include "core/memory_log.hpp"

namespace troupe::core {
namespace {

class reload : public testing::Test {
 protected:
  loaded_configuration changed(const std::function<void(configuration&)>& change) const {
    loaded_configuration made{live.current(), {}};
    change(made.value);
    return made;
  }
  bool said(const std::string& line) const {
    return std::ranges::any_of(log.lines(), [&](const std::string& each) { return each == line; });
  }

  configuration first;
  live_configuration live{first};
  memory_log log;
  reloader reloads{live, log};
};

TEST_F(reload, what_can_be_reloaded_takes_effect_and_what_cannot_waits_for_a_restart) {
  EXPECT_TRUE(reloads.apply(changed([](configuration& c) {
    c.client.allowed_origins = {"https://app.example"};
    c.http_server.port = 9001;
  })));
  EXPECT_EQ(live.current().client.allowed_origins.front(), "https://app.example");
  EXPECT_EQ(live.current().http_server.port, 8000);
  EXPECT_TRUE(said("warn  change needs a restart option=http_server.port"));
  EXPECT_TRUE(said("info  reloaded"));
}

TEST_F(reload, whether_the_application_is_asked_waits_for_a_restart_but_not_where_and_how) {
  EXPECT_TRUE(reloads.apply(changed([](configuration& c) {
    c.client.proxy.connect.enabled = true;
    c.channel.proxy.subscribe.timeout = std::chrono::seconds(3);
    c.client.proxy.connect.endpoint = "http://127.0.0.1:3000/connect";
    c.channel.namespaces.push_back({"new", {}});
    c.channel.namespaces.back().options.presence = true;
    c.channel.namespaces.back().options.subscribe_proxy_enabled = true;
  })));
  EXPECT_FALSE(live.current().client.proxy.connect.enabled);
  EXPECT_EQ(live.current().client.proxy.connect.endpoint, "http://127.0.0.1:3000/connect");
  EXPECT_EQ(live.current().channel.proxy.subscribe.timeout, std::chrono::seconds(3));
  EXPECT_TRUE(live.current().channel.namespaces.front().options.presence);
  EXPECT_FALSE(live.current().channel.namespaces.front().options.subscribe_proxy_enabled);
  EXPECT_TRUE(said("warn  change needs a restart option=client.proxy.connect.enabled"));
  EXPECT_TRUE(
      said("warn  change needs a restart option=channel.namespaces.new.subscribe_proxy_enabled"));
}

TEST_F(reload, a_configuration_that_was_refused_changes_nothing_and_every_error_is_said) {
  const refused_configuration wrong{.errors = {{"client.pong_timeout", "it is too long"},
                                               {"log.level", "there is no such level"}},
                                    .warnings = {}};
  EXPECT_FALSE(reloads.apply(std::unexpected(wrong)));
  EXPECT_EQ(&live.current(), &first);
  EXPECT_TRUE(
      said(R"(error configuration error option=log.level reason="there is no such level")"));
  EXPECT_TRUE(said(R"(error reload refused reason="the configuration is not valid")"));
}

TEST_F(reload, no_part_takes_a_change_that_another_part_refuses) {
  std::string done;
  reloads.add([&](const configuration&) -> std::expected<commit_reload, std::string> {
    return [&]() noexcept { done += 'a'; };
  });
  bool refuses = true;
  reloads.add([&](const configuration&) -> std::expected<commit_reload, std::string> {
    if (refuses) return std::unexpected("the certificate is not there");
    return [&]() noexcept { done += 'b'; };
  });
  const auto next = changed([](configuration& c) { c.client.user_connection_limit = 3; });
  EXPECT_FALSE(reloads.apply(next));
  EXPECT_EQ(done, "");
  EXPECT_EQ(&live.current(), &first);
  EXPECT_TRUE(said(R"(error reload refused reason="the certificate is not there")"));
  refuses = false;
  EXPECT_TRUE(reloads.apply(next));
  EXPECT_EQ(done, "ab");
  EXPECT_EQ(live.current().client.user_connection_limit, 3U);
}

TEST_F(reload, parts_are_asked_also_when_the_options_are_the_same) {
  int prepared = 0;
  reloads.add([&](const configuration&) -> std::expected<commit_reload, std::string> {
    ++prepared;
    return []() noexcept {};
  });
  EXPECT_TRUE(reloads.apply(changed([](configuration&) {})));
  EXPECT_EQ(prepared, 1);
  EXPECT_EQ(&live.current(), &first);
}

TEST_F(reload, what_is_kept_is_checked_with_what_is_new) {
  first.http_server.address = "0.0.0.0";
  first.client.token.hmac_secret_key = std::string(32, 's');
  EXPECT_FALSE(reloads.apply(changed([](configuration& c) {
    c.http_server.address = "127.0.0.1";  // there a short secret would do, but it needs a restart
    c.client.token.hmac_secret_key = "short";
  })));
  EXPECT_EQ(live.current().client.token.hmac_secret_key, std::string(32, 's'));
}

}  // namespace
}  // namespace troupe::core
