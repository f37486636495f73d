#include <charconv>
#include <system_error>

#include <troupe/sim_choices.hpp>

namespace troupe::sim {

std::string choice_log::text() const {
  if (choices.empty()) return "-";
  std::string all;
  for (const choice& each : choices) {
    if (!all.empty()) all += ',';
    all += std::to_string(each.place) + ':' + std::to_string(each.taken);
  }
  return all;
}

std::optional<choice_log> choice_log::parse(std::string_view text) {
  choice_log log;
  if (text == "-") return log;
  const char* at = text.data();
  const char* const end = at + text.size();
  for (;;) {
    choice next;
    const auto place = std::from_chars(at, end, next.place);
    if (place.ec != std::errc{} || place.ptr == end || *place.ptr != ':') return std::nullopt;
    const auto taken = std::from_chars(place.ptr + 1, end, next.taken);
    if (taken.ec != std::errc{} || next.taken == 0) return std::nullopt;
    if (!log.choices.empty() && log.choices.back().place >= next.place) return std::nullopt;
    log.choices.push_back(next);
    if (taken.ptr == end) return log;
    if (*taken.ptr != ',') return std::nullopt;
    at = taken.ptr + 1;
  }
}

}  // namespace troupe::sim
