// request.hpp — one HTTP request (RFC 9110, RFC 9112), complete with its body.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace troupe::http {

struct header {
  std::string name;
  std::string value;  // without white space around it

  bool operator==(const header&) const = default;
};

/// In the order they came; names compare without regard to case.
class header_list {
 public:
  void add(std::string_view name, std::string_view value);

  /// The first value, or nothing. The view lives as long as this list is not changed.
  [[nodiscard]] std::optional<std::string_view> find(std::string_view name) const;
  [[nodiscard]] std::size_t count(std::string_view name) const;

  /// The elements of a comma-separated list, over all fields of that name, empty ones left out.
  [[nodiscard]] std::vector<std::string_view> list(std::string_view name) const;

  /// Whether that list has this element, without regard to case.
  [[nodiscard]] bool has_token(std::string_view name, std::string_view token) const;

  [[nodiscard]] auto begin() const { return headers_.begin(); }
  [[nodiscard]] auto end() const { return headers_.end(); }
  [[nodiscard]] std::size_t size() const { return headers_.size(); }

  bool operator==(const header_list&) const = default;

 private:
  std::vector<header> headers_;
};

enum class version { http_1_0, http_1_1 };

struct request {
  std::string method;  // as sent: methods are case-sensitive
  std::string path;    // still percent-encoded; begins with "/", or is "*" (OPTIONS)
  std::string query;   // what follows "?", still encoded; see query.hpp
  header_list headers;
  std::string body;
  http::version version = http::version::http_1_1;
  bool keep_alive = true;  // what the client asks for
  bool upgrade = false;    // Connection: upgrade; what follows belongs to the other protocol

  bool operator==(const request&) const = default;
};

/// Compares ASCII without regard to case, as field names and tokens are.
bool equals_ignoring_case(std::string_view a, std::string_view b);

}  // namespace troupe::http
