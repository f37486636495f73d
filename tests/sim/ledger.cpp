#include "tests/sim/ledger.hpp"

#include <troupe/sim_explore.hpp>

namespace troupe::sim {

ledger::channel_record& ledger::record(std::string_view channel) {
  const auto found = channels_.find(channel);
  if (found != channels_.end()) return found->second;
  return channels_.emplace(std::string(channel), channel_record{}).first->second;
}

void ledger::mix(std::string_view text) noexcept {
  for (const char each : text) {
    hash_ = (hash_ ^ static_cast<unsigned char>(each)) * 0x100000001b3U;
  }
}

void ledger::sent(std::string_view channel, const std::string& data) {
  mix(data);
  record(channel).sent.insert(data);
}

void ledger::acknowledged(std::string_view channel, const std::string& data) {
  mix(data);
  ++acknowledged_count_;
  record(channel).acknowledged.insert(data);
}

void ledger::delivered(std::string_view channel, std::string_view epoch, std::uint64_t offset,
                       const std::string& data) {
  mix(data);
  mix(std::to_string(offset));
  ++delivered_count_;
  channel_record& here = record(channel);
  require(here.sent.contains(data), "what is delivered was published");
  if (here.epoch.empty()) here.epoch = epoch;
  require(here.epoch == epoch, "the epoch of a persistent channel stays");
  const auto [known, is_new] = here.at.emplace(offset, data);
  require(is_new || known->second == data, "all subscribers are given the same at one place");
}

void ledger::check_stored(std::string_view channel, std::string_view epoch,
                          const std::vector<stored>& all) {
  channel_record& here = record(channel);
  require(here.epoch.empty() || here.epoch == epoch, "the epoch of a persistent channel stays");
  std::set<std::string, std::less<>> found;
  std::uint64_t next = 1;
  for (const stored& each : all) {
    require(each.offset == next++, "offsets are without a gap");
    require(here.sent.contains(each.data), "what is stored was published");
    require(found.insert(each.data).second, "what is stored is stored once");
    const auto delivered = here.at.find(each.offset);
    require(delivered == here.at.end() || delivered->second == each.data,
            "what was delivered is stored at the same place");
    if (!here.acknowledged.contains(each.data)) ++reached["stored without an acknowledgement"];
  }
  require(here.at.empty() || here.at.rbegin()->first < next, "what was delivered is stored");
  for (const std::string& each : here.acknowledged) {
    require(found.contains(each), "what was acknowledged is stored");
  }
}

}  // namespace troupe::sim
