// log.hpp — how the server tells the people who run it what happens: an event, and fields.
//
//   log.info("listening", {{"address", "127.0.0.1:8000"}});
//   if (log.enabled(log_level::debug)) log.debug("command", {{"method", describe(command)}});
//
// Events and keys are literals of the source, checked when it is compiled; whatever comes from
// outside is a field's value, and values are escaped (log_line.hpp), so that no input can forge a
// line. Tokens, keys, passwords and payloads are never fields. A level means:
//   error  something is broken and a person has to look;
//   warn   something was refused or given up that should not happen often;
//   info   what a person who runs the server wants to have seen: start, stop, configuration;
//   debug  one client's or one channel's doings; trace: every message.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <span>
#include <string_view>
#include <variant>

namespace troupe::core {

/// Rising severity. `fatal`: the process ends because of it. `none` is no level of a message: as a
/// threshold it lets nothing through.
enum class log_level : std::uint8_t { trace, debug, info, warn, error, fatal, none };

[[nodiscard]] std::string_view name_of(log_level level);
/// Of the values of the option log.level; empty for any other text.
[[nodiscard]] std::optional<log_level> parse_log_level(std::string_view name);

/// What happened, in plain words: "connection refused". The text is part of the program, lives as
/// long, and names the event when repetitions are counted.
class log_event {
 public:
  template <std::size_t size>
  consteval log_event(const char (&text)[size]) : text_(text, size - 1) {
    if (size < 2 || size > 81) throw "an event has 1 to 80 characters";
    for (const char c : text_) {
      if (c < ' ' || c > '~' || c == '=' || c == '"') throw "an event is plain words";
    }
  }
  [[nodiscard]] std::string_view text() const { return text_; }

 private:
  std::string_view text_;
};

/// A name in snake_case; numbers carry their unit last: "size_bytes".
class log_key {
 public:
  template <std::size_t size>
  consteval log_key(const char (&text)[size]) : text_(text, size - 1) {
    if (size < 2 || size > 33) throw "a key has 1 to 32 characters";
    for (const char c : text_) {
      if (!(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9') && c != '_') {
        throw "a key is made of a-z, 0-9 and _";
      }
    }
  }
  [[nodiscard]] std::string_view text() const { return text_; }

 private:
  std::string_view text_;
};

/// Borrows its text for the call it is an argument of.
struct log_field {
  using any_value = std::variant<std::string_view, bool, std::int64_t, std::uint64_t, double>;

  log_field(log_key name, std::string_view text) : key(name.text()), value(text) {}
  template <std::convertible_to<std::string_view> Text>
  log_field(log_key name, const Text& text) : log_field(name, std::string_view(text)) {}
  template <std::same_as<bool> Bool>
  log_field(log_key name, Bool flag) : key(name.text()), value(flag) {}
  template <std::signed_integral Number>
  log_field(log_key name, Number number) : key(name.text()), value(std::int64_t{number}) {}
  template <std::unsigned_integral Number>
    requires(!std::same_as<Number, bool>)
  log_field(log_key name, Number number) : key(name.text()), value(std::uint64_t{number}) {}
  log_field(log_key name, double number) : key(name.text()), value(number) {}

  std::string_view key;
  any_value value;
};

/// All functions may be called from any thread and do not wait for a disk or a terminal.
class log {
 public:
  virtual ~log() = default;

  /// Whether a message of this level would be written: asked before fields that cost something.
  [[nodiscard]] virtual bool enabled(log_level level) const noexcept = 0;
  /// Writes without asking whether the level is enabled. Borrows the fields for the call; those
  /// past log_fields_max are left out.
  virtual void write(log_level level, log_event event, std::span<const log_field> fields) = 0;

  using field_list = std::initializer_list<log_field>;
  void trace(log_event event, field_list fields = {}) { say(log_level::trace, event, fields); }
  void debug(log_event event, field_list fields = {}) { say(log_level::debug, event, fields); }
  void info(log_event event, field_list fields = {}) { say(log_level::info, event, fields); }
  void warn(log_event event, field_list fields = {}) { say(log_level::warn, event, fields); }
  void error(log_event event, field_list fields = {}) { say(log_level::error, event, fields); }
  void fatal(log_event event, field_list fields = {}) { say(log_level::fatal, event, fields); }

 private:
  void say(log_level level, log_event event, field_list fields) {
    if (enabled(level)) write(level, event, std::span(fields.begin(), fields.size()));
  }
};

}  // namespace troupe::core
