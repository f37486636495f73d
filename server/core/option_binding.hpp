// option_binding.hpp — one neutral value into one typed slot.
#pragma once

#include <expected>
#include <string>
#include <string_view>

#include "core/option_table.hpp"
#include "core/settings.hpp"

namespace troupe::core {

/// What may stand in the slot; the part of an option<Owner> that does not depend on its owner.
struct option_rule {
  option_range range;
  std::string_view choices;
};

/// Sets the slot, or says what would have been right ("want an integer from 1 to 65535") and leaves
/// it alone. Text is read as the slot's type, since that is all the environment can carry: "8000",
/// "true", and lists separated by spaces or commas.
[[nodiscard]] std::expected<void, std::string> bind(const option_slot& slot,
                                                    const option_rule& rule, const setting& given);

}  // namespace troupe::core
