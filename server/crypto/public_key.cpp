#include "crypto/public_key.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/pem.h>

#include "core/limits.hpp"

namespace troupe::crypto {
namespace {

template <auto free_function>
struct freed_by {
  void operator()(auto* object) const { free_function(object); }
};
template <class T, auto free_function>
using owned = std::unique_ptr<T, freed_by<free_function>>;

using owned_bio = owned<BIO, BIO_free>;
using owned_number = owned<BIGNUM, BN_free>;
using owned_digest = owned<EVP_MD_CTX, EVP_MD_CTX_free>;
using owned_maker = owned<EVP_PKEY_CTX, EVP_PKEY_CTX_free>;
using owned_parameters = owned<OSSL_PARAM, OSSL_PARAM_free>;
using owned_builder = owned<OSSL_PARAM_BLD, OSSL_PARAM_BLD_free>;
using owned_signature = owned<ECDSA_SIG, ECDSA_SIG_free>;
using shared_key = std::shared_ptr<EVP_PKEY>;

struct curve {
  std::string_view jwk_name;
  std::string_view openssl_name;
  algorithm with;
  std::size_t coordinate_bytes;
};
constexpr std::array<curve, 3> curves = {{{"P-256", "prime256v1", algorithm::es256, 32},
                                          {"P-384", "secp384r1", algorithm::es384, 48},
                                          {"P-521", "secp521r1", algorithm::es512, 66}}};

constexpr unsigned rsa_exponent_min = 3;

shared_key shared(EVP_PKEY* key) {
  return {key, [](EVP_PKEY* each) { EVP_PKEY_free(each); }};
}

const unsigned char* bytes_of(std::string_view text) {
  return static_cast<const unsigned char*>(static_cast<const void*>(text.data()));
}

owned_number number_of(std::string_view bytes) {
  return owned_number(BN_bin2bn(bytes_of(bytes), static_cast<int>(bytes.size()), nullptr));
}

// No password is ever asked for: without this, OpenSSL would ask on the terminal.
int no_password(char*, int, int, void*) {
  return -1;
}

const EVP_MD* digest_of(algorithm with) {
  switch (with) {
    case algorithm::rs256:
    case algorithm::es256:
      return EVP_sha256();
    case algorithm::rs384:
    case algorithm::es384:
      return EVP_sha384();
    case algorithm::rs512:
    case algorithm::es512:
      return EVP_sha512();
    default:
      return nullptr;  // Ed25519 hashes by itself
  }
}

std::optional<algorithm> curve_algorithm(EVP_PKEY* key) {
  std::array<char, 64> name{};
  std::size_t size = 0;
  if (EVP_PKEY_get_group_name(key, name.data(), name.size(), &size) != 1) return std::nullopt;
  const auto* const found =
      std::ranges::find(curves, std::string_view(name.data(), size), &curve::openssl_name);
  if (found == curves.end()) return std::nullopt;
  return found->with;
}

// An exponent of 1 makes every text its own signature.
bool has_proper_exponent(EVP_PKEY* key) {
  BIGNUM* raw = nullptr;
  if (EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_RSA_E, &raw) != 1) return false;
  const owned_number exponent(raw);
  return BN_is_odd(exponent.get()) == 1 && BN_get_word(exponent.get()) >= rsa_exponent_min;
}

shared_key make_key(const char* type, OSSL_PARAM_BLD* with) {
  const owned_parameters parameters(OSSL_PARAM_BLD_to_param(with));
  const owned_maker maker(EVP_PKEY_CTX_new_from_name(nullptr, type, nullptr));
  EVP_PKEY* key = nullptr;
  if (!parameters || !maker || EVP_PKEY_fromdata_init(maker.get()) != 1 ||
      EVP_PKEY_fromdata(maker.get(), &key, EVP_PKEY_PUBLIC_KEY, parameters.get()) != 1) {
    ERR_clear_error();
    return nullptr;
  }
  return shared(key);
}

// r and s, of equal length, side by side (RFC 7518 §3.4), in the form that OpenSSL takes.
std::optional<std::vector<unsigned char>> to_der(std::string_view signature,
                                                 std::size_t coordinate_bytes) {
  if (signature.size() != 2 * coordinate_bytes) return std::nullopt;
  const owned_signature pair(ECDSA_SIG_new());
  owned_number r = number_of(signature.substr(0, coordinate_bytes));
  owned_number s = number_of(signature.substr(coordinate_bytes));
  if (!pair || !r || !s || ECDSA_SIG_set0(pair.get(), r.get(), s.get()) != 1) return std::nullopt;
  std::ignore = r.release();  // the pair's now
  std::ignore = s.release();
  unsigned char* encoded = nullptr;
  const int size = i2d_ECDSA_SIG(pair.get(), &encoded);
  if (size <= 0) return std::nullopt;
  std::vector<unsigned char> der(encoded, encoded + size);
  OPENSSL_free(encoded);
  return der;
}

}  // namespace

std::string_view describe(public_key_errc error) {
  switch (error) {
    case public_key_errc::malformed:
      return "no public key in PEM";
    case public_key_errc::unsupported:
      return "a key of another kind";
    case public_key_errc::too_weak:
      return "an RSA key of less than 2048 bits, or with an exponent of 1";
    case public_key_errc::too_large:
      return "an RSA key of more than 8192 bits";
  }
  return "";
}

public_key::result public_key::checked(std::shared_ptr<evp_pkey_st> key) {
  using enum public_key_errc;
  if (!key) return std::unexpected(malformed);
  switch (EVP_PKEY_get_base_id(key.get())) {
    case EVP_PKEY_RSA: {
      const int bits = EVP_PKEY_get_bits(key.get());
      if (bits > core::limits::rsa_key_bits_max) return std::unexpected(too_large);
      if (bits < core::limits::rsa_key_bits_min || !has_proper_exponent(key.get())) {
        return std::unexpected(too_weak);
      }
      return public_key(std::move(key), key_family::rsa, algorithm::rs256);
    }
    case EVP_PKEY_EC: {
      const auto with = curve_algorithm(key.get());
      if (!with) return std::unexpected(unsupported);
      return public_key(std::move(key), key_family::ecdsa, *with);
    }
    case EVP_PKEY_ED25519:
      return public_key(std::move(key), key_family::eddsa, algorithm::eddsa);
    default:
      return std::unexpected(unsupported);
  }
}

public_key::result public_key::from_pem(std::string_view text) {
  constexpr std::string_view begin = "-----BEGIN PUBLIC KEY-----";
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  text.remove_prefix(std::min(first, text.size()));
  if (!text.starts_with(begin)) return std::unexpected(public_key_errc::malformed);
  const owned_bio source(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
  EVP_PKEY* const read =
      source ? PEM_read_bio_PUBKEY(source.get(), nullptr, no_password, nullptr) : nullptr;
  ERR_clear_error();
  return checked(read ? shared(read) : nullptr);
}

public_key::result public_key::from_rsa(std::string_view modulus, std::string_view exponent) {
  constexpr std::size_t exponent_bytes_max = 8;
  if (modulus.size() > core::limits::rsa_key_bits_max / 8 + 1) {
    return std::unexpected(public_key_errc::too_large);
  }
  if (modulus.empty() || exponent.empty() || exponent.size() > exponent_bytes_max) {
    return std::unexpected(public_key_errc::malformed);
  }
  const owned_number n = number_of(modulus);
  const owned_number e = number_of(exponent);
  const owned_builder builder(OSSL_PARAM_BLD_new());
  if (!n || !e || !builder ||
      OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, n.get()) != 1 ||
      OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_E, e.get()) != 1) {
    return std::unexpected(public_key_errc::malformed);
  }
  return checked(make_key("RSA", builder.get()));
}

public_key::result public_key::from_point(std::string_view curve_name, std::string_view x,
                                          std::string_view y) {
  const auto* const on = std::ranges::find(curves, curve_name, &curve::jwk_name);
  if (on == curves.end()) return std::unexpected(public_key_errc::unsupported);
  if (x.size() != on->coordinate_bytes || y.size() != on->coordinate_bytes) {
    return std::unexpected(public_key_errc::malformed);
  }
  constexpr char uncompressed = '\x04';  // SEC 1 §2.3.3
  const std::string point = uncompressed + std::string(x) + std::string(y);
  const owned_builder builder(OSSL_PARAM_BLD_new());
  if (!builder ||
      OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME,
                                      on->openssl_name.data(), on->openssl_name.size()) != 1 ||
      OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(),
                                       point.size()) != 1) {
    return std::unexpected(public_key_errc::malformed);
  }
  return checked(make_key("EC", builder.get()));
}

public_key::result public_key::from_ed25519(std::string_view bytes) {
  EVP_PKEY* const made =
      EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, bytes_of(bytes), bytes.size());
  ERR_clear_error();
  return checked(made ? shared(made) : nullptr);
}

bool public_key::fits(algorithm with) const {
  return family_ == key_family::rsa ? family_of(with) == key_family::rsa : with == with_;
}

bool public_key::verify(algorithm with, std::string_view text, std::string_view signature) const {
  if (!fits(with)) return false;
  std::optional<std::vector<unsigned char>> der;
  const unsigned char* proof = bytes_of(signature);
  std::size_t proof_size = signature.size();
  if (family_ == key_family::ecdsa) {
    der = to_der(signature, std::ranges::find(curves, with, &curve::with)->coordinate_bytes);
    if (!der) return false;
    proof = der->data();
    proof_size = der->size();
  }
  const owned_digest context(EVP_MD_CTX_new());
  const bool good =
      context &&
      EVP_DigestVerifyInit(context.get(), nullptr, digest_of(with), nullptr, key_.get()) == 1 &&
      EVP_DigestVerify(context.get(), proof, proof_size, bytes_of(text), text.size()) == 1;
  ERR_clear_error();
  return good;
}

}  // namespace troupe::crypto
