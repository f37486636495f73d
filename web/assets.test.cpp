#include "web/assets.hpp"

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "web/embedded_assets.hpp"

namespace troupe::web {
namespace {

/// The addresses on this server that the attribute names in a page: src="/…" or href="/…".
std::vector<std::string_view> addresses(std::string_view page, std::string_view attribute) {
  std::vector<std::string_view> found;
  for (auto at = page.find(attribute); at != std::string_view::npos;
       at = page.find(attribute, at + 1)) {
    const auto begin = at + attribute.size();
    found.push_back(page.substr(begin, page.find('"', begin) - begin));
  }
  return found;
}

TEST(assets, serves_the_page_at_the_root_and_by_its_name) {
  const asset* page = find_asset("/");
  ASSERT_NE(page, nullptr);
  EXPECT_EQ(page, find_asset("/index.html"));
  EXPECT_EQ(page->content_type, "text/html; charset=utf-8");
  EXPECT_TRUE(page->body.starts_with("<!doctype html>"));
  EXPECT_TRUE(page->body.ends_with("</html>\n"));
  EXPECT_FALSE(page->immutable);
}

TEST(assets, holds_every_script_and_icon_that_the_page_names) {
  const asset* page = find_asset("/");
  ASSERT_NE(page, nullptr);
  for (const auto path : addresses(page->body, " src=\"")) {
    EXPECT_NE(find_asset(path), nullptr) << path;
  }
  for (const auto path :
       addresses(page->body, "<link rel=\"icon\" type=\"image/svg+xml\" href=\"")) {
    EXPECT_NE(find_asset(path), nullptr) << path;
  }
}

TEST(assets, gives_each_file_an_entity_tag_of_its_own_in_quotes) {
  std::set<std::string_view> tags;
  for (const auto& file : embedded_assets()) {
    EXPECT_EQ(file.etag.size(), 34u) << file.path;
    EXPECT_TRUE(file.etag.starts_with('"') && file.etag.ends_with('"')) << file.path;
    EXPECT_TRUE(tags.insert(file.etag).second) << file.path;
    EXPECT_FALSE(file.body.empty()) << file.path;
  }
}

TEST(assets, lets_only_files_with_a_hash_in_their_name_be_cached_for_ever) {
  for (const auto& file : embedded_assets()) {
    EXPECT_EQ(file.immutable, file.path.starts_with("/assets/")) << file.path;
  }
}

TEST(assets, finds_nothing_for_a_path_that_is_not_embedded) {
  for (const std::string_view path : {"", "index.html", "//", "/index.html?", "/INDEX.HTML",
                                      "/assets", "/assets/", "/../web/index.html"}) {
    EXPECT_EQ(find_asset(path), nullptr) << path;
  }
  EXPECT_EQ(find_asset(std::string_view("/index.html\0", 12)), nullptr);
}

// The server's content policy allows its own files only: what is inline would not run.
TEST(assets, keeps_scripts_and_styles_out_of_the_page_itself) {
  for (const auto& file : embedded_assets()) {
    if (!file.path.ends_with(".html")) continue;
    EXPECT_EQ(file.body.find("<script>"), std::string_view::npos) << file.path;
    EXPECT_EQ(file.body.find("<style"), std::string_view::npos) << file.path;
    EXPECT_EQ(file.body.find(" style="), std::string_view::npos) << file.path;
    EXPECT_EQ(file.body.find("=\"http"), std::string_view::npos) << file.path;
  }
}

}  // namespace
}  // namespace troupe::web
