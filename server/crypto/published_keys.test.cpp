#include "crypto/published_keys.hpp"

#include <gtest/gtest.h>

#include "crypto/exchangeable_keys.hpp"
#include "crypto/jwt.hpp"
#include "crypto/signer_fixture.hpp"

namespace troupe::crypto {
namespace {

constexpr std::string_view secret = "a secret of thirty-two bytes or so";
constexpr sys_seconds now{std::chrono::seconds{1'000'000}};

std::string connecting(const std::string& token, const key_set& keys) {
  const auto claims = verify_connection_token(token, keys, {}, now);
  return claims ? claims->subject : std::string(describe(claims.error()));
}

TEST(published_keys, the_newest_set_holds_and_the_secret_beside_it) {
  const signer first = signer::ec("P-256");
  const signer second = signer::ec("P-256");
  const static_keys configured = static_keys::make({secret, "", ""}).value();
  published_keys keys(configured);
  const std::string by_first =
      first.token(R"({"alg":"ES256","kid":"1"})", R"({"sub":"ada"})", algorithm::es256);
  const std::string by_second =
      second.token(R"({"alg":"ES256","kid":"2"})", R"({"sub":"bob"})", algorithm::es256);
  EXPECT_EQ(connecting(by_first, keys), "unknown key");
  EXPECT_FALSE(keys.contains("1"));

  keys.publish(jwk_set::parse("{\"keys\":[" + first.jwk("1") + "]}").value());
  EXPECT_EQ(connecting(by_first, keys), "ada");
  EXPECT_EQ(connecting(by_second, keys), "unknown key");

  keys.publish(jwk_set::parse("{\"keys\":[" + second.jwk("2") + "]}").value());
  EXPECT_EQ(connecting(by_first, keys), "unknown key") << "a key that was withdrawn";
  EXPECT_EQ(connecting(by_second, keys), "bob");
  EXPECT_EQ(connecting(sign_token(R"({"sub":"eve"})", hmac_key(std::string(secret))), keys), "eve");
}

TEST(exchangeable_keys, the_newest_ones_hold) {
  const auto keys_with = [](std::string_view secret) {
    return static_keys::make({.hmac_secret = secret, .rsa_public_key = {}, .ecdsa_public_key = {}})
        .value();
  };
  const std::string signature = hmac_key("the old secret").sign(algorithm::hs256, "text");
  const signature_claim claim{.algorithm = "HS256", .key_id = {}};
  exchangeable_keys keys(keys_with("the old secret"));
  EXPECT_TRUE(keys.verify(claim, "text", signature));
  keys.exchange(keys_with("the new secret"));
  EXPECT_EQ(keys.verify(claim, "text", signature).error(), key_errc::bad_signature);
  const std::string fresh = hmac_key("the new secret").sign(algorithm::hs256, "text");
  EXPECT_TRUE(keys.verify(claim, "text", fresh));
}

TEST(published_keys, without_a_secret_no_hmac_is_believed) {
  const signer key = signer::ec("P-256");
  const static_keys configured = static_keys::make({}).value();
  published_keys keys(configured);
  keys.publish(jwk_set::parse("{\"keys\":[" + key.jwk("1") + "]}").value());
  EXPECT_EQ(connecting(sign_token("{}", hmac_key("")), keys), "wrong algorithm");
  EXPECT_EQ(connecting(sign_token("{}", hmac_key(key.public_pem())), keys), "wrong algorithm");
}

}  // namespace
}  // namespace troupe::crypto
