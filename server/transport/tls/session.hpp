// session.hpp — the server's side of one TLS connection, without a socket: ciphertext in and out,
// plaintext out and in.
//
// What is held back is bounded: of the input no more than was fed at once, of the output what the
// caller leaves in output(); it is for the caller to read no more while too much waits there.
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <memory>
#include <span>
#include <string>

#include "transport/tls/identity.hpp"

struct ssl_st;  // OpenSSL's SSL

namespace troupe::tls {

enum class errc : std::uint8_t {
  wants_input,  // feed() more
  ended,        // the peer has said that it sends no more
  failed,       // a breach of the protocol, or a peer that cannot be talked to; for good
};

/// One connection's, on one thread at a time.
class session {
 public:
  explicit session(const identity& of);
  session(session&&) noexcept;
  session& operator=(session&&) noexcept;
  ~session();

  /// Ciphertext from the peer. Only when wants_input was said; copied.
  void feed(std::span<const std::byte> ciphertext);

  /// Goes on with the handshake as far as what was fed allows.
  std::expected<void, errc> shake_hands();
  [[nodiscard]] bool established() const noexcept;
  [[nodiscard]] bool failed() const noexcept;
  /// What read() gives from now on is the end, or the failure.
  [[nodiscard]] bool over() const noexcept;

  /// 1..into.size() bytes of plaintext. Shakes hands first.
  std::expected<std::size_t, errc> read(std::span<std::byte> into);
  /// True when read() may give something without being fed.
  [[nodiscard]] bool holds_input() const noexcept;

  /// Encrypts all of it, up to 16 KiB, into one record. Once established. Errors: failed.
  std::expected<std::size_t, errc> write(std::span<const std::byte> plaintext);
  static constexpr std::size_t record_bytes_max = 16 * 1024;

  /// Says to the peer that nothing more comes.
  void end();

  /// What is to be sent to the peer, alerts included.
  [[nodiscard]] std::span<const std::byte> output() const noexcept;
  /// That many bytes of output() have been sent.
  void sent(std::size_t count);

 private:
  struct buffers;
  struct freed {
    void operator()(ssl_st* what) const noexcept;
  };

  errc why_not(int result);

  std::unique_ptr<buffers> buffers_;  // its address stays when the session moves
  std::unique_ptr<ssl_st, freed> ssl_;
};

}  // namespace troupe::tls
