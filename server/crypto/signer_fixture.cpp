#include "crypto/signer_fixture.hpp"

#include <stdexcept>
#include <vector>

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include "crypto/base64.hpp"

namespace troupe::crypto {
namespace {

void require(bool holds) {
  if (!holds) throw std::runtime_error("OpenSSL refuses");
}

const EVP_MD* digest_of(algorithm with) {
  switch (with) {
    case algorithm::eddsa:
      return nullptr;
    case algorithm::rs384:
    case algorithm::es384:
      return EVP_sha384();
    case algorithm::rs512:
    case algorithm::es512:
      return EVP_sha512();
    default:
      return EVP_sha256();
  }
}

enum class padding { plain, pss };

std::string sign_with(EVP_PKEY* key, const EVP_MD* digest, std::string_view text,
                      padding how = padding::plain) {
  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(),
                                                                        &EVP_MD_CTX_free);
  EVP_PKEY_CTX* details = nullptr;
  require(EVP_DigestSignInit(context.get(), &details, digest, nullptr, key) == 1);
  if (how == padding::pss) {
    require(EVP_PKEY_CTX_set_rsa_padding(details, RSA_PKCS1_PSS_PADDING) == 1);
  }
  const auto* data = static_cast<const unsigned char*>(static_cast<const void*>(text.data()));
  std::size_t size = 0;
  require(EVP_DigestSign(context.get(), nullptr, &size, data, text.size()) == 1);
  std::vector<unsigned char> made(size);
  require(EVP_DigestSign(context.get(), made.data(), &size, data, text.size()) == 1);
  return {made.begin(), made.begin() + static_cast<std::ptrdiff_t>(size)};
}

std::string fixed(const BIGNUM* number, std::size_t bytes) {
  std::vector<unsigned char> out(bytes);
  require(BN_bn2binpad(number, out.data(), static_cast<int>(bytes)) == static_cast<int>(bytes));
  return {out.begin(), out.end()};
}

std::size_t coordinate_bytes(EVP_PKEY* key) {
  return (static_cast<std::size_t>(EVP_PKEY_get_bits(key)) + 7) / 8;
}

std::string text_in(BIO* memory) {
  char* data = nullptr;
  const auto size = BIO_get_mem_data(memory, &data);
  std::string text(data, static_cast<std::size_t>(size));
  BIO_free(memory);
  return text;
}

}  // namespace

signer::signer(evp_pkey_st* key) : key_(key, [](evp_pkey_st* each) { EVP_PKEY_free(each); }) {
  require(key != nullptr);
}

signer signer::rsa(unsigned bits) {
  return signer(EVP_PKEY_Q_keygen(nullptr, nullptr, "RSA", static_cast<std::size_t>(bits)));
}

signer signer::ec(const char* curve) {
  return signer(EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", curve));
}

signer signer::ed25519() {
  return signer(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"));
}

std::string signer::raw_sign(algorithm with, std::string_view text) const {
  return sign_with(key_.get(), digest_of(with), text);
}

std::string signer::sign_pss(std::string_view text) const {
  return sign_with(key_.get(), EVP_sha256(), text, padding::pss);
}

std::string signer::sign_sha1(std::string_view text) const {
  return sign_with(key_.get(), EVP_sha1(), text);
}

std::string signer::sign(algorithm with, std::string_view text) const {
  const std::string raw = raw_sign(with, text);
  if (EVP_PKEY_get_base_id(key_.get()) != EVP_PKEY_EC) return raw;
  const auto* der = static_cast<const unsigned char*>(static_cast<const void*>(raw.data()));
  const std::unique_ptr<ECDSA_SIG, decltype(&ECDSA_SIG_free)> pair(
      d2i_ECDSA_SIG(nullptr, &der, static_cast<long>(raw.size())), &ECDSA_SIG_free);
  const std::size_t bytes = coordinate_bytes(key_.get());
  return fixed(ECDSA_SIG_get0_r(pair.get()), bytes) + fixed(ECDSA_SIG_get0_s(pair.get()), bytes);
}

std::string signer::token(std::string_view header, std::string_view payload, algorithm with) const {
  const std::string text = base64url_encode(header) + '.' + base64url_encode(payload);
  return text + '.' + base64url_encode(sign(with, text));
}

std::string signer::public_pem() const {
  BIO* memory = BIO_new(BIO_s_mem());
  require(PEM_write_bio_PUBKEY(memory, key_.get()) == 1);
  return text_in(memory);
}

std::string signer::private_pem() const {
  BIO* memory = BIO_new(BIO_s_mem());
  require(PEM_write_bio_PrivateKey(memory, key_.get(), nullptr, nullptr, 0, nullptr, nullptr) == 1);
  return text_in(memory);
}

std::string signer::public_der() const {
  BIO* memory = BIO_new(BIO_s_mem());
  require(i2d_PUBKEY_bio(memory, key_.get()) == 1);
  return text_in(memory);
}

std::string signer::number(const char* name, std::size_t bytes) const {
  BIGNUM* value = nullptr;
  require(EVP_PKEY_get_bn_param(key_.get(), name, &value) == 1);
  const std::unique_ptr<BIGNUM, decltype(&BN_free)> kept(value, &BN_free);
  const std::size_t size = bytes > 0 ? bytes : static_cast<std::size_t>(BN_num_bytes(value));
  return base64url_encode(fixed(value, size));
}

std::string signer::jwk_members() const {
  const auto text = [](std::string_view name, const std::string& value) {
    return ",\"" + std::string(name) + "\":\"" + value + '"';
  };
  const std::size_t bytes = coordinate_bytes(key_.get());
  switch (EVP_PKEY_get_base_id(key_.get())) {
    case EVP_PKEY_RSA:
      return R"("kty":"RSA")" + text("n", number(OSSL_PKEY_PARAM_RSA_N, 0)) +
             text("e", number(OSSL_PKEY_PARAM_RSA_E, 0));
    case EVP_PKEY_EC:
      return R"("kty":"EC")" +
             text("crv", bytes == 32   ? "P-256"
                         : bytes == 48 ? "P-384"
                                       : "P-521") +
             text("x", number(OSSL_PKEY_PARAM_EC_PUB_X, bytes)) +
             text("y", number(OSSL_PKEY_PARAM_EC_PUB_Y, bytes));
    default: {
      std::vector<unsigned char> raw(32);
      std::size_t size = raw.size();
      require(EVP_PKEY_get_raw_public_key(key_.get(), raw.data(), &size) == 1);
      return R"("kty":"OKP")" + text("crv", "Ed25519") +
             text("x", base64url_encode(std::string(raw.begin(), raw.end())));
    }
  }
}

std::string signer::jwk(std::string_view key_id, std::string_view extra) const {
  return "{\"kid\":\"" + std::string(key_id) + "\"," + jwk_members() + std::string(extra) + "}";
}

}  // namespace troupe::crypto
