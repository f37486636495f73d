#include "cli/command_line.hpp"

#include <initializer_list>

#include <gtest/gtest.h>

namespace troupe::cli {
namespace {

using namespace std::chrono_literals;

std::expected<command, usage_error> parsed(std::initializer_list<const char*> arguments) {
  std::vector<const char*> argv = {"troupe"};
  argv.insert(argv.end(), arguments);
  return parse(static_cast<int>(argv.size()), argv.data());
}

template <typename Command>
Command expect(std::initializer_list<const char*> arguments) {
  auto result = parsed(arguments);
  if (!result) throw std::runtime_error(result.error().text);
  return std::get<Command>(*result);
}

std::string error_of(std::initializer_list<const char*> arguments) {
  const auto result = parsed(arguments);
  return result ? "accepted" : result.error().text;
}

TEST(command_line, serve_takes_its_configuration_from_flags) {
  const auto serve = expect<serve_command>(
      {"serve", "--config", "t.toml", "--address", "::1", "--port", "9", "--log-level", "debug",
       "--set", "client.insecure=true", "--set", "channel.user_boundary=="});
  EXPECT_EQ(serve.from.file, "t.toml");
  EXPECT_EQ(serve.from.options, (std::vector<core::named_value>{{"client.insecure", "true"},
                                                                {"channel.user_boundary", "="},
                                                                {"http_server.address", "::1"},
                                                                {"http_server.port", "9"},
                                                                {"log.level", "debug"}}));
}

TEST(command_line, serve_needs_no_flags) {
  const auto serve = expect<serve_command>({"serve"});
  EXPECT_EQ(serve.from.file, std::nullopt);
  EXPECT_TRUE(serve.from.options.empty());
}

TEST(command_line, an_empty_flag_is_given_all_the_same) {
  EXPECT_EQ(expect<serve_command>({"serve", "--address", ""}).from.options,
            (std::vector<core::named_value>{{"http_server.address", ""}}));
}

TEST(command_line, checkconfig_takes_the_same_flags) {
  EXPECT_EQ(expect<checkconfig_command>({"checkconfig", "-c", "t.json", "--port", "1"}).from.file,
            "t.json");
}

TEST(command_line, genconfig_takes_a_format) {
  EXPECT_EQ(expect<genconfig_command>({"genconfig"}).format, output_format::toml);
  EXPECT_EQ(expect<genconfig_command>({"genconfig", "--format", "json"}).format,
            output_format::json);
  EXPECT_EQ(expect<genconfig_command>({"genconfig", "--format", "markdown"}).format,
            output_format::markdown);
  EXPECT_NE(error_of({"genconfig", "--format", "yaml"}).find("yaml"), std::string::npos);
}

TEST(command_line, gentoken_takes_user_lifetime_and_channel) {
  const auto token = expect<gentoken_command>(
      {"gentoken", "--user", "alice", "--ttl", "12h", "--channel", "chat:a", "-c", "t.toml"});
  EXPECT_EQ(token.user, "alice");
  EXPECT_EQ(token.ttl, 12h);
  EXPECT_EQ(token.channel, "chat:a");
  EXPECT_EQ(token.from.file, "t.toml");
}

TEST(command_line, gentoken_is_for_a_week_unless_told_otherwise) {
  const auto token = expect<gentoken_command>({"gentoken"});
  EXPECT_EQ(token.ttl, 168h);
  EXPECT_EQ(token.user, "");
  EXPECT_EQ(token.channel, std::nullopt);
}

TEST(command_line, a_lifetime_without_a_unit_is_in_seconds) {
  EXPECT_EQ(expect<gentoken_command>({"gentoken", "--ttl", "90"}).ttl, 90s);
}

TEST(command_line, refuses_a_lifetime_that_is_none) {
  for (const char* ttl : {"0", "soon", "500ms", "999999h", "1d"}) {
    EXPECT_TRUE(error_of({"gentoken", "--ttl", ttl}).starts_with("--ttl ")) << ttl;
  }
}

TEST(command_line, refuses_an_empty_channel) {
  EXPECT_EQ(error_of({"gentoken", "--channel", ""}), "--channel: want the name of a channel");
}

TEST(command_line, version_is_a_command_and_a_flag) {
  expect<version_command>({"version"});
  expect<version_command>({"--version"});
}

TEST(command_line, help_names_the_commands) {
  const auto help = expect<help_command>({"--help"});
  for (const char* name : {"serve", "checkconfig", "genconfig", "gentoken", "version"}) {
    EXPECT_NE(help.text.find(name), std::string::npos) << name;
  }
  EXPECT_NE(expect<help_command>({"serve", "--help"}).text.find("--log-level"), std::string::npos);
}

TEST(command_line, refuses_what_it_does_not_know) {
  EXPECT_EQ(error_of({}), "a command is missing; see troupe --help");
  EXPECT_NE(error_of({"dance"}).find("dance"), std::string::npos);
  EXPECT_NE(error_of({"serve", "--prot", "1"}).find("--prot"), std::string::npos);
  EXPECT_NE(error_of({"serve", "extra"}).find("extra"), std::string::npos);
  EXPECT_NE(error_of({"serve", "--port"}), "accepted");
}

TEST(command_line, refuses_a_set_without_path_or_value) {
  EXPECT_EQ(error_of({"serve", "--set", "client.insecure"}),
            "--set client.insecure: want PATH=VALUE, such as client.insecure=true");
  EXPECT_EQ(error_of({"checkconfig", "--set", "=true"}),
            "--set =true: want PATH=VALUE, such as client.insecure=true");
  EXPECT_EQ(error_of({"gentoken", "--set", "x"}),
            "--set x: want PATH=VALUE, such as client.insecure=true");
}

}  // namespace
}  // namespace troupe::cli
