#include "transport/tls/test_identity.hpp"

#include <memory>
#include <stdexcept>

#include <openssl/ec.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

namespace troupe::tls {
namespace {

using bio_ptr = std::unique_ptr<BIO, decltype(&BIO_free)>;
using key_ptr = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;

void check(bool done) {
  if (!done) throw std::runtime_error("OpenSSL cannot make what the test needs");
}

std::string text_of(const bio_ptr& bio) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &data);
  return {data, static_cast<std::size_t>(size)};
}

bio_ptr empty_bio() {
  return {BIO_new(BIO_s_mem()), &BIO_free};
}

}  // namespace

pem_pair make_certificate(const std::string& name, int days) {
  const key_ptr key(EVP_EC_gen("P-256"), &EVP_PKEY_free);
  const std::unique_ptr<X509, decltype(&X509_free)> made(X509_new(), &X509_free);
  check(key && made);
  constexpr long day_s = 24 * 60 * 60;
  ASN1_INTEGER_set(X509_get_serialNumber(made.get()), 1);
  X509_gmtime_adj(X509_getm_notBefore(made.get()), -day_s);
  X509_gmtime_adj(X509_getm_notAfter(made.get()), days * day_s);
  X509_set_pubkey(made.get(), key.get());
  X509_NAME* const subject = X509_get_subject_name(made.get());
  const auto* const text = reinterpret_cast<const unsigned char*>(name.c_str());
  X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8, text, -1, -1, 0);
  X509_set_issuer_name(made.get(), subject);
  check(X509_sign(made.get(), key.get(), EVP_sha256()) > 0);

  const bio_ptr certificate = empty_bio();
  check(PEM_write_bio_X509(certificate.get(), made.get()) == 1);
  const bio_ptr private_key = empty_bio();
  check(PEM_write_bio_PrivateKey(private_key.get(), key.get(), nullptr, nullptr, 0, nullptr,
                                 nullptr) == 1);
  return {text_of(certificate), text_of(private_key)};
}

std::string encrypted(const std::string& private_key) {
  const bio_ptr in(BIO_new_mem_buf(private_key.data(), static_cast<int>(private_key.size())),
                   &BIO_free);
  const key_ptr key(PEM_read_bio_PrivateKey(in.get(), nullptr, nullptr, nullptr), &EVP_PKEY_free);
  check(key != nullptr);
  const bio_ptr out = empty_bio();
  std::string passphrase = "open sesame";
  check(PEM_write_bio_PKCS8PrivateKey(out.get(), key.get(), EVP_aes_128_cbc(), passphrase.data(),
                                      static_cast<int>(passphrase.size()), nullptr, nullptr) == 1);
  return text_of(out);
}

}  // namespace troupe::tls
