// sim_choices: what a simulated run chose, as a text that can be kept and played again.
//
// Everything that a simulation decides (who runs next, how many messages a turn takes, how long a
// message is under way, how streams cut their bytes, which fault hits whom) is a choice among
// numbered possibilities, of which the first is always the plainest: the actor that has been ready
// longest, no delay, no fault. A log holds the other ones alone, so a short log is a simple run.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace troupe::sim {

struct choice {
  std::uint64_t place = 0;  // how many choices the run had made before it
  std::uint64_t taken = 0;  // 1..; a run that has fewer possibilities there takes the last
  friend bool operator==(const choice&, const choice&) = default;
};

struct choice_log {
  std::vector<choice> choices;  // by place, each at most once

  /// "17:1,40:2"; "-" when it is empty.
  std::string text() const;
  /// Nothing when the text is not one that text() gives.
  static std::optional<choice_log> parse(std::string_view text);

  friend bool operator==(const choice_log&, const choice_log&) = default;
};

}  // namespace troupe::sim
