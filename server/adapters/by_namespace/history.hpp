// history.hpp — one history out of two: the channels of namespaces that say `persistent` are kept
// by the durable one, all others in memory. Any thread.
#pragma once

#include <set>
#include <string>

#include "core/configuration.hpp"
#include "ports/history.hpp"

namespace troupe::by_namespace {

/// Whether any namespace says `persistent`: only then a durable history is needed.
[[nodiscard]] bool any_persistent(const core::configuration::channel_section& rules);

class history final : public ports::history {
 public:
  /// All outlive it.
  history(ports::history& in_memory, ports::history& durable,
          const core::configuration::channel_section& rules);

  task<std::expected<ports::append_result, ports::history_errc>> append(
      core::channel_name channel, protocol::publication publication, ports::history_limits limits,
      ports::append_conditions conditions, time_point now) override;
  task<std::expected<ports::history_page, ports::history_errc>> read(core::channel_name channel,
                                                                     ports::history_filter filter,
                                                                     ports::history_limits limits,
                                                                     time_point now) override;
  task<std::expected<void, ports::history_errc>> remove(core::channel_name channel,
                                                        time_point now) override;
  void sweep(time_point now) override;

 private:
  ports::history& of(const core::channel_name& channel) const;

  ports::history& in_memory_;
  ports::history& durable_;
  const core::configuration::channel_section& rules_;
  std::set<std::string, std::less<>> persistent_;  // namespaces; "": without_namespace
};

}  // namespace troupe::by_namespace
