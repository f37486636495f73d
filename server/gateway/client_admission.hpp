// client_admission.hpp — whether one more client may connect: there are so many places in all and
// for each address, and so many may come in a second, in all and from each address.
//
// A version 6 address stands for its network of 64 bits, which one customer has to himself.
// Addresses are remembered while they have clients or have not refilled their bucket; when there
// are addresses_max of them, all others share one entry: a flood from everywhere is held as if it
// came from one place, and who is known is served as before.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

#include <troupe/clock.hpp>

#include "core/configuration.hpp"
#include "gateway/admission.hpp"
#include "gateway/token_bucket.hpp"

namespace troupe::gateway {

/// Any thread. Outlives its places.
class client_admission {
 public:
  static constexpr std::size_t addresses_max = 100'000;
  static constexpr std::size_t addresses_cheap = 1024;  // below it none is forgotten
  static constexpr std::chrono::seconds forget_interval{1};

  client_admission(std::size_t places_max, time_point now)
      : places_(places_max), arrivals_(now), forgot_(now) {}
  client_admission(const client_admission&) = delete;
  client_admission& operator=(const client_admission&) = delete;

  /// Held by the client's connection; travels with messages.
  class place {
   public:
    place(place&& other) noexcept
        : inner_(std::move(other.inner_)),
          of_(std::exchange(other.of_, nullptr)),
          key_(std::move(other.key_)) {}
    place& operator=(place&& other) noexcept {
      std::swap(inner_, other.inner_);
      std::swap(of_, other.of_);
      std::swap(key_, other.key_);
      return *this;
    }
    ~place() {
      if (of_) of_->leave(key_);
    }

   private:
    friend client_admission;
    place(admission::place inner, client_admission* of, std::string key)
        : inner_(std::move(inner)), of_(of), key_(std::move(key)) {}
    admission::place inner_;
    client_admission* of_;  // null when the address is not counted
    std::string key_;
  };

  enum class refusal : std::uint8_t { full, too_fast, full_for_address, too_fast_for_address };

  /// `rules` are those of now: connection_limit, connection_rate_limit and the two for an address.
  std::expected<place, refusal> try_enter(const std::string& address,
                                          const core::configuration::client_section& rules,
                                          time_point now);

  [[nodiscard]] std::size_t taken() const noexcept { return places_.taken(); }
  /// How many addresses are remembered.
  [[nodiscard]] std::size_t addresses();

 private:
  struct visitor {
    explicit visitor(time_point now) : arrivals(now) {}
    std::size_t clients = 0;
    token_bucket arrivals;
  };

  visitor& find(std::string& key, std::size_t per_second, time_point now);
  void leave(const std::string& key);
  void forget_idle(std::size_t per_second, time_point now);

  admission places_;
  std::mutex mutex_;  // of what follows
  token_bucket arrivals_;
  std::unordered_map<std::string, visitor> visitors_;
  time_point forgot_;
};

/// For the answer, naming the option.
[[nodiscard]] std::string_view explain(client_admission::refusal why);

}  // namespace troupe::gateway
