#include "crypto/static_keys.hpp"

#include <gtest/gtest.h>

#include "crypto/jwt.hpp"
#include "crypto/signer_fixture.hpp"

namespace troupe::crypto {
namespace {

constexpr std::string_view secret = "a secret of thirty-two bytes or so";
constexpr sys_seconds now{std::chrono::seconds{1'000'000}};

const signer& rsa() {
  static const signer key = signer::rsa();
  return key;
}
const signer& ec() {
  static const signer key = signer::ec("P-384");
  return key;
}

std::string connecting(const std::string& token, const key_set& keys) {
  const auto claims = verify_connection_token(token, keys, {}, now);
  return claims ? claims->subject : std::string(describe(claims.error()));
}

TEST(static_keys, each_family_of_algorithms_has_its_own_key) {
  const std::string rsa_pem = rsa().public_pem();
  const std::string ec_pem = ec().public_pem();
  const auto keys = static_keys::make({secret, rsa_pem, ec_pem});
  ASSERT_TRUE(keys.has_value());
  const std::string payload = R"({"sub":"ada"})";
  EXPECT_EQ(connecting(sign_token(payload, hmac_key(std::string(secret))), *keys), "ada");
  EXPECT_EQ(connecting(rsa().token(R"({"alg":"RS512"})", payload, algorithm::rs512), *keys), "ada");
  EXPECT_EQ(connecting(ec().token(R"({"alg":"ES384"})", payload, algorithm::es384), *keys), "ada");
  EXPECT_EQ(connecting(ec().token(R"({"alg":"ES256"})", payload, algorithm::es384), *keys),
            "wrong algorithm");
}

TEST(static_keys, a_family_without_a_key_believes_nobody) {
  const std::string ec_pem = ec().public_pem();
  const auto keys = static_keys::make({"", "", ec_pem});
  ASSERT_TRUE(keys.has_value());
  EXPECT_EQ(connecting(sign_token("{}", hmac_key("")), *keys), "wrong algorithm");
  EXPECT_EQ(connecting(rsa().token(R"({"alg":"RS256"})", "{}", algorithm::rs256), *keys),
            "wrong algorithm");
}

TEST(static_keys, a_public_key_is_never_taken_for_a_secret) {
  const std::string pem = rsa().public_pem();
  for (const std::string_view configured : {std::string_view(), secret}) {
    const auto keys = static_keys::make({configured, pem, ""});
    EXPECT_NE(connecting(sign_token("{}", hmac_key(pem)), *keys), "");
  }
}

TEST(static_keys, a_key_that_is_none_is_named) {
  const std::string pem = ec().public_pem();
  const auto swapped = static_keys::make({"", pem, ""});
  ASSERT_FALSE(swapped.has_value());
  EXPECT_EQ(swapped.error().key, key_text_error::which::rsa_public_key);
  EXPECT_EQ(swapped.error().why, public_key_errc::unsupported);
  const auto broken = static_keys::make({"", "", "no key"});
  ASSERT_FALSE(broken.has_value());
  EXPECT_EQ(broken.error().key, key_text_error::which::ecdsa_public_key);
  EXPECT_EQ(broken.error().why, public_key_errc::malformed);
}

}  // namespace
}  // namespace troupe::crypto
