#include "tcp.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "notice.hpp"

namespace troupe::detail {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

io::error translate(const error_code& code) {
  const auto is = [&code](auto expected) { return code == expected; };
  io::errc kind = io::errc::other;
  if (is(asio::error::would_block) || is(asio::error::try_again)) {
    return {io::errc::would_block, {}};
  }
  if (is(asio::error::eof)) return {io::errc::end_of_stream, {}};
  if (is(asio::error::connection_reset) || is(asio::error::broken_pipe) ||
      is(asio::error::connection_aborted) || is(asio::error::timed_out) ||
      is(asio::error::not_connected) || is(asio::error::bad_descriptor)) {
    kind = io::errc::connection_lost;
  } else if (is(asio::error::address_in_use)) {
    kind = io::errc::address_in_use;
  } else if (is(asio::error::access_denied)) {
    kind = io::errc::permission_denied;
  } else if (is(asio::error::no_descriptors) || is(asio::error::no_memory) ||
             is(asio::error::no_buffer_space)) {
    kind = io::errc::no_resources;
  } else if (is(asio::error::invalid_argument) || code.value() == EADDRNOTAVAIL) {
    kind = io::errc::bad_address;
  }
  return {kind, code.message()};
}

io::endpoint to_endpoint(const tcp::endpoint& from) {
  return {from.address().to_string(), from.port()};
}

class tcp_stream final : public io::byte_stream {
 public:
  tcp_stream(tcp::socket socket, io::endpoint peer, const io::notice_target& owner,
             find_reactor reactor_of)
      : socket_(std::move(socket)),
        peer_(std::move(peer)),
        reactor_of_(std::move(reactor_of)),
        owner_(*owner.owner),
        readable_(std::make_shared<stream_notice>(owner.make_readable, this, owner)),
        writable_(std::make_shared<stream_notice>(owner.make_writable, this, owner)) {}

  tcp_stream(const tcp_stream&) = delete;
  tcp_stream& operator=(const tcp_stream&) = delete;
  ~tcp_stream() override {
    readable_->stream = nullptr;
    writable_->stream = nullptr;
    error_code ignored;  // nobody is left to hear of it
    socket_.close(ignored);
  }

  std::expected<std::size_t, io::error> read_some(io::read_buffer into) override {
    error_code code;
    const std::size_t count = socket_.read_some(asio::buffer(into.data(), into.size()), code);
    if (code) return std::unexpected(translate(code));
    return count;
  }

  std::expected<std::size_t, io::error> write_some(
      std::span<const io::write_buffer> from) override {
    std::array<iovec, gather_max> parts;
    const std::size_t count = std::min(from.size(), gather_max);
    for (std::size_t i = 0; i < count; ++i) {
      // sendmsg does not write to what it is given, but its type does not say so.
      parts[i] = {const_cast<std::byte*>(from[i].data()), from[i].size()};
    }
    msghdr message{};
    message.msg_iov = parts.data();
    message.msg_iovlen = count;
    const ssize_t sent = ::sendmsg(socket_.native_handle(), &message, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent < 0) return std::unexpected(translate({errno, boost::system::system_category()}));
    return static_cast<std::size_t>(sent);
  }

  void notify_readable() override { notify(tcp::socket::wait_read, readable_); }
  void notify_writable() override { notify(tcp::socket::wait_write, writable_); }

  void close_write() override {
    error_code ignored;  // the connection may be gone already, which is what was wanted
    socket_.shutdown(tcp::socket::shutdown_send, ignored);
  }

  const io::endpoint& peer() const noexcept override { return peer_; }

  io::pending_stream release() override;

 private:
  void notify(tcp::socket::wait_type what, const std::shared_ptr<stream_notice>& notice) {
    if (notice->armed) return;
    notice->armed = true;
    socket_.async_wait(what, [notice, owner = owner_](const error_code& code) {
      // A closed stream cancels; every other error shows itself at the next read or write.
      if (code == asio::error::operation_aborted) return;
      stream_notice::send(notice, owner);
    });
  }

  tcp::socket socket_;
  io::endpoint peer_;
  find_reactor reactor_of_;
  cell_ptr owner_;
  std::shared_ptr<stream_notice> readable_;
  std::shared_ptr<stream_notice> writable_;
};

/// A connected descriptor on its way to its owner.
class tcp_source final : public io::pending_stream::source {
 public:
  tcp_source(int descriptor, tcp protocol, io::endpoint peer, find_reactor reactor_of) noexcept
      : descriptor_(descriptor),
        protocol_(protocol),
        peer_(std::move(peer)),
        reactor_of_(std::move(reactor_of)) {}
  tcp_source(const tcp_source&) = delete;
  tcp_source& operator=(const tcp_source&) = delete;
  ~tcp_source() override {
    if (descriptor_ >= 0) ::close(descriptor_);
  }

  void take(int descriptor) noexcept { descriptor_ = descriptor; }

  std::unique_ptr<io::byte_stream> open(const io::notice_target& owner) override {
    reactor& on = reactor_of_(*owner.owner);
    tcp::socket socket(on.context(), protocol_, std::exchange(descriptor_, -1));
    socket.non_blocking(true);
    error_code ignored;  // a connection that is gone already shows it at the first read
    socket.set_option(tcp::no_delay(true), ignored);
    return std::make_unique<tcp_stream>(std::move(socket), std::move(peer_), owner,
                                        std::move(reactor_of_));
  }

 private:
  int descriptor_;
  tcp protocol_;
  io::endpoint peer_;
  find_reactor reactor_of_;
};

io::pending_stream tcp_stream::release() {
  readable_->stream = nullptr;
  writable_->stream = nullptr;
  error_code code;
  const tcp::endpoint local = socket_.local_endpoint(code);
  const tcp protocol = code ? tcp::v4() : local.protocol();
  // Made first: from here on nothing may throw while the descriptor is in nobody's hands.
  auto source = std::make_unique<tcp_source>(-1, protocol, peer_, reactor_of_);
  source->take(socket_.release(code));
  return io::pending_stream(std::move(source));
}

class tcp_acceptor final : public io::acceptor {
 public:
  tcp_acceptor(tcp::acceptor socket, const io::accept_target& owner, find_reactor reactor_of)
      : shared_(std::make_shared<state>(std::move(socket), owner, std::move(reactor_of))),
        address_(to_endpoint(shared_->socket.local_endpoint())) {
    state::wait_for_more(shared_);
  }
  tcp_acceptor(const tcp_acceptor&) = delete;
  tcp_acceptor& operator=(const tcp_acceptor&) = delete;
  ~tcp_acceptor() override {
    shared_->closed = true;
    error_code ignored;  // nobody is left to hear of it
    shared_->socket.close(ignored);
    shared_->pause.cancel();
  }

  const io::endpoint& address() const noexcept override { return address_; }

 private:
  // Outlives the acceptor while an event is under way. Belongs to the owner's worker.
  struct state final : control_node {
    state(tcp::acceptor listening, const io::accept_target& target, find_reactor reactors)
        : control_node(&accept_batch),
          socket(std::move(listening)),
          pause(socket.get_executor()),
          protocol(socket.local_endpoint().protocol()),
          owner(*target.owner),
          make_accepted(target.make_accepted),
          reactor_of(std::move(reactors)) {}

    static void wait_for_more(const std::shared_ptr<state>& self) {
      self->socket.async_wait(tcp::acceptor::wait_read, [self](const error_code& code) {
        if (code || self->closed) return;
        self->alive = self;
        self->owner->signal(*self);
      });
    }

    // On the owner's turn.
    static void accept_batch(control_node* node, actor_cell& cell) noexcept {
      const std::shared_ptr<state> self = std::move(static_cast<state*>(node)->alive);
      for (int accepted = 0; accepted < batch_max && !self->closed; ++accepted) {
        tcp::endpoint peer;
        auto length = static_cast<socklen_t>(peer.capacity());
        const int descriptor = ::accept4(self->socket.native_handle(), peer.data(), &length,
                                         SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (descriptor < 0) {
          if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
            pause_accepting(self);
            return;
          }
          if (errno == EINTR || errno == ECONNABORTED) continue;
          break;
        }
        peer.resize(length);
        io::endpoint from = to_endpoint(peer);
        io::pending_stream stream(
            std::make_unique<tcp_source>(descriptor, self->protocol, from, self->reactor_of));
        cell.push_urgent(self->make_accepted(std::move(stream), std::move(from)));
      }
      if (!self->closed) wait_for_more(self);
    }

    static void pause_accepting(const std::shared_ptr<state>& self) {
      self->pause.expires_after(pause_when_exhausted);
      self->pause.async_wait([self](const error_code& code) {
        if (!code && !self->closed) wait_for_more(self);
      });
    }

    tcp::acceptor socket;
    asio::steady_timer pause;
    tcp protocol;
    cell_ptr owner;
    detail::envelope* (*make_accepted)(io::pending_stream, io::endpoint);
    find_reactor reactor_of;
    std::shared_ptr<state> alive;
    bool closed = false;
  };

  std::shared_ptr<state> shared_;
  io::endpoint address_;
};

}  // namespace

std::expected<std::unique_ptr<io::acceptor>, io::error> listen_tcp(const io::endpoint& address,
                                                                   const io::accept_target& owner,
                                                                   find_reactor reactor_of) {
  error_code code;
  const auto ip = asio::ip::make_address(address.address, code);
  if (code) {
    return std::unexpected(
        io::error{io::errc::bad_address, "not an IP address: " + address.address});
  }
  const tcp::endpoint local(ip, address.port);
  tcp::acceptor socket(reactor_of(*owner.owner).context());
  const auto failed = [&code] { return std::unexpected(translate(code)); };
  if (socket.open(local.protocol(), code)) return failed();
  if (socket.set_option(tcp::acceptor::reuse_address(true), code)) return failed();
  if (socket.bind(local, code)) return failed();
  if (socket.listen(io::acceptor::backlog, code)) return failed();
  if (socket.non_blocking(true, code)) return failed();
  return std::make_unique<tcp_acceptor>(std::move(socket), owner, std::move(reactor_of));
}

}  // namespace troupe::detail
