#include "adapters/files/config_file.hpp"

#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>
#include <unistd.h>

#include "core/configuration_loader.hpp"
#include "core/limits.hpp"

namespace troupe::files {
namespace {

namespace fs = std::filesystem;
using core::setting;
using core::setting_table;

const setting& child(const setting& parent, std::string_view key) {
  for (const core::setting_entry& entry : std::get<setting_table>(parent.value)) {
    if (entry.key == key) return entry.value;
  }
  throw std::out_of_range(std::string(key));
}

std::string error_of(std::string_view text, std::string_view name) {
  const auto parsed = parse_config(text, name);
  return parsed ? "parsed" : parsed.error().text;
}

constexpr std::string_view toml = R"(
[http_server]
port = 8000
ratio = 1.5

[client]
insecure = true
allowed_origins = ["https://a.example"]

[[channel.namespaces]]
name = "chat"
)";

constexpr std::string_view json = R"({
  "http_server": {"port": 8000, "ratio": 1.5},
  "client": {"insecure": true, "allowed_origins": ["https://a.example"]},
  "channel": {"namespaces": [{"name": "chat"}]}
})";

TEST(config_file, toml_and_json_say_the_same) {
  for (const auto& [text, name] : {std::pair{toml, "f.toml"}, std::pair{json, "f.json"}}) {
    const auto parsed = parse_config(text, name);
    ASSERT_TRUE(parsed.has_value()) << parsed.error().text;
    const setting& server = child(*parsed, "http_server");
    EXPECT_EQ(std::get<std::int64_t>(child(server, "port").value), 8000);
    EXPECT_EQ(std::get<double>(child(server, "ratio").value), 1.5);
    const setting& client = child(*parsed, "client");
    EXPECT_TRUE(std::get<bool>(child(client, "insecure").value));
    const auto& origins = std::get<core::setting_list>(child(client, "allowed_origins").value);
    ASSERT_EQ(origins.size(), 1U);
    EXPECT_EQ(std::get<std::string>(origins[0].value), "https://a.example");
    const setting& channel = child(*parsed, "channel");
    const auto& list = std::get<core::setting_list>(child(channel, "namespaces").value);
    ASSERT_EQ(list.size(), 1U);
    EXPECT_EQ(std::get<std::string>(child(list[0], "name").value), "chat");
  }
}

TEST(config_file, values_know_where_they_stand) {
  const auto from_toml = parse_config(toml, "f.toml");
  EXPECT_EQ(child(child(*from_toml, "http_server"), "port").origin, "f.toml:3:8");
  const auto from_json = parse_config(json, "f.json");
  EXPECT_EQ(child(child(*from_json, "http_server"), "port").origin, "f.json:2:27");
  EXPECT_EQ(child(child(*from_json, "client"), "insecure").origin, "f.json:3:26");
}

TEST(config_file, without_an_extension_the_first_character_decides) {
  EXPECT_TRUE(parse_config("\n {\"log\": {\"level\": \"info\"}}", "troupe.conf").has_value());
  EXPECT_TRUE(parse_config("log.level = \"info\"", "troupe.conf").has_value());
  EXPECT_TRUE(parse_config("", "troupe.conf").has_value());
}

TEST(config_file, an_error_in_toml_names_its_place) {
  EXPECT_TRUE(error_of("[http_server]\nport = = 1\n", "f.toml").starts_with("f.toml:2:8: "))
      << error_of("[http_server]\nport = = 1\n", "f.toml");
  EXPECT_TRUE(error_of("a = 1\na = 2\n", "f.toml").starts_with("f.toml:2:"));
  EXPECT_EQ(error_of("a = 2024-01-01", "f.toml"), "f.toml:1:5: no option is a date or a time");
}

TEST(config_file, refuses_table_headers_that_begin_with_no_key) {
  for (const char* text :
       {"[{", "[[[1]]]", "[[=", "[\"", "[", "[[", "[]", "[a", "a.=1", "a.", "="}) {
    const auto parsed = parse_config(text, "f.toml");
    ASSERT_FALSE(parsed.has_value()) << text;
    EXPECT_EQ(parsed.error().reason, config_file_error::code::malformed) << text;
  }
}

TEST(config_file, refuses_letters_beyond_ascii_where_a_key_should_be) {
  for (const std::string letter : {"\xc3\xa9", "\xe3\x80\x81", "\xef\xb8\x8f"}) {
    EXPECT_EQ(parse_config("log" + letter + " = 1", "f.toml").error().reason,
              config_file_error::code::malformed);
    EXPECT_TRUE(parse_config("log = \"" + letter + "\" # " + letter, "f.toml").has_value());
  }
}

TEST(config_file, an_error_in_json_names_its_place) {
  EXPECT_TRUE(error_of("{\n  \"a\": 1\n  \"b\": 2\n}", "f.json").starts_with("f.json:3:"))
      << error_of("{\n  \"a\": 1\n  \"b\": 2\n}", "f.json");
  EXPECT_TRUE(error_of("{\"a\": tru}", "f.json").starts_with("f.json:1:"));
  EXPECT_TRUE(error_of("{\"a\": \"open}", "f.json").starts_with("f.json:1:"));
  EXPECT_EQ(error_of("{\"a\": 1, \"a\": 2}", "f.json"), "f.json:1:15: \"a\" is there twice");
  EXPECT_EQ(error_of("{\"a\": null}", "f.json"),
            "f.json:1:7: null is no value; leave the option out");
  EXPECT_EQ(error_of("{}{}", "f.json"), "f.json:1:3: more text after the end of the document");
}

TEST(config_file, refuses_json_that_is_no_object) {
  for (const char* text : {"", "[]", "1", "{", "}", "{\"a\"}", "{\"a\":}", "{\"a\":1,}", "{1:1}",
                           "{\"a\":01}", "{\"a\":1e999}", "{\"a\":[1,]}", "{\"a\":\"\xff\"}"}) {
    const auto parsed = parse_config(text, "f.json");
    ASSERT_FALSE(parsed.has_value()) << text;
    EXPECT_EQ(parsed.error().reason, config_file_error::code::malformed) << text;
  }
}

TEST(config_file, refuses_what_is_nested_too_deep) {
  const std::size_t depth = core::limits::configuration_depth_max + 1;
  const std::string lists = std::string(depth, '[') + std::string(depth, ']');
  EXPECT_NE(error_of("a = " + lists, "f.toml").find("nested too deep"), std::string::npos);
  EXPECT_NE(error_of("{\"a\": " + lists + "}", "f.json").find("nested too deep"),
            std::string::npos);
  const std::string thousands = std::string(100'000, '[') + std::string(100'000, ']');
  EXPECT_NE(error_of("a = " + thousands, "f.toml"), "parsed");
  EXPECT_NE(error_of("{\"a\": " + thousands + "}", "f.json"), "parsed");
}

TEST(config_file, refuses_a_file_over_the_limit) {
  const std::string text(core::limits::configuration_bytes_max + 1, ' ');
  EXPECT_EQ(parse_config(text, "f.toml").error().reason, config_file_error::code::too_large);
}

class config_file_on_disk : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = (fs::temp_directory_path() / "troupe-config-XXXXXX").string();
    ASSERT_NE(::mkdtemp(name.data()), nullptr);
    folder_ = name;
  }
  void TearDown() override { fs::remove_all(folder_); }

  [[nodiscard]] std::string write(const char* name, std::string_view text) const {
    std::ofstream(folder_ / name) << text;
    return (folder_ / name).string();
  }

  fs::path folder_;
};

TEST_F(config_file_on_disk, is_read_whole) {
  const auto read = read_config_file(write("troupe.toml", toml));
  ASSERT_TRUE(read.has_value());
  EXPECT_TRUE(child(*read, "http_server").origin.starts_with(folder_.string()));
}

TEST_F(config_file_on_disk, a_missing_file_says_so) {
  const std::string path = (folder_ / "none.toml").string();
  const auto read = read_config_file(path);
  ASSERT_FALSE(read.has_value());
  EXPECT_EQ(read.error().reason, config_file_error::code::unreadable);
  EXPECT_EQ(read.error().text, path + ": cannot be read: No such file or directory");
}

TEST_F(config_file_on_disk, a_directory_is_no_file) {
  EXPECT_EQ(read_config_file(folder_.string()).error().reason, config_file_error::code::unreadable);
}

TEST_F(config_file_on_disk, one_over_the_limit_is_refused) {
  const std::string path =
      write("troupe.toml", std::string(core::limits::configuration_bytes_max + 1, ' '));
  EXPECT_EQ(read_config_file(path).error().reason, config_file_error::code::too_large);
}

TEST_F(config_file_on_disk, errors_of_options_name_file_line_and_column) {
  const std::string path = write("troupe.toml", "[http_server]\nport = 70000\n");
  const auto refused = core::load({.file = read_config_file(path).value()});
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().errors.front().text,
            "http_server.port is 70000 (" + path + ":2:8): want an integer from 0 to 65535");
}

}  // namespace
}  // namespace troupe::files
