// identity.hpp — who a listener says it is: a certificate with its chain and the private key that
// belongs to it, and the rules by which it speaks TLS: 1.2 or 1.3, AEAD ciphers with forward
// secrecy, no renegotiation, ALPN http/1.1 (RFC 8446, RFC 9325).
#pragma once

#include <chrono>
#include <expected>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

struct ssl_ctx_st;  // OpenSSL's SSL_CTX

namespace troupe::tls {

struct identity_error {
  enum class part : bool { certificate, private_key } about;
  std::string text;  // one line: what is wrong with it
};

/// Immutable, cheap to copy. Any thread.
class identity {
 public:
  /// Both are PEM; the certificate of the server comes first, those it is vouched for by behind it.
  /// Errors: no certificate, no key, an encrypted key, a key of another certificate.
  static std::expected<identity, identity_error> from_pem(std::string_view certificates,
                                                          std::string_view private_key);

  /// When the certificate of the server becomes invalid.
  [[nodiscard]] std::chrono::sys_seconds expires() const noexcept { return expires_; }
  [[nodiscard]] const std::shared_ptr<ssl_ctx_st>& settings() const noexcept { return settings_; }

 private:
  identity(std::shared_ptr<ssl_ctx_st> settings, std::chrono::sys_seconds expires)
      : settings_(std::move(settings)), expires_(expires) {}

  std::shared_ptr<ssl_ctx_st> settings_;
  std::chrono::sys_seconds expires_;
};

/// The identity in use; connections that began with another one keep it. Any thread.
class live_identity {
 public:
  explicit live_identity(identity first) : current_(std::move(first)) {}

  [[nodiscard]] identity current() const {
    const std::scoped_lock lock(mutex_);
    return current_;
  }
  void replace(identity next) {
    const std::scoped_lock lock(mutex_);
    current_ = std::move(next);
  }

 private:
  mutable std::mutex mutex_;
  identity current_;
};

}  // namespace troupe::tls
