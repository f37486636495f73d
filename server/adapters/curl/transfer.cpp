#include "adapters/curl/transfer.hpp"

#include <algorithm>
#include <stdexcept>

namespace troupe::adapters {

namespace {

constexpr std::size_t header_bytes_max = 64 * 1024;

bool is_one_line(std::string_view text) {
  return text.find_first_of(std::string_view("\r\n\0", 3)) == text.npos;
}

}  // namespace

using ports::http_errc;
using ports::http_failure;
using method_type = ports::http_request::method_type;

bool is_sendable(const ports::http_request& request) {
  const std::string_view url = request.url;
  return (url.starts_with("http://") || url.starts_with("https://")) && is_one_line(url) &&
         std::ranges::all_of(request.headers, [](const auto& header) {
           return !header.first.empty() && is_one_line(header.first) && is_one_line(header.second);
         });
}

transfer::transfer(ports::http_request request, completion<ports::http_result> done,
                   std::chrono::milliseconds left, const std::string& ca_file)
    : request_(std::move(request)), done_(std::move(done)), easy_(curl_easy_init()) {
  if (!easy_) throw std::bad_alloc();
  const auto add_header = [this](const std::string& line) {
    // Takes the list over and returns its new head; null: there was no memory.
    curl_slist* longer = curl_slist_append(headers_.get(), line.c_str());
    if (!longer) throw std::bad_alloc();
    static_cast<void>(headers_.release());
    headers_.reset(longer);
  };
  for (const auto& [name, value] : request_.headers) {
    // "Name;" is how curl is told of a header without a value.
    add_header(value.empty() ? name + ';' : name + ": " + value);
  }
  add_header("Expect:");  // no question first whether the body is welcome

  CURL* const easy = easy_.get();
  const auto set = [easy](CURLoption option, auto value) { curl_easy_setopt(easy, option, value); };
  set(CURLOPT_PRIVATE, this);
  set(CURLOPT_URL, request_.url.c_str());
  set(CURLOPT_PROTOCOLS_STR, "http,https");
  set(CURLOPT_FOLLOWLOCATION, 0L);
  set(CURLOPT_NOSIGNAL, 1L);
  set(CURLOPT_PROXY, "");
  set(CURLOPT_USERAGENT, "troupe");
  set(CURLOPT_HTTPHEADER, headers_.get());
  set(CURLOPT_TIMEOUT_MS, static_cast<long>(std::max<std::int64_t>(left.count(), 1)));
  set(CURLOPT_SSL_VERIFYPEER, 1L);
  set(CURLOPT_SSL_VERIFYHOST, 2L);
  if (!ca_file.empty()) set(CURLOPT_CAINFO, ca_file.c_str());
  set(CURLOPT_WRITEFUNCTION, &transfer::take_body);
  set(CURLOPT_WRITEDATA, static_cast<void*>(this));
  set(CURLOPT_HEADERFUNCTION, &transfer::take_header);
  set(CURLOPT_HEADERDATA, static_cast<void*>(this));
  if (request_.method == method_type::post) {
    set(CURLOPT_POST, 1L);
    set(CURLOPT_POSTFIELDS, request_.body.data());
    set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request_.body.size()));
  }
}

// Taking less than was offered ends the transfer.
std::size_t transfer::take_body(char* data, std::size_t, std::size_t size, void* self) {
  auto& mine = *static_cast<transfer*>(self);
  if (size > mine.request_.response_bytes_max - mine.body_.size()) {
    mine.too_large_ = true;
    return 0;
  }
  mine.body_.append(data, size);
  return size;
}

std::size_t transfer::take_header(char*, std::size_t, std::size_t size, void* self) {
  auto& mine = *static_cast<transfer*>(self);
  mine.header_bytes_ += size;
  mine.too_large_ = mine.header_bytes_ > header_bytes_max;
  return mine.too_large_ ? 0 : size;
}

http_errc transfer::code_of(CURLcode result) const {
  if (too_large_) return http_errc::too_large;
  switch (result) {
    case CURLE_OPERATION_TIMEDOUT:
      return http_errc::timeout;
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_ISSUER_ERROR:
      return http_errc::untrusted;
    case CURLE_URL_MALFORMAT:
    case CURLE_UNSUPPORTED_PROTOCOL:
      return http_errc::bad_request;
    default:
      return http_errc::unreachable;
  }
}

void transfer::finish(CURLcode result) {
  if (result != CURLE_OK) {
    return done_.set(std::unexpected(http_failure{code_of(result), curl_easy_strerror(result)}));
  }
  long status = 0;
  curl_easy_getinfo(easy_.get(), CURLINFO_RESPONSE_CODE, &status);
  done_.set(ports::http_response{static_cast<unsigned>(status), std::move(body_)});
}

}  // namespace troupe::adapters
