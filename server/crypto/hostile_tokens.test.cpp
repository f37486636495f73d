// Tokens that nobody may be let in with, against a server that has keys of every kind: a secret, an
// RSA and an ECDSA key in its configuration, and a key set with all five kinds. jwt.test.cpp holds
// those that only need a secret; the conformance suite sends its own to the real server.
#include <algorithm>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "core/limits.hpp"
#include "crypto/base64.hpp"
#include "crypto/jwk_set.hpp"
#include "crypto/jwt.hpp"
#include "crypto/signer_fixture.hpp"
#include "crypto/static_keys.hpp"

namespace troupe::crypto {
namespace {

using enum algorithm;

constexpr std::string_view secret = "a secret of thirty-two bytes or so";
constexpr sys_seconds now{std::chrono::seconds{1'000'000}};
constexpr std::string_view good_payload = R"({"sub":"ada","aud":"chat","iss":"login"})";

struct holder {
  const char* id;
  signer key;
  std::vector<algorithm> algorithms;
};

const std::vector<holder>& holders() {
  static const std::vector<holder> all = {{"rsa", signer::rsa(), {rs256, rs384, rs512}},
                                          {"p256", signer::ec("P-256"), {es256}},
                                          {"p384", signer::ec("P-384"), {es384}},
                                          {"p521", signer::ec("P-521"), {es512}},
                                          {"ed", signer::ed25519(), {eddsa}}};
  return all;
}
const signer& rsa() {
  return holders()[0].key;
}
const signer& p256() {
  return holders()[1].key;
}
const signer& ed() {
  return holders()[4].key;
}

const static_keys& configured() {
  static const std::string rsa_pem = rsa().public_pem();
  static const std::string ec_pem = p256().public_pem();
  static const static_keys keys = static_keys::make({secret, rsa_pem, ec_pem}).value();
  return keys;
}
const jwk_set& published() {
  static const jwk_set keys = [] {
    std::string list;
    for (const holder& each : holders()) {
      if (!list.empty()) list += ',';
      list += each.key.jwk(each.id);
    }
    return jwk_set::parse("{\"keys\":[" + list + "]}").value();
  }();
  return keys;
}

std::string connecting(const std::string& token, const key_set& keys) {
  const auto claims = verify_connection_token(token, keys, {"chat", "login"}, now);
  return claims ? "believed" : std::string(describe(claims.error()));
}
bool is_believed(const std::string& token) {
  return connecting(token, configured()) == "believed" ||
         connecting(token, published()) == "believed";
}

std::string header_of(algorithm with, std::string_view kid, std::string_view extra = "") {
  return R"({"alg":")" + std::string(name(with)) + R"(","kid":")" + std::string(kid) + '"' +
         std::string(extra) + '}';
}
std::string text_of(std::string_view header, std::string_view payload) {
  return base64url_encode(header) + '.' + base64url_encode(payload);
}
std::string with_signature(std::string_view header, std::string_view payload,
                           std::string_view signature) {
  return text_of(header, payload) + '.' + base64url_encode(signature);
}

// What is refused, and a name for it; a token may be there once only.
class gallery {
 public:
  void add(std::string what, std::string token) {
    EXPECT_TRUE(seen_.insert(token).second) << "twice: " << what;
    all_.emplace_back(std::move(what), std::move(token));
  }
  const std::vector<std::pair<std::string, std::string>>& all() const { return all_; }

 private:
  std::vector<std::pair<std::string, std::string>> all_;
  std::set<std::string> seen_;
};

// Every key signs, and the header claims every algorithm that is not the key's.
void add_confusions(gallery& to) {
  for (const holder& each : holders()) {
    for (int i = 0; i <= static_cast<int>(eddsa); ++i) {
      const auto claimed = static_cast<algorithm>(i);
      if (std::ranges::find(each.algorithms, claimed) != each.algorithms.end()) continue;
      to.add(std::string(each.id) + " signs and says " + std::string(name(claimed)),
             each.key.token(header_of(claimed, each.id), good_payload, each.algorithms[0]));
    }
  }
  to.add("a shorter digest than claimed",
         rsa().token(header_of(rs512, "rsa"), good_payload, rs256));
  to.add("a longer digest than claimed", rsa().token(header_of(rs256, "rsa"), good_payload, rs512));
}

// The public key, which everybody has, as the secret of an HMAC.
void add_public_keys_as_secrets(gallery& to) {
  for (const holder& each : {holders()[0], holders()[1], holders()[4]}) {
    const std::string pem = each.key.public_pem();
    const std::vector<std::pair<std::string, std::string>> secrets = {
        {"PEM", pem},
        {"PEM without its last line end", pem.substr(0, pem.size() - 1)},
        {"DER", each.key.public_der()},
        {"base64 of DER", base64_encode(each.key.public_der())},
        {"JWK", each.key.jwk(each.id)},
        {"nothing", ""}};
    for (const auto& [form, text] : secrets) {
      for (const algorithm with : {hs256, hs384, hs512}) {
        const std::string header = header_of(with, each.id);
        to.add(std::string(name(with)) + " with the public key as " + form + " of " + each.id,
               with_signature(header, good_payload,
                              hmac_key(text).sign(with, text_of(header, good_payload))));
      }
    }
  }
}

// Keys and addresses of the attacker's own in the header.
void add_injected_keys(gallery& to) {
  static const signer attacker = signer::rsa();
  const std::string key = attacker.jwk("rsa");
  for (const std::string& extra :
       {R"(,"jwk":)" + key, std::string(R"(,"jku":"http://127.0.0.1:1/keys")"),
        std::string(R"(,"jku":"file:///etc/passwd")"),
        std::string(R"(,"x5u":"http://127.0.0.1:1/")"),
        R"(,"x5c":[")" + base64_encode(attacker.public_der()) + "\"]",
        std::string(R"(,"x5t":"AAAA")"), std::string(R"(,"typ":"JWT","cty":"JWT")"),
        std::string(R"(,"zip":"DEF")"), std::string(R"(,"enc":"A128GCM")")}) {
    to.add("the attacker's key with" + extra.substr(0, 8),
           attacker.token(header_of(rs256, "rsa", extra), good_payload, rs256));
  }
  for (const char* crit : {R"(["b64"])", R"(["exp"])", "[]", R"("b64")", "7", "true", "{}"}) {
    to.add("crit " + std::string(crit),
           rsa().token(header_of(rs256, "rsa", R"(,"b64":false,"crit":)" + std::string(crit)),
                       good_payload, rs256));
  }
  const signer mine = signer::rsa();
  for (const std::string& kid :
       {std::string(), std::string("RSA"), std::string("rsa "), std::string(" rsa"),
        std::string("../../../dev/null"), std::string("/proc/self/environ"),
        std::string("' UNION SELECT 'x"), std::string("$(id)"), std::string("rsa\\u0000"),
        std::string("http://127.0.0.1:1/keys"), std::string(4000, 'k')}) {
    to.add("key id " + kid.substr(0, 20), mine.token(header_of(rs256, kid), good_payload, rs256));
  }
  for (const char* kid : {"null", "1", "true", "[\"rsa\"]", R"({"rsa":1})"}) {
    to.add("key id of another type: " + std::string(kid),
           mine.token(R"({"alg":"RS256","kid":)" + std::string(kid) + "}", good_payload, rs256));
  }
}

void add_bent_signatures(gallery& to) {
  const auto bend = [&](const char* id, algorithm with, const signer& key,
                        const std::vector<std::string>& signatures) {
    int number = 0;
    for (const std::string& each : signatures) {
      to.add(std::string(id) + " signature " + std::to_string(number++),
             with_signature(header_of(with, id), good_payload, each));
    }
    const std::string good = key.sign(with, text_of(header_of(with, id), good_payload));
    for (const std::size_t bit : {0, 1, 7, 100, 255}) {
      std::string flipped = good;
      char& byte = flipped[bit / 8 * (good.size() - 1) / 31];
      byte = static_cast<char>(byte ^ 1 << bit % 8);
      to.add(std::string(id) + " with bit " + std::to_string(bit) + " flipped",
             with_signature(header_of(with, id), good_payload, flipped));
    }
    for (const std::size_t length : {0UL, 1UL, good.size() / 2, good.size() - 1}) {
      to.add(std::string(id) + " cut to " + std::to_string(length),
             with_signature(header_of(with, id), good_payload, good.substr(0, length)));
    }
    to.add(std::string(id) + " with a byte more",
           with_signature(header_of(with, id), good_payload, good + '\0'));
    to.add(std::string(id) + " twice",
           with_signature(header_of(with, id), good_payload, good + good));
  };
  const std::string text = text_of(header_of(es256, "p256"), good_payload);
  const std::string pair = p256().sign(es256, text);
  const std::string zero(32, '\0');
  std::string one = zero;
  one.back() = '\1';
  // The order of P-256: r and s are below it.
  const std::string order = base64url_decode("_____wAAAAD__________7zm-q2nF56E87nKwvxjJVE").value();
  bend("p256", es256, p256(),
       {zero + zero, one + one, order + order, zero + order, pair.substr(0, 32) + zero,
        zero + pair.substr(32), pair.substr(0, 32) + order, pair.substr(32) + pair.substr(0, 32),
        std::string(64, '\xff'), p256().raw_sign(es256, text)});
  const std::string rsa_text = text_of(header_of(rs256, "rsa"), good_payload);
  bend("rsa", rs256, rsa(),
       {std::string(256, '\0'), std::string(255, '\0') + '\1', std::string(256, '\xff'),
        rsa().sign_pss(rsa_text), rsa().sign_sha1(rsa_text), '\0' + rsa().sign(rs256, rsa_text)});
  bend("ed", eddsa, ed(),
       {std::string(64, '\0'), std::string(64, '\xff'), '\1' + std::string(63, '\0')});
}

void add_bad_claims(gallery& to) {
  for (const char* payload : {R"({"sub":"ada","aud":"news","iss":"login"})",
                              R"({"sub":"ada","iss":"login"})",
                              R"({"sub":"ada","aud":[],"iss":"login"})",
                              R"({"sub":"ada","aud":"Chat","iss":"login"})",
                              R"({"sub":"ada","aud":"chat","iss":"other"})",
                              R"({"sub":"ada","aud":"chat"})",
                              R"({"sub":"ada","aud":"chat","iss":["login"]})",
                              R"({"sub":"ada","aud":1,"iss":"login"})",
                              R"({"sub":"ada","aud":{"chat":1},"iss":"login"})",
                              R"({"sub":"ada","aud":"chat","iss":"login","exp":999999})",
                              R"({"sub":"ada","aud":"chat","iss":"login","exp":1000000})",
                              R"({"sub":"ada","aud":"chat","iss":"login","exp":0})",
                              R"({"sub":"ada","aud":"chat","iss":"login","exp":-1})",
                              R"({"sub":"ada","aud":"chat","iss":"login","exp":"2000000"})",
                              R"({"sub":"ada","aud":"chat","iss":"login","exp":1e300})",
                              R"({"sub":"ada","aud":"chat","iss":"login","exp":true})",
                              R"({"sub":"ada","aud":"chat","iss":"login","nbf":1000001})",
                              R"({"sub":"ada","aud":"chat","iss":"login","nbf":"0"})",
                              R"({"sub":"ada","aud":"chat","iss":"login","expire_at":999999})",
                              R"({"sub":["ada"],"aud":"chat","iss":"login"})",
                              R"({"sub":7,"aud":"chat","iss":"login"})",
                              R"({"sub":"ada","sub":"root","aud":"chat","iss":"login"})",
                              R"({"sub":"ada","aud":"chat","iss":"login","channel":"x"})",
                              R"({"sub":"ada","aud":"chat","iss":"login","subs":["x"]})",
                              R"({"sub":"ada","aud":"chat","iss":"login","channels":"x"})",
                              R"({"sub":"ada","aud":"chat","iss":"login","meta":"text"})",
                              R"({"sub":"ada","aud":"chat","iss":"login","b64info":"%%"})",
                              R"(["ada"])",
                              R"("ada")",
                              "null",
                              "",
                              "{",
                              R"({"sub":"ada","aud":"chat","iss":"login"}})",
                              R"({"payload":{"sub":"ada","aud":"chat","iss":"login"}})"}) {
    to.add("payload " + std::string(payload), rsa().token(header_of(rs256, "rsa"), payload, rs256));
  }
}

void add_bent_texts(gallery& to) {
  const std::string good = rsa().token(header_of(rs256, "rsa"), good_payload, rs256);
  const std::size_t first = good.find('.');
  const std::size_t last = good.rfind('.');
  for (std::size_t length = 0; length < good.size(); length += 37) {
    to.add("cut to " + std::to_string(length), good.substr(0, length));
  }
  for (const std::size_t at : {first, last, good.size()}) {
    for (const char* piece : {"=", "==", " ", "\n", "\t", "+", "/", ".", "%3D", "\xc3\xa9"}) {
      std::string bent = good;
      to.add("with '" + std::string(piece) + "' at " + std::to_string(at), bent.insert(at, piece));
    }
  }
  to.add("with a Bearer prefix", "Bearer " + good);
  to.add("twice over", good + '.' + good);
  to.add("without a header", good.substr(first));
  to.add("without a payload", good.substr(0, first) + '.' + good.substr(last));
  to.add("the parts in another order", good.substr(last + 1) + '.' + good.substr(0, last));
  to.add("as JSON", R"({"payload":")" + good.substr(first + 1, last - first - 1) + "\"}");
  to.add("too large", rsa().token(header_of(rs256, "rsa"),
                                  R"({"sub":"ada","aud":"chat","iss":"login","info":")" +
                                      std::string(core::limits::token_bytes_max, 'x') + "\"}",
                                  rs256));
  for (const char* none : {"none", "None", "NONE", "nOnE", "", "NULL", "null", "HS256,none"}) {
    const std::string header = R"({"alg":")" + std::string(none) + R"(","kid":"rsa"})";
    to.add("alg " + std::string(none) + " unsigned", text_of(header, good_payload) + '.');
    to.add("alg " + std::string(none) + " signed", rsa().token(header, good_payload, rs256));
  }
}

gallery hostile_tokens() {
  gallery all;
  add_confusions(all);
  add_public_keys_as_secrets(all);
  add_injected_keys(all);
  add_bent_signatures(all);
  add_bad_claims(all);
  add_bent_texts(all);
  return all;
}

TEST(hostile_tokens, the_honest_ones_beside_them_are_believed) {
  EXPECT_EQ(connecting(sign_token(good_payload, hmac_key(std::string(secret))), configured()),
            "believed");
  for (const holder& each : holders()) {
    for (const algorithm with : each.algorithms) {
      const std::string token = each.key.token(header_of(with, each.id), good_payload, with);
      EXPECT_EQ(connecting(token, published()), "believed") << each.id;
    }
  }
  EXPECT_EQ(connecting(rsa().token(header_of(rs256, "rsa"), good_payload, rs256), configured()),
            "believed");
}

TEST(hostile_tokens, more_than_two_hundred_of_them_are_refused_by_every_set_of_keys) {
  const gallery tokens = hostile_tokens();
  EXPECT_GE(tokens.all().size(), 200U);
  for (const auto& [what, token] : tokens.all()) EXPECT_FALSE(is_believed(token)) << what;
}

TEST(hostile_tokens, an_injected_key_or_address_does_not_help_nor_hurt) {
  const std::string header =
      header_of(rs256, "rsa",
                R"(,"jku":"http://127.0.0.1:1/","x5u":"file:///etc/passwd","jwk":{"kty":"oct"})");
  EXPECT_EQ(connecting(rsa().token(header, good_payload, rs256), published()), "believed");
}

}  // namespace
}  // namespace troupe::crypto
