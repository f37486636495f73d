#include "transport/tls/identity.hpp"

#include <gtest/gtest.h>

#include "transport/tls/test_identity.hpp"

namespace troupe::tls {
namespace {

TEST(tls_identity, a_certificate_and_its_key_make_one) {
  const pem_pair pem = make_certificate("one.example");
  const auto made = identity::from_pem(pem.certificate, pem.private_key);
  ASSERT_TRUE(made) << made.error().text;
}

TEST(tls_identity, a_chain_may_follow_the_certificate) {
  const pem_pair pem = make_certificate("one.example");
  const pem_pair above = make_certificate("authority.example");
  EXPECT_TRUE(identity::from_pem(pem.certificate + above.certificate, pem.private_key));
}

TEST(tls_identity, what_is_missing_or_does_not_belong_together_is_said) {
  const pem_pair pem = make_certificate("one.example");
  const pem_pair other = make_certificate("two.example");
  const auto why = [](std::string_view certificate, std::string_view key) {
    const auto made = identity::from_pem(certificate, key);
    return made ? std::string("none") : made.error().text;
  };
  EXPECT_EQ(why("", pem.private_key), "there is no certificate in PEM format in it");
  EXPECT_EQ(why("garbage", pem.private_key), "there is no certificate in PEM format in it");
  EXPECT_EQ(why(pem.private_key, pem.private_key), "there is no certificate in PEM format in it");
  EXPECT_EQ(why(pem.certificate, ""), "there is no private key in PEM format in it");
  EXPECT_EQ(why(pem.certificate, pem.certificate), "there is no private key in PEM format in it");
  EXPECT_EQ(why(pem.certificate, pem.private_key.substr(0, 60)),
            "there is no private key in PEM format in it");
  EXPECT_EQ(why(pem.certificate, encrypted(pem.private_key)),
            "the private key is encrypted: want one without passphrase");
  EXPECT_EQ(why(pem.certificate, other.private_key),
            "the private key does not belong to the certificate");
  EXPECT_EQ(why(pem.certificate, pem.private_key), "none");
  using part = identity_error::part;
  EXPECT_EQ(identity::from_pem("", pem.private_key).error().about, part::certificate);
  EXPECT_EQ(identity::from_pem(pem.certificate, "").error().about, part::private_key);
}

TEST(tls_identity, one_in_use_can_be_replaced) {
  const auto make = [](int days) {
    const pem_pair pem = make_certificate("one.example", days);
    return *identity::from_pem(pem.certificate, pem.private_key);
  };
  const identity first = make(10);
  const identity second = make(20);
  live_identity live(first);
  EXPECT_EQ(live.current().expires(), first.expires());
  live.replace(second);
  EXPECT_EQ(live.current().expires(), second.expires());
  EXPECT_GT(second.expires(), first.expires() + std::chrono::days(9));
}

}  // namespace
}  // namespace troupe::tls
