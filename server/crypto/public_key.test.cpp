#include "crypto/public_key.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "crypto/base64.hpp"
#include "crypto/signer_fixture.hpp"

namespace troupe::crypto {
namespace {

constexpr std::string_view text = "header.payload";

std::string described(const public_key::result& key) {
  return key ? "a key" : std::string(describe(key.error()));
}

struct kind {
  const char* what;
  signer key;
  std::vector<algorithm> algorithms;
};

const std::vector<kind>& kinds() {
  using enum algorithm;
  static const std::vector<kind> all = {
      {"RSA", signer::rsa(), {rs256, rs384, rs512}}, {"P-256", signer::ec("P-256"), {es256}},
      {"P-384", signer::ec("P-384"), {es384}},       {"P-521", signer::ec("P-521"), {es512}},
      {"Ed25519", signer::ed25519(), {eddsa}},
  };
  return all;
}

TEST(public_key, verifies_with_the_algorithms_of_its_kind_and_no_other) {
  for (const kind& each : kinds()) {
    const auto key = public_key::from_pem(each.key.public_pem());
    ASSERT_TRUE(key.has_value()) << each.what;
    for (int i = 0; i <= static_cast<int>(algorithm::eddsa); ++i) {
      const auto with = static_cast<algorithm>(i);
      const bool own = std::ranges::find(each.algorithms, with) != each.algorithms.end();
      EXPECT_EQ(key->fits(with), own) << each.what << ' ' << name(with);
      const std::string signature = each.key.sign(own ? with : each.algorithms[0], text);
      EXPECT_EQ(key->verify(with, text, signature), own) << each.what << ' ' << name(with);
    }
  }
}

TEST(public_key, refuses_the_signature_of_another_text_or_key) {
  for (const kind& each : kinds()) {
    const auto key = public_key::from_pem(each.key.public_pem());
    const algorithm with = each.algorithms[0];
    EXPECT_FALSE(key->verify(with, "header.other", each.key.sign(with, text))) << each.what;
    std::string flipped = each.key.sign(with, text);
    flipped[flipped.size() / 2] = static_cast<char>(flipped[flipped.size() / 2] ^ 1);
    EXPECT_FALSE(key->verify(with, text, flipped)) << each.what;
  }
  const auto key = public_key::from_pem(kinds()[1].key.public_pem());
  EXPECT_FALSE(
      key->verify(algorithm::es256, text, signer::ec("P-256").sign(algorithm::es256, text)));
}

TEST(public_key, ecdsa_signatures_are_two_numbers_of_full_length_and_nothing_else) {
  const kind& ec = kinds()[1];
  const auto key = public_key::from_pem(ec.key.public_pem());
  const std::string good = ec.key.sign(algorithm::es256, text);
  ASSERT_TRUE(key->verify(algorithm::es256, text, good));
  const std::string zero(32, '\0');
  for (const std::string& bad :
       {std::string(), good.substr(0, 63), good + '\0', good.substr(0, 32), zero + zero,
        good.substr(0, 32) + zero, zero + good.substr(32), std::string(64, '\xff'),
        good.substr(32) + good.substr(0, 32), ec.key.raw_sign(algorithm::es256, text)}) {
    EXPECT_FALSE(key->verify(algorithm::es256, text, bad)) << bad.size();
  }
}

TEST(public_key, rsa_takes_neither_pss_nor_sha1_nor_shortened_signatures) {
  const kind& rsa = kinds()[0];
  const auto key = public_key::from_pem(rsa.key.public_pem());
  const std::string good = rsa.key.sign(algorithm::rs256, text);
  ASSERT_TRUE(key->verify(algorithm::rs256, text, good));
  for (const std::string& bad :
       {rsa.key.sign_pss(text), rsa.key.sign_sha1(text), good.substr(1), '\0' + good, good + '\0',
        std::string(256, '\0'), std::string(255, '\0') + '\1', std::string(256, '\xff')}) {
    EXPECT_FALSE(key->verify(algorithm::rs256, text, bad));
  }
}

// RFC 7515 appendix A.2 and A.3, RFC 8037 appendix A.4: signed by somebody else's code.
TEST(public_key, believes_the_examples_of_the_rfcs) {
  const auto bytes = [](std::string_view encoded) { return base64url_decode(encoded).value(); };
  const auto rsa = public_key::from_rsa(
      bytes(
          "ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-"
          "4qPCJrcS2mJPMEzP1Pt0"
          "Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXn"
          "dS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5"
          "IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ"),
      bytes("AQAB"));
  ASSERT_TRUE(rsa.has_value());
  const auto point =
      public_key::from_point("P-256", bytes("f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU"),
                             bytes("x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"));
  ASSERT_TRUE(point.has_value());
  EXPECT_TRUE(point->verify(
      algorithm::es256,
      "eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxl"
      "LmNvbS9pc19yb290Ijp0cnVlfQ",
      bytes("DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-"
            "Kg6NU1Q")));
  const auto edwards =
      public_key::from_ed25519(bytes("11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"));
  ASSERT_TRUE(edwards.has_value());
  EXPECT_TRUE(edwards->verify(algorithm::eddsa,
                              "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc",
                              bytes("hgyY0il_MGCjP0JzlnLWG1PPOt7-"
                                    "09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg")));
}

TEST(public_key, weak_and_oversized_rsa_keys_are_refused) {
  EXPECT_EQ(described(public_key::from_pem(signer::rsa(1024).public_pem())),
            describe(public_key_errc::too_weak));
  EXPECT_EQ(described(public_key::from_rsa(std::string(2000, '\xff'), "\1\0\1")),
            describe(public_key_errc::too_large));
  const std::string modulus = std::string(1, '\xc1') + std::string(255, '\x33');
  EXPECT_EQ(described(public_key::from_rsa(modulus, "\x03")), "a key");
  EXPECT_EQ(described(public_key::from_rsa(modulus, "\x01")), describe(public_key_errc::too_weak));
  EXPECT_EQ(described(public_key::from_rsa(modulus, "\x04")), describe(public_key_errc::too_weak));
  EXPECT_EQ(described(public_key::from_rsa(modulus, "")), describe(public_key_errc::malformed));
  EXPECT_EQ(described(public_key::from_rsa("", "\x03")), describe(public_key_errc::malformed));
  EXPECT_EQ(described(public_key::from_rsa(modulus, std::string(9, '\x03'))),
            describe(public_key_errc::malformed));
}

TEST(public_key, points_must_be_on_a_curve_we_know) {
  const std::string coordinate(32, '\1');
  EXPECT_EQ(described(public_key::from_point("P-256", coordinate, coordinate)),
            describe(public_key_errc::malformed));
  EXPECT_EQ(described(public_key::from_point("secp256k1", coordinate, coordinate)),
            describe(public_key_errc::unsupported));
  EXPECT_EQ(described(public_key::from_point("P-256", coordinate.substr(1), coordinate)),
            describe(public_key_errc::malformed));
  EXPECT_EQ(described(public_key::from_pem(signer::ec("secp256k1").public_pem())),
            describe(public_key_errc::unsupported));
  EXPECT_EQ(described(public_key::from_ed25519("short")), describe(public_key_errc::malformed));
}

TEST(public_key, pem_is_one_public_key_and_nothing_that_should_be_secret) {
  const signer& ec = kinds()[1].key;
  EXPECT_EQ(described(public_key::from_pem("\n  " + ec.public_pem())), "a key");
  for (const std::string& bad :
       {std::string(), std::string("hello"), ec.private_pem(), ec.public_der(),
        ec.public_pem().substr(0, 60), std::string("-----BEGIN PUBLIC KEY-----\n"),
        std::string("-----BEGIN PUBLIC KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: "
                    "AES-128-CBC,00000000000000000000000000000000\n\nAAAA\n-----END PUBLIC "
                    "KEY-----\n")}) {
    EXPECT_EQ(described(public_key::from_pem(bad)), describe(public_key_errc::malformed)) << bad;
  }
}

}  // namespace
}  // namespace troupe::crypto
