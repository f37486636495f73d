#include "transport/http/request_parser.hpp"

#include <algorithm>
#include <cassert>
#include <utility>

#include <boost/beast/http/basic_parser.hpp>

namespace troupe::http {

namespace {

namespace beast_http = boost::beast::http;
using beast_string = boost::beast::string_view;

constexpr std::string_view end_of_headers = "\r\n\r\n";
constexpr std::size_t chunk_line_bytes_max = 4096;  // a chunk's size and extensions; the trailer

// The shortest rest of a chunked body, "0", CRLF, CRLF: with less there is nothing to find, and
// Beast asserts it.
constexpr std::size_t chunked_rest_bytes_min = 5;

constexpr request_error bad_request{400, "malformed request"};
constexpr request_error bad_host{400, "exactly one Host header is required"};
constexpr request_error bad_target{400, "malformed request target"};
constexpr request_error bad_length{400, "ambiguous message length"};
constexpr request_error folded_header{400, "folded header line"};
constexpr request_error body_too_large{413, "request body too large"};
constexpr request_error headers_too_large{431, "request headers too large"};
constexpr request_error unknown_encoding{501, "unknown Transfer-Encoding"};
constexpr request_error unknown_version{505, "HTTP version not supported"};

std::string_view to_std(beast_string text) {
  return {text.data(), text.size()};
}

// "/path?query", or the same behind "http://authority" (RFC 9112 section 3.2).
bool split_target(std::string_view target, request& out) {
  for (std::string_view scheme : {"http://", "https://"}) {
    if (!equals_ignoring_case(target.substr(0, scheme.size()), scheme)) continue;
    target.remove_prefix(scheme.size());
    target.remove_prefix(std::min(target.find_first_of("/?"), target.size()));
    if (!target.starts_with('/')) {
      out.path = "/";
      if (!target.empty()) out.query = target.substr(1);
      return true;
    }
    break;
  }
  if (!target.starts_with('/') && target != "*") return false;
  const auto question = target.find('?');
  out.path = target.substr(0, question);
  if (question != std::string_view::npos) out.query = target.substr(question + 1);
  return true;
}

request_error translate(const boost::system::error_code& ec) {
  if (ec == beast_http::error::body_limit) return body_too_large;
  if (ec == beast_http::error::header_limit) return headers_too_large;
  if (ec == beast_http::error::bad_version) return unknown_version;
  if (ec == beast_http::error::bad_content_length ||
      ec == beast_http::error::multiple_content_length ||
      ec == beast_http::error::bad_transfer_encoding) {
    return bad_length;
  }
  return bad_request;
}

// RFC 9112 section 3: a server meets an empty line before the request with patience, and garbage
// (a TLS hello, say) need not be waited for until it shows an end.
bool begins_like_a_request(std::string_view text) {
  if (text.starts_with("\r\n")) text.remove_prefix(2);
  return text.empty() || (text.front() >= 'A' && text.front() <= 'Z') || text == "\r";
}

}  // namespace

// Beast finds the words; they go straight into the request.
class request_parser::machine final : public beast_http::basic_parser<true> {
 public:
  explicit machine(const request_limits& limits) : header_count_max_(limits.header_count_max) {
    header_limit(static_cast<std::uint32_t>(limits.header_bytes_max));
    body_limit(limits.body_bytes_max);
  }

  [[nodiscard]] const request& read() const { return out_; }
  request take() { return std::move(out_); }

  // Why a callback stopped Beast, which knows only its own errors.
  [[nodiscard]] std::optional<request_error> own_error() const { return own_error_; }

 private:
  using error_code = boost::beast::error_code;

  void stop(request_error error, error_code& ec) {
    own_error_ = error;
    ec = beast_http::error::bad_value;
  }

  void on_request_impl(beast_http::verb, beast_string method, beast_string target, int version,
                       error_code& ec) override {
    out_.method = to_std(method);
    out_.version = version == 11 ? http::version::http_1_1 : http::version::http_1_0;
    if (!split_target(to_std(target), out_)) stop(bad_target, ec);
  }

  void on_field_impl(beast_http::field, beast_string name, beast_string value,
                     error_code& ec) override {
    if (in_trailer_) return;  // trailers are read over: nothing here gives them a meaning
    if (out_.headers.size() == header_count_max_) return stop(headers_too_large, ec);
    out_.headers.add(to_std(name), to_std(value));
  }

  void on_header_impl(error_code& ec) override {
    const header_list& headers = out_.headers;
    const std::size_t hosts = headers.count("Host");
    if (hosts > 1 || (hosts == 0 && out_.version == http::version::http_1_1)) {
      return stop(bad_host, ec);
    }
    const auto encoding = headers.find("Transfer-Encoding");
    if (headers.count("Content-Length") + headers.count("Transfer-Encoding") > 1) {
      return stop(bad_length, ec);
    }
    const auto length = headers.find("Content-Length");
    if (length && length->find_first_not_of("0123456789") != std::string_view::npos) {
      return stop(bad_length, ec);
    }
    if (encoding && out_.version == http::version::http_1_0) return stop(bad_length, ec);
    if (encoding && !equals_ignoring_case(*encoding, "chunked")) {
      return stop(unknown_encoding, ec);
    }
    out_.keep_alive = keep_alive();
    out_.upgrade = upgrade();
  }

  void on_body_init_impl(const boost::optional<std::uint64_t>&, error_code&) override {
    in_trailer_ = true;
  }
  std::size_t on_body_impl(beast_string body, error_code&) override {
    out_.body.append(body.data(), body.size());
    return body.size();
  }
  void on_chunk_header_impl(std::uint64_t, beast_string, error_code&) override {}
  std::size_t on_chunk_body_impl(std::uint64_t, beast_string body, error_code&) override {
    out_.body.append(body.data(), body.size());
    return body.size();
  }
  void on_finish_impl(error_code&) override {}
  void on_response_impl(int, beast_string, int, error_code&) override {}

  request out_;
  std::size_t header_count_max_;
  std::optional<request_error> own_error_;
  bool in_trailer_ = false;
};

request_parser::request_parser(request_limits limits) : limits_(limits) {}
request_parser::~request_parser() = default;
request_parser::request_parser(request_parser&&) noexcept = default;
request_parser& request_parser::operator=(request_parser&&) noexcept = default;

std::expected<request_parser::progress, request_error> request_parser::feed(
    std::span<const std::byte> input) {
  assert(!complete_);
  if (error_) return std::unexpected(*error_);

  std::string_view text(reinterpret_cast<const char*>(input.data()), input.size());
  const std::size_t kept_bytes = pending_.size();
  if (kept_bytes > 0) {
    pending_.append(text);
    text = pending_;
  }
  if (!machine_) {
    auto headers_bytes = find_headers(text, kept_bytes);
    if (!headers_bytes) return std::unexpected(fail(headers_bytes.error()));
    if (*headers_bytes == 0) {
      if (kept_bytes == 0) pending_ = text;
      return progress{.consumed_bytes = input.size(), .complete = false};
    }
    if (auto read = read_headers(text.substr(0, *headers_bytes)); !read) {
      return std::unexpected(fail(read.error()));
    }
    text.remove_prefix(*headers_bytes);
  }
  auto body_bytes = read_body(text);
  if (!body_bytes) return std::unexpected(fail(body_bytes.error()));
  text.remove_prefix(*body_bytes);

  complete_ = machine_->is_done();
  if (complete_) {
    const progress done{.consumed_bytes = input.size() - text.size(), .complete = true};
    std::string().swap(pending_);
    return done;
  }
  if (text.size() > chunk_line_bytes_max) return std::unexpected(fail(bad_request));
  std::string(text).swap(pending_);
  return progress{.consumed_bytes = input.size(), .complete = false};
}

// Bytes up to the end of the headers, or 0 when that has not arrived. The first `seen_bytes` were
// searched before.
std::expected<std::size_t, request_error> request_parser::find_headers(
    std::string_view text, std::size_t seen_bytes) const {
  if (!begins_like_a_request(text)) return std::unexpected(bad_request);
  const std::size_t seen_of_end = std::min(seen_bytes, end_of_headers.size() - 1);
  const auto end = text.find(end_of_headers, seen_bytes - seen_of_end);
  const std::size_t size =
      end == std::string_view::npos ? text.size() : end + end_of_headers.size();
  if (size > limits_.header_bytes_max) return std::unexpected(headers_too_large);
  return end == std::string_view::npos ? 0 : size;
}

std::expected<void, request_error> request_parser::read_headers(std::string_view block) {
  if (block.starts_with("\r\n")) block.remove_prefix(2);
  if (block.contains("\r\n ") || block.contains("\r\n\t")) {
    return std::unexpected(folded_header);
  }
  machine_ = std::make_unique<machine>(limits_);
  boost::beast::error_code ec;
  machine_->put({block.data(), block.size()}, ec);
  if (ec) return std::unexpected(machine_->own_error().value_or(translate(ec)));
  const request& read = machine_->read();
  wants_continue_ = !machine_->is_done() && read.version == version::http_1_1 &&
                    read.headers.has_token("Expect", "100-continue");
  return {};
}

std::expected<std::size_t, request_error> request_parser::read_body(std::string_view text) {
  const std::size_t rest_bytes_min = machine_->chunked() ? chunked_rest_bytes_min : 1;
  std::size_t used_bytes = 0;
  while (text.size() - used_bytes >= rest_bytes_min &&
         !machine_->is_done()) {  // a chunk line or body data a round
    const std::size_t body_bytes = machine_->read().body.size();
    boost::beast::error_code ec;
    const std::size_t taken =
        machine_->put({text.data() + used_bytes, text.size() - used_bytes}, ec);
    used_bytes += taken;
    if (ec == beast_http::error::need_more) break;  // a chunk line is cut: the rest comes again
    if (ec) return std::unexpected(machine_->own_error().value_or(translate(ec)));
    const bool was_chunk_line = machine_->read().body.size() == body_bytes;
    if (was_chunk_line && taken > chunk_line_bytes_max) return std::unexpected(bad_request);
  }
  return used_bytes;
}

bool request_parser::wants_continue() {
  return std::exchange(wants_continue_, false);
}

request request_parser::take() {
  assert(complete_);
  complete_ = false;
  wants_continue_ = false;
  request taken = machine_->take();
  machine_.reset();
  return taken;
}

bool request_parser::started() const {
  return machine_ != nullptr || !pending_.empty();
}

request_error request_parser::fail(request_error error) {
  error_ = error;
  machine_.reset();
  std::string().swap(pending_);
  return error;
}

}  // namespace troupe::http
