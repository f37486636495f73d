// client_headers.hpp — what a client's request says in its headers, as far as the application shall
// be told of it: the names are the operator's, the values the client's.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "core/configuration.hpp"
#include "services/hub/application_caller.hpp"

namespace troupe::hub {

class client_headers {
 public:
  /// One of the client's HTTP request. Names that no proxy passes on are not kept.
  void keep(const core::configuration& configuration, std::string_view name,
            std::string_view value);
  /// Those that its connect command stands in with.
  void emulate(std::map<std::string, std::string> headers);

  /// What goes along with a question. A header of the request wins over an emulated one; values
  /// with control characters and names that belong to our own request are left out.
  [[nodiscard]] http_headers passed_on(const core::proxy_options& to) const;

 private:
  http_headers of_request_;  // at most one of a name, which is as the operator spells it
  http_headers emulated_;
};

}  // namespace troupe::hub
