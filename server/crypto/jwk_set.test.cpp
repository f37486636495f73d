#include "crypto/jwk_set.hpp"

#include <string>

#include <gtest/gtest.h>

#include "core/limits.hpp"
#include "crypto/jwt.hpp"
#include "crypto/signer_fixture.hpp"

namespace troupe::crypto {
namespace {

constexpr sys_seconds now{std::chrono::seconds{1'000'000}};

const signer& rsa() {
  static const signer key = signer::rsa();
  return key;
}
const signer& ec() {
  static const signer key = signer::ec("P-256");
  return key;
}
const signer& ed() {
  static const signer key = signer::ed25519();
  return key;
}

jwk_set set_of(const std::string& keys) {
  auto set = jwk_set::parse("{\"keys\":[" + keys + "]}");
  EXPECT_TRUE(set.has_value());
  return set ? *std::move(set) : jwk_set();
}

std::string connecting(const signer& by, std::string_view header, algorithm with,
                       const jwk_set& keys) {
  const auto claims =
      verify_connection_token(by.token(header, R"({"sub":"ada"})", with), keys, {}, now);
  return claims ? claims->subject : std::string(describe(claims.error()));
}

TEST(jwk_set, the_key_id_picks_the_key_and_the_key_its_algorithms) {
  const jwk_set keys = set_of(rsa().jwk("r") + ',' + ec().jwk("e") + ',' + ed().jwk("d"));
  EXPECT_EQ(keys.size(), 3U);
  EXPECT_TRUE(keys.contains("r"));
  EXPECT_FALSE(keys.contains("R"));
  EXPECT_EQ(connecting(rsa(), R"({"alg":"RS256","kid":"r"})", algorithm::rs256, keys), "ada");
  EXPECT_EQ(connecting(rsa(), R"({"alg":"RS512","kid":"r"})", algorithm::rs512, keys), "ada");
  EXPECT_EQ(connecting(ec(), R"({"alg":"ES256","kid":"e"})", algorithm::es256, keys), "ada");
  EXPECT_EQ(connecting(ed(), R"({"alg":"EdDSA","kid":"d"})", algorithm::eddsa, keys), "ada");
  EXPECT_EQ(connecting(rsa(), R"({"alg":"RS256","kid":"e"})", algorithm::rs256, keys),
            "wrong algorithm");
  EXPECT_EQ(connecting(rsa(), R"({"alg":"RS256","kid":"x"})", algorithm::rs256, keys),
            "unknown key");
  EXPECT_EQ(connecting(rsa(), R"({"alg":"RS256"})", algorithm::rs256, keys), "unknown key");
  EXPECT_EQ(connecting(signer::ec("P-256"), R"({"alg":"ES256","kid":"e"})", algorithm::es256, keys),
            "bad signature");
}

TEST(jwk_set, an_algorithm_given_with_the_key_is_the_only_one) {
  const jwk_set keys = set_of(rsa().jwk("r", R"(,"alg":"RS384","use":"sig")"));
  EXPECT_EQ(connecting(rsa(), R"({"alg":"RS384","kid":"r"})", algorithm::rs384, keys), "ada");
  EXPECT_EQ(connecting(rsa(), R"({"alg":"RS256","kid":"r"})", algorithm::rs256, keys),
            "wrong algorithm");
}

TEST(jwk_set, no_public_key_verifies_an_hmac_and_no_unknown_algorithm_asks_for_keys) {
  const jwk_set keys = set_of(rsa().jwk("r"));
  for (const char* header : {R"({"alg":"HS256","kid":"r"})", R"({"alg":"none","kid":"x"})",
                             R"({"alg":"PS256","kid":"x"})", R"({"alg":"HS256","kid":"x"})"}) {
    EXPECT_EQ(connecting(rsa(), header, algorithm::rs256, keys), "wrong algorithm") << header;
  }
}

TEST(jwk_set, keys_that_cannot_be_used_are_passed_over) {
  const std::string good = ec().jwk("good");
  const std::string coordinates = ec().jwk_members();
  for (const std::string& bad :
       {ec().jwk("x", R"(,"use":"enc")"),
        ec().jwk("x", R"(,"use":1)"),
        ec().jwk("x", R"(,"use":null)"),
        ec().jwk("x", R"(,"key_ops":["sign"])"),
        ec().jwk("x", R"(,"key_ops":"verify")"),
        ec().jwk("x", R"(,"alg":"HS256")"),
        ec().jwk("x", R"(,"alg":"ES384")"),
        ec().jwk("x", R"(,"alg":"none")"),
        ec().jwk("x", R"(,"alg":5)"),
        ec().jwk("x", R"(,"d":"AAAA")"),
        ec().jwk(""),
        "{" + coordinates + "}",
        "{\"kid\":7," + coordinates + "}",
        signer::rsa(1024).jwk("x"),
        std::string(R"({"kid":"x","kty":"oct","k":"AAAA"})"),
        std::string("5"),
        std::string("null"),
        std::string(R"({"kid":"x"})"),
        std::string(R"({"kid":"x","kty":"RSA","n":"AQ"})"),
        std::string(R"({"kid":"x","kty":"RSA","n":"A===","e":"AQAB"})"),
        std::string(R"({"kid":"x","kty":"EC","crv":"P-256","x":"AAAA","y":"AAAA"})"),
        std::string(R"({"kid":"x","kty":"OKP","crv":"X25519","x":"AAAA"})"),
        std::string(R"({"kid":"x","kty":"OKP","crv":"Ed25519","x":"AAAA"})"),
        ec().jwk("good")}) {
    const jwk_set keys = set_of(good + ',' + bad);
    EXPECT_EQ(keys.size(), 1U) << bad;
    EXPECT_EQ(keys.passed_over(), 1U) << bad;
    EXPECT_TRUE(keys.contains("good"));
  }
  EXPECT_EQ(set_of(ec().jwk("x", R"(,"key_ops":["sign","verify"])")).size(), 1U);
}

TEST(jwk_set, the_first_of_two_keys_with_one_id_holds) {
  const jwk_set keys = set_of(ec().jwk("k") + ',' + signer::ec("P-256").jwk("k"));
  EXPECT_EQ(connecting(ec(), R"({"alg":"ES256","kid":"k"})", algorithm::es256, keys), "ada");
}

TEST(jwk_set, documents_that_are_no_set_are_refused_whole) {
  for (const std::string& bad :
       {std::string(), std::string("[]"), std::string("{}"), std::string(R"({"keys":{}})"),
        std::string(R"({"keys":null})"), std::string("{\"keys\":[" + ec().jwk("e")),
        std::string(R"({"keys":[],"keys":[]})"),
        "{\"keys\":[" + ec().jwk("e", R"(,"kid":"x")") + "]}",
        "{\"keys\":" + std::string(2000, '[') + std::string(2000, ']') + "}",
        std::string("<html>not found</html>")}) {
    const auto parsed = jwk_set::parse(bad);
    ASSERT_FALSE(parsed.has_value()) << bad;
    EXPECT_EQ(parsed.error(), jwks_errc::malformed) << bad;
  }
  EXPECT_TRUE(jwk_set::parse(R"({"keys":[],"extra":1})").has_value());
}

TEST(jwk_set, documents_over_the_bounds_are_refused_whole) {
  const std::string space(core::limits::jwks_bytes_max, ' ');
  EXPECT_EQ(jwk_set::parse(R"({"keys":[]})" + space).error(), jwks_errc::too_large);
  std::string many;
  for (std::size_t i = 0; i <= core::limits::jwks_keys_max; ++i) many += i == 0 ? "1" : ",1";
  EXPECT_EQ(jwk_set::parse("{\"keys\":[" + many + "]}").error(), jwks_errc::too_large);
}

}  // namespace
}  // namespace troupe::crypto
