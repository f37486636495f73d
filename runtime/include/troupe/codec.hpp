// codec<T>: a value as bytes, for answers that are stored. Ready for integers, enums, bool,
// std::string, std::expected of these, and for every type that has
//
//   std::string encode() const;
//   static std::optional<T> decode(std::string_view);   // empty: not the bytes of a T
//
// Other types: specialise codec<T> with static functions of the same names.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace troupe {

template <class T>
struct codec;

template <class T>
concept encodable = requires(const T& value, std::string_view data) {
  { codec<T>::encode(value) } -> std::same_as<std::string>;
  { codec<T>::decode(data) } -> std::same_as<std::optional<T>>;
};

template <class T>
  requires requires(const T& value, std::string_view data) {
    { value.encode() } -> std::same_as<std::string>;
    { T::decode(data) } -> std::same_as<std::optional<T>>;
  }
struct codec<T> {
  static std::string encode(const T& value) { return value.encode(); }
  static std::optional<T> decode(std::string_view data) { return T::decode(data); }
};

/// Least significant byte first.
template <std::integral T>
struct codec<T> {
  static std::string encode(T value) {
    std::string bytes(sizeof(T), '\0');
    auto left = static_cast<std::uint64_t>(value);
    for (char& each : bytes) {
      each = static_cast<char>(static_cast<unsigned char>(left & 0xffU));
      left >>= 8U;
    }
    return bytes;
  }
  static std::optional<T> decode(std::string_view data) {
    if (data.size() != sizeof(T)) return std::nullopt;
    std::uint64_t value = 0;
    for (std::size_t i = data.size(); i-- > 0;) {
      value = (value << 8U) | static_cast<unsigned char>(data[i]);
    }
    if constexpr (std::same_as<T, bool>) {
      if (value > 1) return std::nullopt;
    }
    return static_cast<T>(value);
  }
};

template <class T>
  requires std::is_enum_v<T>
struct codec<T> {
  using number = std::underlying_type_t<T>;
  static std::string encode(T value) { return codec<number>::encode(std::to_underlying(value)); }
  static std::optional<T> decode(std::string_view data) {
    const auto value = codec<number>::decode(data);
    return value ? std::optional(static_cast<T>(*value)) : std::nullopt;
  }
};

template <>
struct codec<std::string> {
  static std::string encode(std::string value) { return value; }
  static std::optional<std::string> decode(std::string_view data) { return std::string(data); }
};

/// One byte says which of the two follows.
template <class T, class E>
  requires(std::is_void_v<T> || encodable<T>) && encodable<E>
struct codec<std::expected<T, E>> {
  using value_type = std::expected<T, E>;

  static std::string encode(const value_type& value) {
    if (!value) return 'e' + codec<E>::encode(value.error());
    if constexpr (std::is_void_v<T>) {
      return "v";
    } else {
      return 'v' + codec<T>::encode(*value);
    }
  }
  static std::optional<value_type> decode(std::string_view data) {
    if (data.starts_with('e')) {
      auto error = codec<E>::decode(data.substr(1));
      if (error) return value_type(std::unexpect, *std::move(error));
    } else if (data.starts_with('v')) {
      if constexpr (std::is_void_v<T>) {
        if (data.size() == 1) return value_type();
      } else {
        auto value = codec<T>::decode(data.substr(1));
        if (value) return value_type(*std::move(value));
      }
    }
    return std::nullopt;
  }
};

}  // namespace troupe
