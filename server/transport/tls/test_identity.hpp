// test_identity.hpp — certificates that vouch for themselves, for tests.
#pragma once

#include <string>

namespace troupe::tls {

struct pem_pair {
  std::string certificate;
  std::string private_key;
};

/// A fresh P-256 key with a certificate for `name`, valid for `days`.
[[nodiscard]] pem_pair make_certificate(const std::string& name, int days = 1);
/// The same key, locked with a passphrase.
[[nodiscard]] std::string encrypted(const std::string& private_key);

}  // namespace troupe::tls
