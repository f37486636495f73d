#include "crypto/jwt.hpp"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "core/limits.hpp"
#include "crypto/base64.hpp"

namespace troupe::crypto {
namespace {

constexpr std::string_view secret = "a secret of thirty-two bytes or so";
constexpr sys_seconds now{std::chrono::seconds{1'000'000}};

hmac_key key() {
  return hmac_key(std::string(secret));
}

// A token with any header and payload, signed as HS256 whatever the header says.
std::string signed_as_is(std::string_view header, std::string_view payload) {
  const std::string text = base64url_encode(header) + '.' + base64url_encode(payload);
  return text + '.' + base64url_encode(key().sign(algorithm::hs256, text));
}

std::string token_of(std::string_view payload) {
  return sign_token(payload, key());
}

std::string described(const std::expected<connection_claims, token_errc>& result) {
  return result ? "believed" : std::string(describe(result.error()));
}

std::string connecting(std::string_view token, const token_policy& policy = {}) {
  return described(verify_connection_token(token, key(), policy, now));
}

TEST(jwt, believes_a_token_of_each_algorithm_of_the_family) {
  for (const algorithm with : {algorithm::hs256, algorithm::hs384, algorithm::hs512}) {
    const std::string token = sign_token(R"({"sub":"alice"})", key(), with);
    const auto claims = verify_connection_token(token, key(), {}, now);
    ASSERT_TRUE(claims.has_value());
    EXPECT_EQ(claims->subject, "alice");
  }
}

// RFC 7515 appendix A.1: signed by somebody else's code.
TEST(jwt, believes_the_example_of_the_rfc) {
  const auto rfc_key = base64url_decode(
      "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow");
  const std::string token =
      "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9"
      ".eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnV"
      "l"
      "fQ"
      ".dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
  const auto claims = verify_connection_token(token, hmac_key(*rfc_key), {}, now);
  ASSERT_TRUE(claims.has_value());
  EXPECT_EQ(claims->issuer, "joe");
}

TEST(jwt, believes_a_subscription_token) {
  const auto claims =
      verify_subscription_token(token_of(R"({"sub":"alice","channel":"$x"})"), key(), {}, now);
  ASSERT_TRUE(claims.has_value());
  EXPECT_EQ(claims->channel, "$x");
}

struct hostile {
  const char* what;
  std::string token;
  token_errc refusal;
};

std::vector<hostile> hostile_tokens() {
  using enum token_errc;
  const std::string payload = R"({"sub":"alice"})";
  const std::string good = token_of(payload);
  const std::string header = good.substr(0, good.find('.'));
  const std::string signature = good.substr(good.rfind('.') + 1);
  const std::string text = good.substr(0, good.rfind('.'));
  const auto with_header = [&](std::string_view h) { return signed_as_is(h, payload); };
  std::string flipped = good;
  flipped.back() = flipped.back() == 'A' ? 'E' : 'A';
  std::string other_first = good;
  other_first[good.rfind('.') + 1] = other_first[good.rfind('.') + 1] == 'A' ? 'B' : 'A';
  const std::string deep = std::string(3000, '[') + std::string(3000, ']');
  return {
      {"nothing", "", malformed},
      {"one part", header, malformed},
      {"two parts", text, malformed},
      {"four parts", good + ".x", malformed},
      {"five parts, as encrypted tokens have", "a.b.c.d.e", malformed},
      {"only dots", "..", malformed},
      {"spaces", "   .  .  ", malformed},
      {"a byte that is no ASCII", good + "\xff", malformed},
      {"a zero byte at the end", good + std::string(1, '\0'), malformed},
      {"a line end at the end", good + "\n", malformed},
      {"a Bearer prefix", "Bearer " + good, malformed},
      {"padding in the signature", good + "=", malformed},
      {"padding in the header", header + "=" + good.substr(header.size()), malformed},
      {"the standard alphabet in the signature", text + ".ab+/", malformed},
      {"a signature of one letter", text + ".A", malformed},
      {"no signature", text + ".", bad_signature},
      {"a truncated signature", good.substr(0, good.size() - 3), bad_signature},
      {"a signature that is too long", good + "AAAA", bad_signature},
      {"another last letter", flipped, bad_signature},
      {"another first letter", other_first, bad_signature},
      {"a signature of zero bytes", text + "." + base64url_encode(std::string(32, '\0')),
       bad_signature},
      {"the signature of another token", text + token_of("{}").substr(token_of("{}").rfind('.')),
       bad_signature},
      {"another payload under the same signature",
       header + "." + base64url_encode(R"({"sub":"root"})") + "." + signature, bad_signature},
      {"the secret of somebody else", sign_token(payload, hmac_key("other")), bad_signature},
      {"an HS256 signature called HS512", with_header(R"({"alg":"HS512"})"), bad_signature},
      {"an HS256 signature called HS384", with_header(R"({"alg":"HS384"})"), bad_signature},
      {"a payload of nonsense without a good signature", header + ".AAAA." + signature,
       bad_signature},
      {"algorithm none, unsigned",
       base64url_encode(R"({"alg":"none"})") + "." + base64url_encode(payload) + ".",
       wrong_algorithm},
      {"algorithm none, signed", with_header(R"({"alg":"none"})"), wrong_algorithm},
      {"algorithm None", with_header(R"({"alg":"None"})"), wrong_algorithm},
      {"algorithm nOnE", with_header(R"({"alg":"nOnE"})"), wrong_algorithm},
      {"algorithm of no letters", with_header(R"({"alg":""})"), wrong_algorithm},
      {"RS256 over an HMAC key", with_header(R"({"alg":"RS256"})"), wrong_algorithm},
      {"ES256 over an HMAC key", with_header(R"({"alg":"ES256"})"), wrong_algorithm},
      {"PS256 over an HMAC key", with_header(R"({"alg":"PS256"})"), wrong_algorithm},
      {"EdDSA over an HMAC key", with_header(R"({"alg":"EdDSA"})"), wrong_algorithm},
      {"hs256 in small letters", with_header(R"({"alg":"hs256"})"), wrong_algorithm},
      {"HS256 with a space", with_header(R"({"alg":"HS256 "})"), wrong_algorithm},
      {"HS256 with a zero byte", with_header("{\"alg\":\"HS256\\u0000\"}"), wrong_algorithm},
      {"an extension that must be understood", with_header(R"({"alg":"HS256","crit":["b64"]})"),
       wrong_algorithm},
      {"no algorithm", with_header("{}"), malformed},
      {"a number as algorithm", with_header(R"({"alg":256})"), malformed},
      {"a list as algorithm", with_header(R"({"alg":["HS256","none"]})"), malformed},
      {"the algorithm twice", with_header(R"({"alg":"HS256","alg":"none"})"), malformed},
      {"a number as key id", with_header(R"({"alg":"HS256","kid":1})"), malformed},
      {"a header that is no object", with_header(R"(["HS256"])"), malformed},
      {"a header that is no JSON", with_header("HS256"), malformed},
      {"a header that is no UTF-8", with_header("{\"alg\":\"HS256\",\"x\":\"\xff\"}"), malformed},
      {"a header nested deep", with_header("{\"alg\":\"HS256\",\"x\":" + deep + "}"), malformed},
      {"a payload that is no JSON", token_of("hello"), malformed},
      {"a payload that is no object", token_of("[1]"), malformed},
      {"an empty payload", token_of(""), malformed},
      {"a payload nested deep", token_of("{\"info\":" + deep + "}"), malformed},
      {"a claim twice", token_of(R"({"sub":"alice","sub":"root"})"), malformed},
      {"a claim twice under two spellings", token_of(R"({"sub":"alice","s\u0075b":"root"})"),
       malformed},
      {"two objects", token_of("{}{}"), malformed},
      {"a token over the limit", token_of("{\"info\":\"" + std::string(20'000, 'x') + "\"}"),
       too_large},
      {"a megabyte of dots", std::string(1'000'000, '.'), too_large},
      {"a user who is a number", token_of(R"({"sub":1})"), bad_claim},
      {"an expiry that is text", token_of(R"({"exp":"9999999999"})"), bad_claim},
      {"an expiry beyond all dates", token_of(R"({"exp":1e30})"), bad_claim},
      {"a subscription token", token_of(R"({"sub":"alice","channel":"x"})"), wrong_purpose},
      {"an expired token", token_of(R"({"exp":999999})"), expired},
      {"a token that expires now", token_of(R"({"exp":1000000})"), expired},
      {"a token that expired at the epoch", token_of(R"({"exp":0})"), expired},
      {"a connection that has ended", token_of(R"({"exp":2000000,"expire_at":5})"), expired},
      {"a token for later", token_of(R"({"nbf":1000001})"), not_yet_valid},
  };
}

TEST(jwt, refuses_hostile_tokens_each_for_its_reason) {
  const std::vector<hostile> tokens = hostile_tokens();
  EXPECT_GE(tokens.size(), 40U);
  for (const auto& [what, token, refusal] : tokens) {
    EXPECT_EQ(connecting(token), describe(refusal)) << what;
  }
}

TEST(jwt, a_signature_is_one_text_only) {
  // The last letter of a 32-byte signature has two bits to spare; only one spelling is accepted.
  const std::string good = token_of("{}");
  constexpr std::string_view letters =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  int believed = 0;
  for (const char letter : letters) {
    if (connecting(good.substr(0, good.size() - 1) + letter) == "believed") ++believed;
  }
  EXPECT_EQ(believed, 1);
}

TEST(jwt, every_prefix_of_a_token_is_refused) {
  const std::string good = token_of(R"({"sub":"alice"})");
  for (std::size_t length = 0; length < good.size(); ++length) {
    EXPECT_NE(connecting(good.substr(0, length)), "believed") << length;
  }
}

TEST(jwt, is_valid_from_its_first_second_to_the_one_before_its_last) {
  EXPECT_EQ(connecting(token_of(R"({"nbf":1000000,"exp":1000001})")), "believed");
}

TEST(jwt, keys_and_addresses_in_a_header_are_not_followed) {
  const std::string header =
      R"({"alg":"HS256","kid":"../../etc/passwd","jku":"http://127.0.0.1:1/keys",)"
      R"("jwk":{"kty":"oct","k":"AAAA"},"x5u":"http://127.0.0.1:1/"})";
  EXPECT_EQ(connecting(signed_as_is(header, "{}")), "believed");
  const std::string text = base64url_encode(header) + '.' + base64url_encode("{}");
  const std::string with_their_key =
      text + '.' + base64url_encode(hmac_key(std::string(3, '\0')).sign(algorithm::hs256, text));
  EXPECT_EQ(connecting(with_their_key), "bad signature");
}

TEST(jwt, the_key_id_is_told_where_a_public_key_could_be_looked_up) {
  const auto id_in = [](std::string_view header) {
    return claimed_key_id(signed_as_is(header, "{}")).value_or("nothing");
  };
  EXPECT_EQ(id_in(R"({"alg":"RS256","kid":"k1"})"), "k1");
  EXPECT_EQ(id_in(R"({"alg":"EdDSA","kid":"k2","jku":"http://127.0.0.1:1/"})"), "k2");
  for (const char* header :
       {R"({"alg":"HS256","kid":"k1"})", R"({"alg":"none","kid":"k1"})", R"({"alg":"RS256"})",
        R"({"alg":"RS256","kid":""})", R"({"alg":"RS256","kid":7})", "[]",
        R"({"alg":"RS256","kid":"k1","crit":["b64"]})"}) {
    EXPECT_EQ(id_in(header), "nothing") << header;
  }
  EXPECT_FALSE(claimed_key_id("no token").has_value());
  EXPECT_FALSE(claimed_key_id(std::string(100'000, '.')).has_value());
}

TEST(jwt, an_empty_secret_believes_nobody) {
  const hmac_key none("");
  EXPECT_EQ(described(verify_connection_token(sign_token("{}", none), none, {}, now)),
            "unknown key");
}

TEST(jwt, the_audience_must_be_the_one_asked_for) {
  const token_policy policy{.audience = "chat", .issuer = ""};
  EXPECT_EQ(connecting(token_of(R"({"aud":"chat"})"), policy), "believed");
  EXPECT_EQ(connecting(token_of(R"({"aud":["news","chat"]})"), policy), "believed");
  EXPECT_EQ(connecting(token_of(R"({"aud":"news"})"), policy), "wrong audience");
  EXPECT_EQ(connecting(token_of("{}"), policy), "wrong audience");
}

TEST(jwt, the_issuer_must_be_the_one_asked_for) {
  const token_policy policy{.audience = "", .issuer = "login"};
  EXPECT_EQ(connecting(token_of(R"({"iss":"login"})"), policy), "believed");
  EXPECT_EQ(connecting(token_of(R"({"iss":"other"})"), policy), "wrong issuer");
  EXPECT_EQ(connecting(token_of("{}"), policy), "wrong issuer");
}

TEST(jwt, an_expired_token_of_a_stranger_is_a_bad_signature_first) {
  EXPECT_EQ(connecting(sign_token(R"({"exp":1})", hmac_key("other"))), "bad signature");
}

TEST(jwt, a_subscription_token_without_a_channel_is_refused) {
  const auto refused = verify_subscription_token(token_of(R"({"sub":"alice"})"), key(), {}, now);
  EXPECT_EQ(refused.error(), token_errc::bad_claim);
}

// What keys decide is passed on as it is: a set of several keys has refusals of its own.
class fixed_answer final : public key_set {
 public:
  explicit fixed_answer(key_errc answer) : answer_(answer) {}
  std::expected<void, key_errc> verify(signature_claim claim, std::string_view,
                                       std::string_view) const override {
    EXPECT_EQ(claim.key_id, "k1");
    return std::unexpected(answer_);
  }

 private:
  key_errc answer_;
};

TEST(jwt, says_why_the_keys_refused) {
  const std::string token = signed_as_is(R"({"alg":"RS256","kid":"k1"})", "{}");
  const auto refusal = [&](key_errc answer) {
    return verify_connection_token(token, fixed_answer(answer), {}, now).error();
  };
  EXPECT_EQ(refusal(key_errc::unknown_key), token_errc::unknown_key);
  EXPECT_EQ(refusal(key_errc::wrong_algorithm), token_errc::wrong_algorithm);
  EXPECT_EQ(refusal(key_errc::bad_signature), token_errc::bad_signature);
}

}  // namespace
}  // namespace troupe::crypto
