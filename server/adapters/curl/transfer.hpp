// transfer.hpp — one request and its answer as curl sees them. Private to this folder's .cpp files,
// because it names curl.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <utility>

#include <curl/curl.h>  // tidy: allow vendor because only .cpp files here include this

#include <troupe/completion.hpp>

#include "ports/http_client.hpp"

namespace troupe::adapters {

/// Stays where it is: curl holds pointers into it.
class transfer {
 public:
  /// `left` is what remains of the request's time.
  transfer(ports::http_request request, completion<ports::http_result> done,
           std::chrono::milliseconds left, const std::string& ca_file);
  transfer(const transfer&) = delete;
  transfer& operator=(const transfer&) = delete;

  CURL* handle() const { return easy_.get(); }
  /// Answers the actor with what came of it.
  void finish(CURLcode result);
  void cancel() { done_.set(std::unexpected(ports::http_failure{ports::http_errc::cancelled})); }

 private:
  static std::size_t take_body(char* data, std::size_t, std::size_t size, void* self);
  static std::size_t take_header(char*, std::size_t, std::size_t size, void* self);
  ports::http_errc code_of(CURLcode result) const;

  struct handle_deleter {
    void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
  };
  struct list_deleter {
    void operator()(curl_slist* list) const { curl_slist_free_all(list); }
  };

  const ports::http_request request_;
  completion<ports::http_result> done_;
  std::string body_;
  std::size_t header_bytes_ = 0;
  bool too_large_ = false;
  std::unique_ptr<curl_slist, list_deleter> headers_;
  std::unique_ptr<CURL, handle_deleter> easy_;
};

/// Whether curl can be asked to send it: an address of a known scheme, no line ends in headers.
bool is_sendable(const ports::http_request& request);

}  // namespace troupe::adapters
