#include "services/hub/recovery.hpp"

#include <utility>

namespace troupe::hub {

ports::history_filter missed_since(const protocol::stream_position& from, std::size_t most) {
  return {.since_offset = from.offset, .limit = most, .reverse = false};
}

recovery recover_all(ports::history_page page, const protocol::stream_position& from) {
  auto& missed = page.publications;
  const bool same_stream = from.epoch.empty() || from.epoch == page.top.epoch;
  const bool complete = missed.empty() ? page.top.offset == from.offset
                                       : missed.front().offset == from.offset + 1 &&
                                             missed.back().offset == page.top.offset;
  if (!same_stream || !complete) return {};
  return {.recovered = true, .publications = std::move(missed)};
}

ports::history_filter newest() {
  return {.since_offset = {}, .limit = 1, .reverse = true};
}

recovery recover_newest(ports::history_page page, const protocol::stream_position& from) {
  if (from == page.top) return {.recovered = true, .publications = {}};
  return {.recovered = !page.publications.empty(), .publications = std::move(page.publications)};
}

}  // namespace troupe::hub
