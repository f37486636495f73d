#include "services/hub/delta_frames.hpp"

#include <map>

#include "protocol/fossil/delta.hpp"
#include "protocol/json_text.hpp"

namespace troupe::hub {
namespace {

std::optional<std::string> patch_between(const std::string& previous, const std::string& data) {
  std::string patch = protocol::fossil::create_delta(previous, data);
  return patch.size() < data.size() ? std::optional(std::move(patch)) : std::nullopt;
}

std::string as_string(std::string_view text) {
  std::string json;
  protocol::append_json_string(json, text);
  return json;
}

/// Messages of one publication, each encoding made once.
class messages {
 public:
  messages(const core::channel_name& channel, const protocol::publication& publication,
           const std::string& data, bool is_patch)
      : channel_(channel), told_(publication), data_(data) {
    told_.delta = is_patch;
  }
  /// Empty when the encoding cannot carry it.
  core::shared_bytes framed(const context& shared, wire_format format) {
    const protocol::encoding as = encoding_of(format);
    const auto [place, is_new] = made_.try_emplace(as);
    std::string& message = place->second;
    if (is_new) {
      told_.data = as == protocol::encoding::json ? as_string(data_) : data_;
      if (!protocol::append_message(message, as, std::string_view(channel_.text()), told_)) {
        message.clear();
      }
    }
    return message.empty() ? core::shared_bytes() : shared.frame(format, message);
  }

 private:
  const core::channel_name& channel_;
  protocol::publication told_;
  const std::string& data_;
  std::map<protocol::encoding, std::string> made_;
};

}  // namespace

delta_frames::delta_frames(const context& shared, const delta_audience& used,
                           const core::channel_name& channel,
                           const protocol::publication& publication, const std::string* previous) {
  const auto patch =
      previous != nullptr ? patch_between(*previous, publication.data) : std::nullopt;
  const bool is_json = protocol::check_json(publication.data).has_value();
  messages whole(channel, publication, publication.data, false);
  messages patches(channel, publication, patch ? *patch : publication.data, true);
  for (const wire_format format : wire_formats) {
    const bool possible = encoding_of(format) != protocol::encoding::json || is_json;
    if (!possible || !used.all.uses(format)) continue;
    const auto at = std::to_underlying(format);
    if (!patch || used.unready.uses(format)) whole_[at] = whole.framed(shared, format);
    if (patch) patches_[at] = patches.framed(shared, format);
  }
}

void to_deltas(std::vector<protocol::publication>& recovered, protocol::encoding as) {
  const std::string* previous = nullptr;
  std::string payload;
  for (protocol::publication& each : recovered) {
    auto patch = previous != nullptr ? patch_between(*previous, each.data) : std::nullopt;
    const bool is_tellable =
        as != protocol::encoding::json || protocol::check_json(each.data).has_value();
    payload = each.data;
    previous = &payload;
    if (!is_tellable) continue;  // stays what it is, which the encoder will refuse
    if (patch) {
      each.data = *std::move(patch);
      each.delta = true;
    }
    if (as == protocol::encoding::json) each.data = as_string(each.data);
  }
}

}  // namespace troupe::hub
