// scripted_tls.hpp — what a server of the tests shows itself with: a fresh key and a certificate
// that it has signed itself.
#pragma once

#include <memory>
#include <string>

struct ssl_ctx_st;

namespace troupe::adapters {

class tls_identity {
 public:
  /// `alternative_name` as OpenSSL spells it: "IP:127.0.0.1", "DNS:example.com".
  explicit tls_identity(const std::string& alternative_name);

  const std::string& certificate_pem() const { return certificate_pem_; }
  ssl_ctx_st* context() const { return context_.get(); }

 private:
  std::shared_ptr<ssl_ctx_st> context_;
  std::string certificate_pem_;
};

}  // namespace troupe::adapters
