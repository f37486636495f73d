// tags_filter.hpp — which publications of a channel a subscriber wants, by their tags.
//
// A tree whose leaves compare one tag and whose inner nodes join them (protocol reference,
// FilterNode). Made once, for a subscription; then asked for each publication, by any thread.
#pragma once

#include <cstdint>
#include <expected>
#include <map>
#include <string>
#include <vector>

#include "protocol/client/filter_node.hpp"

namespace troupe::hub {

enum class filter_errc {
  malformed,  // an operator that is not known, or without what it needs
  too_large,  // beyond filter_limits
};

struct filter_limits {
  static constexpr std::size_t depth_max = 16;
  static constexpr std::size_t nodes_max = 256;
  static constexpr std::size_t values_max = 1024;  // of all `in` and `nin` together
};

class tags_filter {
 public:
  using tags = std::map<std::string, std::string>;

  /// Errors: all.
  static std::expected<tags_filter, filter_errc> make(const protocol::filter_node& from);

  /// A tag that is missing fulfils neq, nin and nex and no other comparison; but in a list, it is
  /// the empty text. lt, lte, gt and gte compare decimal numbers; what is none fulfils none of
  /// them.
  [[nodiscard]] bool matches(const tags& of) const { return matches(root_, of); }

 private:
  enum class joined_by : std::uint8_t { leaf, all, any, none };
  enum class comparison : std::uint8_t {
    equal,
    not_equal,
    in,
    not_in,
    exists,
    not_exists,
    starts_with,
    ends_with,
    contains,
    less,
    less_or_equal,
    greater,
    greater_or_equal,
  };
  struct node {
    joined_by op = joined_by::leaf;
    comparison compare = comparison::equal;
    std::string key;
    std::string value;
    std::vector<std::string> values;  // sorted
    std::vector<node> nodes;
  };
  struct budget {
    std::size_t nodes = filter_limits::nodes_max;
    std::size_t values = filter_limits::values_max;
  };

  explicit tags_filter(node root) : root_(std::move(root)) {}

  static std::expected<node, filter_errc> compile(const protocol::filter_node& from,
                                                  std::size_t depth_left, budget& left);
  static std::expected<node, filter_errc> compile_leaf(const protocol::filter_node& from,
                                                       budget& left);
  static std::expected<comparison, filter_errc> comparison_of(const std::string& name);
  static bool matches(const node& from, const tags& of);
  static bool matches_leaf(const node& leaf, const tags& of);
  static bool matches_number(const node& leaf, const std::string& tag);

  node root_;
};

}  // namespace troupe::hub
