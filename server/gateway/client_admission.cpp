#include "gateway/client_admission.hpp"

#include <iterator>

#include "core/ip_address.hpp"

namespace troupe::gateway {
namespace {

constexpr unsigned v6_customer_bits = 64;
const std::string everybody_else;  // no address is empty but where there is none, in memory

std::string key_of(const std::string& address) {
  const auto parsed = core::ip_address::parse(address);
  if (!parsed || parsed->is_v4()) return address;
  return parsed->prefix(v6_customer_bits).text();
}

}  // namespace

std::expected<client_admission::place, client_admission::refusal> client_admission::try_enter(
    const std::string& address, const core::configuration::client_section& rules, time_point now) {
  places_.set_limit(rules.connection_limit);
  auto inner = places_.try_enter();
  if (!inner) return std::unexpected(refusal::full);

  const std::size_t places = rules.connection_limit_per_address;
  const std::size_t per_second = rules.connection_rate_limit_per_address;
  const std::size_t rate = rules.connection_rate_limit;
  if (places == 0 && per_second == 0 && rate == 0) return place(*std::move(inner), nullptr, {});
  const std::scoped_lock lock(mutex_);
  // The address first: who is refused for his own haste takes nothing away from the others.
  std::string key;
  visitor* from = nullptr;
  if (places > 0 || per_second > 0) {
    key = key_of(address);
    from = &find(key, per_second, now);
    if (places > 0 && from->clients >= places) return std::unexpected(refusal::full_for_address);
    if (per_second > 0 && !from->arrivals.take(per_second, now)) {
      return std::unexpected(refusal::too_fast_for_address);
    }
  }
  if (rate > 0 && !arrivals_.take(rate, now)) return std::unexpected(refusal::too_fast);
  if (!from) return place(*std::move(inner), nullptr, {});
  ++from->clients;
  return place(*std::move(inner), this, std::move(key));
}

client_admission::visitor& client_admission::find(std::string& key, std::size_t per_second,
                                                  time_point now) {
  if (const auto known = visitors_.find(key); known != visitors_.end()) return known->second;
  if (visitors_.size() >= addresses_cheap && now - forgot_ >= forget_interval) {
    forgot_ = now;
    forget_idle(per_second, now);
  }
  if (visitors_.size() >= addresses_max) key = everybody_else;
  return visitors_.try_emplace(key, now).first->second;
}

void client_admission::forget_idle(std::size_t per_second, time_point now) {
  for (auto each = visitors_.begin(); each != visitors_.end();) {
    visitor& one = each->second;
    const bool idle = one.clients == 0 && (per_second == 0 || one.arrivals.full(per_second, now));
    each = idle ? visitors_.erase(each) : std::next(each);
  }
}

void client_admission::leave(const std::string& key) {
  const std::scoped_lock lock(mutex_);
  const auto known = visitors_.find(key);
  if (known != visitors_.end() && known->second.clients > 0) --known->second.clients;
}

std::size_t client_admission::addresses() {
  const std::scoped_lock lock(mutex_);
  return visitors_.size();
}

std::string_view explain(client_admission::refusal why) {
  switch (why) {
    case client_admission::refusal::full:
      return "all places are taken (client.connection_limit)";
    case client_admission::refusal::too_fast:
      return "too many connect at once (client.connection_rate_limit)";
    case client_admission::refusal::full_for_address:
      return "all places of this address are taken (client.connection_limit_per_address)";
    case client_admission::refusal::too_fast_for_address:
      return "too many connect at once from this address "
             "(client.connection_rate_limit_per_address)";
  }
  return "";
}

}  // namespace troupe::gateway
