#include "adapters/files/certificate_file.hpp"

#include <cerrno>
#include <fstream>
#include <system_error>
#include <utility>

#include "protocol/base64.hpp"

namespace troupe::files {
namespace {

constexpr std::size_t pem_bytes_max = 1024 * 1024;
constexpr std::string_view pem_begin = "-----BEGIN ";

using result = std::expected<pem_text, std::string>;

result read_pem_file(const std::string& path) {
  errno = 0;
  std::ifstream file(path, std::ios::binary);
  std::string text(pem_bytes_max + 1, '\0');
  if (file) file.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (file.bad() || (!file && !file.eof())) {
    return std::unexpected(path + ": cannot be read: " + std::generic_category().message(errno));
  }
  text.resize(static_cast<std::size_t>(file.gcount()));
  if (text.size() > pem_bytes_max) return std::unexpected(path + ": is larger than 1 MiB");
  return pem_text{std::move(text), path};
}

result read_pem(const std::string& file, const std::string& given, std::string_view option) {
  if (!file.empty()) return read_pem_file(file);
  if (given.contains(pem_begin)) return pem_text{given, std::string(option)};
  std::string decoded = protocol::decode_base64(given).value_or("");
  if (decoded.contains(pem_begin)) return pem_text{std::move(decoded), std::string(option)};
  return read_pem_file(given);
}

}  // namespace

std::expected<certificate_pem, std::string> read_certificate(
    const core::configuration::http_server_section::tls_section& from) {
  auto certificates = read_pem(from.cert_pem_file, from.cert_pem, "http_server.tls.cert_pem");
  if (!certificates) return std::unexpected(std::move(certificates.error()));
  auto private_key = read_pem(from.key_pem_file, from.key_pem, "http_server.tls.key_pem");
  if (!private_key) return std::unexpected(std::move(private_key.error()));
  return certificate_pem{*std::move(certificates), *std::move(private_key)};
}

}  // namespace troupe::files
