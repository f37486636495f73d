#include "gateway/api_key.hpp"

#include <gtest/gtest.h>

namespace troupe::gateway {
namespace {

using rules = core::configuration::http_api_section;

http::request with_header(std::string_view name, std::string_view value) {
  http::request request;
  request.headers.add(name, value);
  return request;
}

http::request with_query(std::string query) {
  http::request request;
  request.query = std::move(query);
  return request;
}

rules with_key(std::string key, bool insecure = false) {
  rules made;
  made.key = std::move(key);
  made.insecure = insecure;
  return made;
}

const rules keyed = with_key("the-key");

TEST(api_key, is_taken_from_either_header_or_the_query) {
  EXPECT_TRUE(may_call_api(with_header("X-API-Key", "the-key"), keyed));
  EXPECT_TRUE(may_call_api(with_header("Authorization", "apikey the-key"), keyed));
  EXPECT_TRUE(may_call_api(with_header("authorization", "ApiKey the-key"), keyed));
  EXPECT_TRUE(may_call_api(with_query("a=b&api_key=the-key"), keyed));
  EXPECT_TRUE(may_call_api(with_query("api_key=the%2Dkey"), keyed));
}

TEST(api_key, a_wrong_or_missing_one_is_refused) {
  EXPECT_FALSE(may_call_api({}, keyed));
  EXPECT_FALSE(may_call_api(with_header("X-API-Key", "the-keyx"), keyed));
  EXPECT_FALSE(may_call_api(with_header("X-API-Key", "the-ke"), keyed));
  EXPECT_FALSE(may_call_api(with_header("X-API-Key", ""), keyed));
  EXPECT_FALSE(may_call_api(with_header("Authorization", "Bearer the-key"), keyed));
  EXPECT_FALSE(may_call_api(with_header("Authorization", "apikey "), keyed));
  EXPECT_FALSE(may_call_api(with_query("api_key="), keyed));
}

TEST(api_key, a_wrong_header_is_not_mended_by_the_query) {
  http::request request = with_header("X-API-Key", "wrong");
  request.query = "api_key=the-key";
  EXPECT_FALSE(may_call_api(request, keyed));
}

TEST(api_key, without_a_configured_key_nobody_may_call) {
  const rules none = with_key("");
  EXPECT_FALSE(may_call_api({}, none));
  EXPECT_FALSE(may_call_api(with_header("X-API-Key", ""), none));
  EXPECT_FALSE(may_call_api(with_query("api_key="), none));
}

TEST(api_key, where_it_is_insecure_everybody_may_call) {
  EXPECT_TRUE(may_call_api({}, with_key("", true)));
}

}  // namespace
}  // namespace troupe::gateway
