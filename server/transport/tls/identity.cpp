#include "transport/tls/identity.hpp"

#include <array>
#include <cstring>
#include <ctime>

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

namespace troupe::tls {
namespace {

template <auto free_function>
struct freed_by {
  template <class T>
  void operator()(T* what) const noexcept {
    free_function(what);
  }
};
using bio_ptr = std::unique_ptr<BIO, freed_by<BIO_free>>;
using certificate_ptr = std::unique_ptr<X509, freed_by<X509_free>>;
using key_ptr = std::unique_ptr<EVP_PKEY, freed_by<EVP_PKEY_free>>;

constexpr std::string_view alpn_http = "\x08http/1.1";
constexpr int chain_certificates_max = 16;

bio_ptr bio_of(std::string_view pem) {
  return bio_ptr(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
}

/// OpenSSL would ask for a passphrase on the terminal.
int no_passphrase(char*, int, int, void*) {
  return -1;
}

int select_protocol(SSL*, const unsigned char** out, unsigned char* out_size,
                    const unsigned char* offered, unsigned int offered_size, void*) {
  const auto* ours = reinterpret_cast<const unsigned char*>(alpn_http.data());
  unsigned char* selected = nullptr;
  if (SSL_select_next_proto(&selected, out_size, ours, alpn_http.size(), offered, offered_size) !=
      OPENSSL_NPN_NEGOTIATED) {
    return SSL_TLSEXT_ERR_ALERT_FATAL;
  }
  *out = selected;
  return SSL_TLSEXT_ERR_OK;
}

std::shared_ptr<SSL_CTX> make_settings() {
  std::shared_ptr<SSL_CTX> made(SSL_CTX_new(TLS_server_method()), &SSL_CTX_free);
  if (!made) throw std::bad_alloc();
  SSL_CTX* const context = made.get();
  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  SSL_CTX_set_cipher_list(context, "ECDHE+AESGCM:ECDHE+CHACHA20");
  SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION |
                                   SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_PRIORITIZE_CHACHA);
  // An idle connection holds no buffers, and sessions are kept by the clients, as tickets.
  SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                                SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_alpn_select_cb(context, &select_protocol, nullptr);
  return made;
}

using checked = std::expected<void, identity_error>;

std::unexpected<identity_error> wrong_certificate(std::string why) {
  return std::unexpected(identity_error{identity_error::part::certificate, std::move(why)});
}

std::unexpected<identity_error> wrong_key(std::string why) {
  return std::unexpected(identity_error{identity_error::part::private_key, std::move(why)});
}

checked add_certificates(SSL_CTX* to, std::string_view pem, certificate_ptr& leaf) {
  const bio_ptr text = bio_of(pem);
  leaf.reset(PEM_read_bio_X509_AUX(text.get(), nullptr, &no_passphrase, nullptr));
  if (!leaf) return wrong_certificate("there is no certificate in PEM format in it");
  if (SSL_CTX_use_certificate(to, leaf.get()) != 1) {
    return wrong_certificate("its certificate cannot be used: the key may be too short");
  }
  for (int count = 0; count < chain_certificates_max; ++count) {
    certificate_ptr next(PEM_read_bio_X509(text.get(), nullptr, &no_passphrase, nullptr));
    if (!next) break;
    if (SSL_CTX_add0_chain_cert(to, next.get()) != 1) {
      return wrong_certificate("its certificate chain cannot be used");
    }
    [[maybe_unused]] X509* const owned_by_settings = next.release();
  }
  return {};
}

checked add_key(SSL_CTX* to, std::string_view pem) {
  const bio_ptr text = bio_of(pem);
  const key_ptr key(PEM_read_bio_PrivateKey(text.get(), nullptr, &no_passphrase, nullptr));
  if (!key) {
    const bool encrypted = pem.find("ENCRYPTED") != std::string_view::npos;
    return wrong_key(encrypted ? "the private key is encrypted: want one without passphrase"
                               : "there is no private key in PEM format in it");
  }
  if (SSL_CTX_use_PrivateKey(to, key.get()) != 1 || SSL_CTX_check_private_key(to) != 1) {
    return wrong_key("the private key does not belong to the certificate");
  }
  return {};
}

std::chrono::sys_seconds end_of(const X509* certificate) {
  std::tm calendar{};
  if (ASN1_TIME_to_tm(X509_get0_notAfter(certificate), &calendar) != 1) return {};
  return std::chrono::sys_seconds(std::chrono::seconds(::timegm(&calendar)));
}

}  // namespace

std::expected<identity, identity_error> identity::from_pem(std::string_view certificates,
                                                           std::string_view private_key) {
  const auto settings = make_settings();
  certificate_ptr leaf;
  auto added = add_certificates(settings.get(), certificates, leaf);
  if (added) added = add_key(settings.get(), private_key);
  ERR_clear_error();  // also when all is well: reading past the last certificate leaves one
  if (!added) return std::unexpected(std::move(added.error()));
  return identity(settings, end_of(leaf.get()));
}

}  // namespace troupe::tls
