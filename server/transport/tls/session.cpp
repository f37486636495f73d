#include "transport/tls/session.hpp"

#include <algorithm>
#include <cstring>
#include <new>
#include <utility>

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

namespace troupe::tls {
namespace {

/// For who speaks plain HTTP to a port of TLS, which is a mistake people make.
constexpr std::string_view plain_http_answer =
    "HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain; charset=utf-8\r\n"
    "Content-Length: 54\r\nConnection: close\r\n\r\n"
    "this port speaks TLS: want https:// or wss:// instead\n";

}  // namespace

// What OpenSSL reads from and writes to.
struct session::buffers {
  std::string in;
  std::size_t in_read = 0;
  std::string out;
  std::size_t out_sent = 0;
  bool starved = true;  // OpenSSL has had all that was fed, and said that it wants more
  bool ended = false;
  bool failed = false;

  [[nodiscard]] bool holds_input() const noexcept { return in_read < in.size(); }

  static buffers& of(BIO* bio) { return *static_cast<buffers*>(BIO_get_data(bio)); }

  static int read(BIO* bio, char* into, int size) {
    BIO_clear_retry_flags(bio);
    buffers& self = of(bio);
    const std::size_t count =
        std::min(static_cast<std::size_t>(std::max(size, 0)), self.in.size() - self.in_read);
    if (count == 0) {
      BIO_set_retry_read(bio);
      return -1;
    }
    std::memcpy(into, self.in.data() + self.in_read, count);
    self.in_read += count;
    if (!self.holds_input()) {
      std::string().swap(self.in);
      self.in_read = 0;
    }
    return static_cast<int>(count);
  }

  static int write(BIO* bio, const char* from, int size) {
    BIO_clear_retry_flags(bio);
    of(bio).out.append(from, static_cast<std::size_t>(std::max(size, 0)));
    return size;
  }

  static long control(BIO*, int command, long, void*) { return command == BIO_CTRL_FLUSH ? 1 : 0; }

  static const BIO_METHOD* method() {
    static const BIO_METHOD* const made = [] {
      BIO_METHOD* const fresh = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "buffers");
      if (!fresh) throw std::bad_alloc();
      BIO_meth_set_read(fresh, &buffers::read);
      BIO_meth_set_write(fresh, &buffers::write);
      BIO_meth_set_ctrl(fresh, &buffers::control);
      return fresh;
    }();
    return made;
  }
};

void session::freed::operator()(ssl_st* what) const noexcept {
  SSL_free(what);
}

session::session(const identity& of)
    : buffers_(std::make_unique<buffers>()), ssl_(SSL_new(of.settings().get())) {
  BIO* const bio = ssl_ ? BIO_new(buffers::method()) : nullptr;
  if (!bio) throw std::bad_alloc();
  BIO_set_data(bio, buffers_.get());
  BIO_set_init(bio, 1);
  SSL_set_bio(ssl_.get(), bio, bio);
  SSL_set_accept_state(ssl_.get());
}

session::session(session&&) noexcept = default;
session& session::operator=(session&&) noexcept = default;
session::~session() = default;

void session::feed(std::span<const std::byte> ciphertext) {
  buffers_->in.append(reinterpret_cast<const char*>(ciphertext.data()), ciphertext.size());
  buffers_->starved = ciphertext.empty() && buffers_->starved;
}

errc session::why_not(int result) {
  switch (SSL_get_error(ssl_.get(), result)) {
    case SSL_ERROR_WANT_READ:
      buffers_->starved = true;
      return errc::wants_input;
    case SSL_ERROR_ZERO_RETURN:
      buffers_->ended = true;
      return errc::ended;
    default:
      break;
  }
  if (!std::exchange(buffers_->failed, true) &&
      ERR_GET_REASON(ERR_peek_error()) == SSL_R_HTTP_REQUEST) {
    buffers_->out = plain_http_answer;  // instead of the alert, which nobody would understand
    buffers_->out_sent = 0;
  }
  ERR_clear_error();
  return errc::failed;
}

std::expected<void, errc> session::shake_hands() {
  if (buffers_->failed) return std::unexpected(errc::failed);
  ERR_clear_error();
  const int result = SSL_do_handshake(ssl_.get());
  if (result == 1) return {};
  return std::unexpected(why_not(result));
}

bool session::established() const noexcept {
  return !buffers_->failed && SSL_is_init_finished(ssl_.get()) != 0;
}

bool session::failed() const noexcept {
  return buffers_->failed;
}

bool session::over() const noexcept {
  return buffers_->failed || buffers_->ended;
}

std::expected<std::size_t, errc> session::read(std::span<std::byte> into) {
  if (buffers_->failed) return std::unexpected(errc::failed);
  ERR_clear_error();
  std::size_t count = 0;
  const int result = SSL_read_ex(ssl_.get(), into.data(), into.size(), &count);
  if (result == 1) return count;
  return std::unexpected(why_not(result));
}

bool session::holds_input() const noexcept {
  // A record that has not come whole counts as pending with OpenSSL, but gives nothing.
  if (buffers_->starved) return false;
  return buffers_->holds_input() || SSL_has_pending(ssl_.get()) != 0;
}

std::expected<std::size_t, errc> session::write(std::span<const std::byte> plaintext) {
  if (!established()) return std::unexpected(errc::failed);
  ERR_clear_error();
  std::size_t count = 0;
  const auto part = plaintext.first(std::min(plaintext.size(), record_bytes_max));
  const int result = SSL_write_ex(ssl_.get(), part.data(), part.size(), &count);
  if (result == 1) return count;
  why_not(result);
  buffers_->failed = true;  // there is always room, so this was no wait
  return std::unexpected(errc::failed);
}

void session::end() {
  if (!established()) return;
  ERR_clear_error();
  SSL_shutdown(ssl_.get());  // 0: the peer has not said so yet, which nobody waits for
  ERR_clear_error();
}

std::span<const std::byte> session::output() const noexcept {
  return std::as_bytes(std::span(buffers_->out)).subspan(buffers_->out_sent);
}

void session::sent(std::size_t count) {
  buffers_->out_sent += count;
  if (buffers_->out_sent < buffers_->out.size()) return;
  std::string().swap(buffers_->out);
  buffers_->out_sent = 0;
}

}  // namespace troupe::tls
