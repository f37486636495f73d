#include "crypto/constant_time.hpp"

#include <openssl/crypto.h>

namespace troupe::crypto {

bool equal_in_constant_time(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  return a.empty() || CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace troupe::crypto
