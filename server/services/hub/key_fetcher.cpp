#include "services/hub/key_fetcher.hpp"

#include <string_view>
#include <utility>

#include "core/limits.hpp"

namespace troupe::hub {
namespace {

constexpr unsigned status_ok = 200;

}  // namespace

bool key_fetcher::is_too_early() const {
  return last_fetch_ && now() - *last_fetch_ < (has_keys_ ? refetch_interval : first_interval);
}

task<find_key::reply> key_fetcher::on(find_key message) {
  if (endpoint_.keys.contains(message.key_id)) co_return {};
  if (is_too_early() || !co_await fetch()) co_return std::unexpected(key_search_errc::later);
  if (!endpoint_.keys.contains(message.key_id)) {
    co_return std::unexpected(key_search_errc::unknown);
  }
  co_return {};
}

task<> key_fetcher::on(refresh) {
  if (!is_too_early()) co_await fetch();
}

task<bool> key_fetcher::fetch() {
  last_fetch_ = now();
  const auto answer = co_await http_.send({.url = endpoint_.url,
                                           .headers = {{"Accept", "application/json"}},
                                           .timeout = fetch_within,
                                           .response_bytes_max = core::limits::jwks_bytes_max});
  const auto failed = [this](std::string_view why) {
    log_.warn("token keys not fetched", {{"url", endpoint_.url}, {"reason", why}});
    return false;
  };
  if (!answer) co_return failed(ports::describe(answer.error().code));
  if (answer->status != status_ok) co_return failed("the status is not 200");
  auto keys = crypto::jwk_set::parse(answer->body);
  if (!keys) co_return failed("the answer is no key set");
  if (keys->size() == 0) co_return failed("the key set has no key that can be used");
  log_.info("token keys fetched",
            {{"url", endpoint_.url}, {"keys", keys->size()}, {"passed_over", keys->passed_over()}});
  endpoint_.keys.publish(*std::move(keys));
  if (!std::exchange(has_keys_, true)) send_every(refresh_period, refresh{});
  co_return true;
}

}  // namespace troupe::hub
