#include "adapters/curl/scripted_tls.hpp"

#include <stdexcept>

#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

namespace troupe::adapters {
namespace {

constexpr long hour_s = 3600;
constexpr long version_3 = 2;

void require(bool holds) {
  if (!holds) throw std::runtime_error("OpenSSL refuses");
}

void add_extension(X509* certificate, int kind, const std::string& value) {
  X509V3_CTX about;
  X509V3_set_ctx_nodb(&about);
  X509V3_set_ctx(&about, certificate, certificate, nullptr, nullptr, 0);
  X509_EXTENSION* made = X509V3_EXT_conf_nid(nullptr, &about, kind, value.c_str());
  require(made && X509_add_ext(certificate, made, -1) == 1);
  X509_EXTENSION_free(made);
}

}  // namespace

tls_identity::tls_identity(const std::string& alternative_name)
    : context_(SSL_CTX_new(TLS_server_method()), [](SSL_CTX* each) { SSL_CTX_free(each); }) {
  EVP_PKEY* key = EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256");
  X509* certificate = X509_new();
  require(context_ && key && certificate);
  X509_set_version(certificate, version_3);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
  X509_gmtime_adj(X509_getm_notBefore(certificate), -hour_s);
  X509_gmtime_adj(X509_getm_notAfter(certificate), hour_s);
  X509_set_pubkey(certificate, key);
  X509_NAME* const name = X509_get_subject_name(certificate);
  const unsigned char text[] = "troupe test";
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, text, -1, -1, 0);
  X509_set_issuer_name(certificate, name);
  add_extension(certificate, NID_basic_constraints, "critical,CA:TRUE");
  add_extension(certificate, NID_subject_alt_name, alternative_name);
  require(X509_sign(certificate, key, EVP_sha256()) > 0);
  require(SSL_CTX_use_certificate(context_.get(), certificate) == 1 &&
          SSL_CTX_use_PrivateKey(context_.get(), key) == 1);

  BIO* memory = BIO_new(BIO_s_mem());
  require(PEM_write_bio_X509(memory, certificate) == 1);
  char* data = nullptr;
  const auto size = BIO_get_mem_data(memory, &data);
  certificate_pem_.assign(data, static_cast<std::size_t>(size));
  BIO_free(memory);
  X509_free(certificate);
  EVP_PKEY_free(key);
}

}  // namespace troupe::adapters
