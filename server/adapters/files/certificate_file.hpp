// certificate_file.hpp — the certificate and the private key that the configuration names.
#pragma once

#include <expected>
#include <string>

#include "core/configuration.hpp"

namespace troupe::files {

struct pem_text {
  std::string text;
  std::string origin;  // for messages: the path of the file, or the option
};

struct certificate_pem {
  pem_text certificates;
  pem_text private_key;
};

/// Reads what `from` names: a file; else PEM, base64 of PEM, or a path, in the option itself.
/// Blocks; for start-up and reload. The error is one line that names the file, and shows nothing of
/// what is in it.
[[nodiscard]] std::expected<certificate_pem, std::string> read_certificate(
    const core::configuration::http_server_section::tls_section& from);

}  // namespace troupe::files
