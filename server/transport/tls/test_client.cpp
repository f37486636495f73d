#include "transport/tls/test_client.hpp"

#include <array>

#include <openssl/err.h>
#include <openssl/ssl.h>

namespace troupe::tls {

test_client::test_client(const options& with)
    : settings_(SSL_CTX_new(TLS_client_method()), &SSL_CTX_free) {
  SSL_CTX_set_min_proto_version(settings_.get(), with.version_min);
  SSL_CTX_set_max_proto_version(settings_.get(), with.version_max);
  SSL_CTX_set_security_level(settings_.get(), 0);  // it is the server that has to be strict
  if (!with.alpn.empty()) {
    SSL_CTX_set_alpn_protos(settings_.get(),
                            reinterpret_cast<const unsigned char*>(with.alpn.data()),
                            static_cast<unsigned>(with.alpn.size()));
  }
  ssl_ = std::shared_ptr<SSL>(SSL_new(settings_.get()), &SSL_free);
  BIO* const in = BIO_new(BIO_s_mem());
  BIO* const out = BIO_new(BIO_s_mem());
  BIO_set_mem_eof_return(in, -1);
  SSL_set_bio(ssl_.get(), in, out);
  SSL_set_connect_state(ssl_.get());
}

std::string test_client::take(std::string_view ciphertext) {
  if (!ciphertext.empty()) {
    BIO_write(SSL_get_rbio(ssl_.get()), ciphertext.data(), static_cast<int>(ciphertext.size()));
  }
  std::array<char, 16384> buffer;
  while (!failed_ && !ended_) {
    ERR_clear_error();
    const int count = SSL_read(ssl_.get(), buffer.data(), buffer.size());
    if (count > 0) {
      heard_.append(buffer.data(), static_cast<std::size_t>(count));
      continue;
    }
    const int error = SSL_get_error(ssl_.get(), count);
    if (error == SSL_ERROR_WANT_READ) break;
    (error == SSL_ERROR_ZERO_RETURN ? ended_ : failed_) = true;
  }
  return output();
}

bool test_client::established() const {
  return !failed_ && SSL_is_init_finished(ssl_.get()) != 0;
}

std::string test_client::say(std::string_view plaintext) {
  SSL_write(ssl_.get(), plaintext.data(), static_cast<int>(plaintext.size()));
  return output();
}

std::string test_client::end() {
  SSL_shutdown(ssl_.get());
  return output();
}

std::string test_client::update_keys() {
  SSL_key_update(ssl_.get(), SSL_KEY_UPDATE_REQUESTED);
  SSL_do_handshake(ssl_.get());
  return output();
}

std::string test_client::protocol() const {
  const unsigned char* name = nullptr;
  unsigned size = 0;
  SSL_get0_alpn_selected(ssl_.get(), &name, &size);
  return {reinterpret_cast<const char*>(name), size};
}

std::string test_client::peer_name() const {
  X509* const certificate = SSL_get0_peer_certificate(ssl_.get());
  if (!certificate) return {};
  std::array<char, 256> name{};
  X509_NAME_get_text_by_NID(X509_get_subject_name(certificate), NID_commonName, name.data(),
                            static_cast<int>(name.size()));
  return name.data();
}

std::string test_client::output() {
  std::string out;
  std::array<char, 16384> buffer;
  BIO* const from = SSL_get_wbio(ssl_.get());
  for (int count = 0; (count = BIO_read(from, buffer.data(), buffer.size())) > 0;) {
    out.append(buffer.data(), static_cast<std::size_t>(count));
  }
  return out;
}

}  // namespace troupe::tls
