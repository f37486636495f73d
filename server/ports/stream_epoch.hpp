// stream_epoch.hpp — the text that tells one life of a stream from the next. For the adapters.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include <troupe/random.hpp>

namespace troupe::ports {

inline constexpr std::size_t epoch_length = 8;  // letters and digits: 62^8 epochs

/// Never "_", which clients send as the epoch that matches none.
inline std::string random_epoch(random_source& random) {
  constexpr std::string_view alphabet =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
  std::string epoch(epoch_length, '\0');
  for (char& letter : epoch) letter = alphabet[random.below(alphabet.size())];
  return epoch;
}

}  // namespace troupe::ports
