#include "gateway/greeting.hpp"

#include <gtest/gtest.h>

namespace troupe::gateway {
namespace {

TEST(greeting, says_where_it_listens_and_where_the_internal_listener_is) {
  core::configuration::http_server_section rules;
  const listening both{{"10.0.0.1", 8000}, io::endpoint{"::1", 9000}};
  EXPECT_EQ(greeting(both, rules, "1.2", false),
            "Troupe 1.2 is listening on http://10.0.0.1:8000\n"
            "  health and metrics are on http://[::1]:9000\n"
            "  Ctrl-C stops it\n");
  rules.tls.enabled = true;
  EXPECT_TRUE(greeting(both, rules, "1.2", false).contains("are on https://[::1]:9000"));
  rules.tls_external = true;
  EXPECT_TRUE(greeting(both, rules, "1.2", false).contains("on https://10.0.0.1:8000"));
  EXPECT_TRUE(greeting(both, rules, "1.2", false).contains("are on http://[::1]:9000"));
}

TEST(greeting, shows_who_tries_it_out_how_to_get_a_token) {
  const std::string text = greeting({{"127.0.0.1", 8000}, {}}, {}, "1.2", true);
  EXPECT_TRUE(text.contains("curl -X POST http://127.0.0.1:8000/dev/token"));
}

TEST(greeting, a_listener_that_failed_is_explained_with_what_helps) {
  const io::endpoint address{"127.0.0.1", 80};
  EXPECT_EQ(explain({address, {.code = io::errc::address_in_use, .detail = {}}}),
            "cannot listen on 127.0.0.1:80: address in use; choose another with --port");
  EXPECT_TRUE(
      explain({address, {.code = io::errc::permission_denied, .detail = {}}}).contains("--port"));
  EXPECT_TRUE(explain({address, {.code = io::errc::bad_address, .detail = {}}})
                  .ends_with("of this machine"));
}

}  // namespace
}  // namespace troupe::gateway
