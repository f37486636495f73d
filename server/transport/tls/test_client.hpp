// test_client.hpp — the other side of a session: a TLS client without a socket, for tests.
#pragma once

#include <memory>
#include <string>
#include <string_view>

struct ssl_st;
struct ssl_ctx_st;

namespace troupe::tls {

class test_client {
 public:
  struct options {
    int version_min = 0;  // as OpenSSL numbers them; 0: any
    int version_max = 0;
    std::string alpn{};  // as on the wire: "\x02h2\x08http/1.1"
  };
  test_client() : test_client(options{}) {}
  explicit test_client(const options& with);

  /// Ciphertext from the server; gives the ciphertext to send to it.
  std::string take(std::string_view ciphertext);
  [[nodiscard]] bool established() const;
  [[nodiscard]] bool failed() const { return failed_; }
  [[nodiscard]] bool ended() const { return ended_; }

  /// Plaintext to the server, as ciphertext.
  std::string say(std::string_view plaintext);
  /// The end, as ciphertext.
  std::string end();
  /// Asks the server for new keys, which it has to answer; as ciphertext.
  std::string update_keys();
  /// All plaintext that has come.
  [[nodiscard]] const std::string& heard() const { return heard_; }
  [[nodiscard]] std::string protocol() const;  // the one chosen by ALPN
  [[nodiscard]] std::string peer_name() const;

 private:
  std::string output();

  std::shared_ptr<ssl_ctx_st> settings_;
  std::shared_ptr<ssl_st> ssl_;
  std::string heard_;
  bool failed_ = false;
  bool ended_ = false;
};

}  // namespace troupe::tls
