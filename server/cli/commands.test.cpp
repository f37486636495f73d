#include "cli/commands.hpp"

#include <map>
#include <sstream>

#include <gtest/gtest.h>

#include "adapters/files/config_file.hpp"
#include "core/configuration_text.hpp"
#include "crypto/jwt.hpp"
#include "crypto/random.hpp"

namespace troupe::cli {
namespace {

using namespace std::chrono_literals;

constexpr std::chrono::sys_seconds now{std::chrono::seconds{1'000'000}};
constexpr std::string_view secret = "0123456789abcdef0123456789abcdef";

class exhausted final : public core::random_source {
 public:
  std::expected<void, core::random_errc> fill(std::span<std::byte>) override {
    return std::unexpected(core::random_errc::unavailable);
  }
};

// The world of a command: files by name, streams to look at.
class commands : public testing::Test {
 protected:
  surroundings world(core::random_source& random) {
    return {
        .out = out_,
        .err = err_,
        .environment = environment_,
        .read_file = [this](const std::string& path) -> std::expected<core::setting, std::string> {
          auto parsed = files::parse_config(files_[path], path);
          if (!parsed) return std::unexpected(parsed.error().text);
          return std::move(*parsed);
        },
        .development_secret =
            [this](const std::string& path) -> std::expected<std::string, std::string> {
          if (development_secret_.empty()) return std::unexpected(path + ": no access");
          return development_secret_;
        },
        .random = random,
        .now = now,
        .version = "1.2.3"};
  }

  template <typename Command>
  exit_code run(const Command& command) {
    surroundings around = world(random_);
    return cli::run(command, around);
  }

  // The claims of the token printed, verified with this key.
  crypto::connection_claims printed_token(std::string_view key) {
    std::string token = out_.str();
    token.pop_back();
    return crypto::verify_connection_token(token, crypto::hmac_key(std::string(key)), {}, now)
        .value();
  }

  std::map<std::string, std::string> files_;
  std::vector<core::named_value> environment_;
  std::string development_secret_;
  std::ostringstream out_;
  std::ostringstream err_;
  crypto::system_random random_;
};

TEST_F(commands, checkconfig_says_that_all_is_well) {
  EXPECT_EQ(run(checkconfig_command{}), exit_code::success);
  EXPECT_EQ(out_.str(), "The configuration is valid.\n");
  EXPECT_EQ(err_.str(), "");
}

TEST_F(commands, checkconfig_names_every_error_and_warning) {
  files_["t.toml"] = "[http_server]\nport = 70000\nprot = 1\n[log]\nlevel = \"loud\"\n";
  EXPECT_EQ(run(checkconfig_command{{.file = "t.toml", .options = {}}}), exit_code::failure);
  EXPECT_EQ(out_.str(), "");
  EXPECT_EQ(err_.str(),
            "error: http_server.port is 70000 (t.toml:2:8): want an integer from 0 to 65535\n"
            "error: log.level is \"loud\" (t.toml:5:9): want one of \"trace\", \"debug\", "
            "\"info\", \"warn\", \"error\", \"fatal\", \"none\"\n"
            "warning: unknown option http_server.prot (t.toml:3:8): did you mean "
            "http_server.port?\n");
}

TEST_F(commands, checkconfig_succeeds_with_warnings) {
  files_["t.toml"] = "[frobnicator]\nenabled = true\n";
  EXPECT_EQ(run(checkconfig_command{{.file = "t.toml", .options = {}}}), exit_code::success);
  EXPECT_EQ(err_.str(), "warning: unknown option frobnicator (t.toml:1:1)\n");
}

TEST_F(commands, checkconfig_reports_a_file_it_cannot_parse) {
  files_["t.json"] = "{\"a\": null}";
  EXPECT_EQ(run(checkconfig_command{{.file = "t.json", .options = {}}}), exit_code::failure);
  EXPECT_EQ(err_.str(), "error: t.json:1:7: null is no value; leave the option out\n");
}

TEST_F(commands, a_configuration_is_flags_over_environment_over_file) {
  files_["t.toml"] = "[http_server]\nport = 1\ninternal_port = 2\naddress = \"::1\"\n";
  environment_ = {{"TROUPE_HTTP_SERVER_PORT", "10"}, {"TROUPE_HTTP_SERVER_INTERNAL_PORT", "20"}};
  surroundings around = world(random_);
  const auto loaded =
      load_configuration({.file = "t.toml", .options = {{"http_server.port", "100"}}}, around);
  ASSERT_TRUE(loaded.has_value());
  EXPECT_EQ(loaded->http_server.port, 100);
  EXPECT_EQ(loaded->http_server.internal_port, 20);
  EXPECT_EQ(loaded->http_server.address, "::1");
}

TEST_F(commands, genconfig_prints_a_configuration_without_errors_or_warnings) {
  for (const auto& [format, name] :
       {std::pair{output_format::toml, "t.toml"}, std::pair{output_format::json, "t.json"}}) {
    out_.str("");
    ASSERT_EQ(run(genconfig_command{format}), exit_code::success);
    files_[name] = out_.str();
    const configuration_flags from{.file = name, .options = {{"http_server.address", "0.0.0.0"}}};
    surroundings around = world(random_);
    const auto loaded = load_configuration(from, around);
    ASSERT_TRUE(loaded.has_value()) << err_.str();
    EXPECT_EQ(err_.str(), "");
    EXPECT_EQ(loaded->client.token.hmac_secret_key.size(), 64U);
    EXPECT_EQ(loaded->http_api.key.size(), 64U);
    ASSERT_EQ(loaded->channel.namespaces.size(), 1U);
    EXPECT_EQ(loaded->channel.namespaces[0].name, "chat");
    EXPECT_TRUE(loaded->channel.namespaces[0].options.keeps_history());
  }
}

TEST_F(commands, genconfig_has_fresh_secrets_each_time) {
  ASSERT_EQ(run(genconfig_command{}), exit_code::success);
  const std::string first = out_.str();
  out_.str("");
  ASSERT_EQ(run(genconfig_command{}), exit_code::success);
  EXPECT_NE(out_.str(), first);
}

TEST_F(commands, genconfig_without_randomness_prints_nothing) {
  exhausted none;
  surroundings around = world(none);
  EXPECT_EQ(cli::run(genconfig_command{}, around), exit_code::failure);
  EXPECT_EQ(out_.str(), "");
  EXPECT_EQ(err_.str(), "error: the system has no randomness to give for secrets\n");
}

TEST_F(commands, genconfig_prints_the_reference_page) {
  EXPECT_EQ(run(genconfig_command{output_format::markdown}), exit_code::success);
  EXPECT_EQ(out_.str(), core::configuration_reference());
}

TEST_F(commands, gentoken_signs_with_the_configured_secret) {
  environment_ = {{"TROUPE_CLIENT_TOKEN_HMAC_SECRET_KEY", std::string(secret)}};
  EXPECT_EQ(run(gentoken_command{{}, "alice", 1h, std::nullopt}), exit_code::success);
  const auto claims = printed_token(secret);
  EXPECT_EQ(claims.subject, "alice");
  EXPECT_EQ(claims.issued, now);
  EXPECT_EQ(claims.expires, now + 1h);
}

TEST_F(commands, gentoken_signs_with_the_development_secret_where_none_is_configured) {
  development_secret_ = secret;
  EXPECT_EQ(run(gentoken_command{{}, "bob", 1h, std::nullopt}), exit_code::success);
  EXPECT_EQ(printed_token(secret).subject, "bob");
}

TEST_F(commands, gentoken_names_the_audience_and_issuer_that_the_server_asks_for) {
  development_secret_ = secret;
  environment_ = {{"TROUPE_CLIENT_TOKEN_AUDIENCE", "chat"}, {"TROUPE_CLIENT_TOKEN_ISSUER", "me"}};
  EXPECT_EQ(run(gentoken_command{{}, "bob", 1h, std::nullopt}), exit_code::success);
  EXPECT_EQ(printed_token(secret).audience, std::vector<std::string>{"chat"});
  EXPECT_EQ(printed_token(secret).issuer, "me");
}

TEST_F(commands, gentoken_makes_a_subscription_token) {
  development_secret_ = secret;
  EXPECT_EQ(run(gentoken_command{{}, "bob", 1h, "$room"}), exit_code::success);
  std::string token = out_.str();
  token.pop_back();
  const auto claims =
      crypto::verify_subscription_token(token, crypto::hmac_key(std::string(secret)), {}, now);
  ASSERT_TRUE(claims.has_value());
  EXPECT_EQ(claims->channel, "$room");
  EXPECT_EQ(claims->subject, "bob");
}

TEST_F(commands, gentoken_refuses_a_channel_that_cannot_be) {
  development_secret_ = secret;
  EXPECT_EQ(run(gentoken_command{{}, "bob", 1h, "news:x"}), exit_code::failure);
  EXPECT_EQ(run(gentoken_command{{}, "bob", 1h, std::string(256, 'x')}), exit_code::failure);
  EXPECT_EQ(run(gentoken_command{{}, "bob", 1h, "\n"}), exit_code::failure);
  EXPECT_EQ(out_.str(), "");
  EXPECT_TRUE(err_.str().starts_with(
      "error: the channel \"news:x\" cannot be: its namespace is not configured\n"));
}

TEST_F(commands, gentoken_refuses_a_user_that_no_server_would_believe) {
  development_secret_ = secret;
  EXPECT_EQ(run(gentoken_command{{}, std::string(256, 'u'), 1h, std::nullopt}), exit_code::failure);
  EXPECT_EQ(out_.str(), "");
}

TEST_F(commands, gentoken_says_why_there_is_no_secret) {
  EXPECT_EQ(run(gentoken_command{{}, "bob", 1h, std::nullopt}), exit_code::failure);
  EXPECT_EQ(err_.str(), "error: troupe-data: no access\n");
}

TEST_F(commands, the_development_secret_is_for_loopback_alone) {
  development_secret_ = secret;
  environment_ = {{"TROUPE_HTTP_SERVER_ADDRESS", "0.0.0.0"}, {"TROUPE_CLIENT_INSECURE", "true"}};
  EXPECT_EQ(run(gentoken_command{{}, "bob", 1h, std::nullopt}), exit_code::failure);
  EXPECT_EQ(out_.str(), "");
  EXPECT_NE(err_.str().find("error: client.token.hmac_secret_key is empty"), std::string::npos);
}

TEST_F(commands, gentoken_fails_with_its_configuration) {
  environment_ = {{"TROUPE_LOG_LEVEL", "loud"}};
  EXPECT_EQ(run(gentoken_command{{}, "bob", 1h, std::nullopt}), exit_code::failure);
}

TEST_F(commands, version_prints_the_version) {
  EXPECT_EQ(run(version_command{}), exit_code::success);
  EXPECT_EQ(out_.str(), "troupe 1.2.3\n");
}

TEST_F(commands, help_is_output_and_a_usage_error_is_not) {
  EXPECT_EQ(run(help_command{"how to\n"}), exit_code::success);
  EXPECT_EQ(out_.str(), "how to\n");
  EXPECT_EQ(run(usage_error{"no"}), exit_code::usage);
  EXPECT_EQ(err_.str(), "troupe: no\n");
}

}  // namespace
}  // namespace troupe::cli
