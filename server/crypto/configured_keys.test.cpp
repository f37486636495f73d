#include "crypto/configured_keys.hpp"

#include <gtest/gtest.h>

#include "crypto/signer_fixture.hpp"

namespace troupe::crypto {
namespace {

TEST(configured_keys, are_made_of_the_options) {
  core::configuration::token_section section;
  section.rsa_public_key = signer::rsa().public_pem();
  section.ecdsa_public_key = signer::ec("P-521").public_pem();
  EXPECT_TRUE(configured_keys(section, "client.token").has_value());
}

TEST(configured_keys, the_operator_is_told_which_option_is_wrong_and_what_would_be_right) {
  core::configuration::token_section section;
  section.rsa_public_key = signer::rsa(1024).public_pem();
  EXPECT_EQ(configured_keys(section, "client.token").error(),
            "client.token.rsa_public_key is an RSA key of less than 2048 bits, or with an exponent "
            "of 1: want an RSA key of at least 2048 bits in PEM, from \"-----BEGIN PUBLIC "
            "KEY-----\" on");
  section.rsa_public_key = "";
  section.ecdsa_public_key = "key.pem";
  EXPECT_TRUE(configured_keys(section, "client.subscription_token")
                  .error()
                  .starts_with("client.subscription_token.ecdsa_public_key is no public key"));
}

}  // namespace
}  // namespace troupe::crypto
