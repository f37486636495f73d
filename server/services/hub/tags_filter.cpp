#include "services/hub/tags_filter.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "services/hub/decimal.hpp"

namespace troupe::hub {
namespace {

using enum filter_errc;

}  // namespace

std::expected<tags_filter, filter_errc> tags_filter::make(const protocol::filter_node& from) {
  budget left;
  auto root = compile(from, filter_limits::depth_max, left);
  if (!root) return std::unexpected(root.error());
  return tags_filter(*std::move(root));
}

// ---- compiling ---------------------------------------------------------------------------------

std::expected<tags_filter::node, filter_errc> tags_filter::compile(
    const protocol::filter_node& from, std::size_t depth_left, budget& left) {
  if (depth_left == 0 || left.nodes == 0) return std::unexpected(too_large);
  --left.nodes;
  if (from.op.empty()) return compile_leaf(from, left);
  node made;
  if (from.op == "and") {
    made.op = joined_by::all;
  } else if (from.op == "or") {
    made.op = joined_by::any;
  } else if (from.op == "not") {
    made.op = joined_by::none;
  } else {
    return std::unexpected(malformed);
  }
  const bool right_count =
      made.op == joined_by::none ? from.nodes.size() == 1 : !from.nodes.empty();
  if (!right_count) return std::unexpected(malformed);
  for (const protocol::filter_node& each : from.nodes) {
    auto child = compile(each, depth_left - 1, left);
    if (!child) return child;
    made.nodes.push_back(*std::move(child));
  }
  return made;
}

std::expected<tags_filter::node, filter_errc> tags_filter::compile_leaf(
    const protocol::filter_node& from, budget& left) {
  const auto compare = comparison_of(from.cmp);
  if (!compare) return std::unexpected(compare.error());
  const bool about_a_list = *compare == comparison::in || *compare == comparison::not_in;
  const bool about_existence = *compare == comparison::exists || *compare == comparison::not_exists;
  const bool about_a_value = !about_a_list && !about_existence;
  const bool complete = (from.val.empty() != about_a_value) &&
                        (from.vals.empty() != about_a_list) &&
                        (about_existence || !from.key.empty());
  if (!complete) return std::unexpected(malformed);
  if (from.vals.size() > left.values) return std::unexpected(too_large);
  left.values -= from.vals.size();
  node made;
  made.compare = *compare;
  made.key = from.key;
  made.value = from.val;
  made.values = from.vals;
  std::ranges::sort(made.values);
  return made;
}

std::expected<tags_filter::comparison, filter_errc> tags_filter::comparison_of(
    const std::string& name) {
  static constexpr std::array<std::pair<std::string_view, comparison>, 13> names = {{
      {"eq", comparison::equal},
      {"neq", comparison::not_equal},
      {"in", comparison::in},
      {"nin", comparison::not_in},
      {"ex", comparison::exists},
      {"nex", comparison::not_exists},
      {"sw", comparison::starts_with},
      {"ew", comparison::ends_with},
      {"ct", comparison::contains},
      {"lt", comparison::less},
      {"lte", comparison::less_or_equal},
      {"gt", comparison::greater},
      {"gte", comparison::greater_or_equal},
  }};
  const auto* found = std::ranges::find(names, name, &decltype(names)::value_type::first);
  if (found == names.end()) return std::unexpected(malformed);
  return found->second;
}

// ---- matching ----------------------------------------------------------------------------------

bool tags_filter::matches(const node& from, const tags& of) {
  const auto matches_each = [&](const node& each) { return matches(each, of); };
  switch (from.op) {
    case joined_by::leaf:
      return matches_leaf(from, of);
    case joined_by::all:
      return std::ranges::all_of(from.nodes, matches_each);
    case joined_by::any:
      return std::ranges::any_of(from.nodes, matches_each);
    case joined_by::none:
      return std::ranges::none_of(from.nodes, matches_each);
  }
  return false;
}

bool tags_filter::matches_leaf(const node& leaf, const tags& of) {
  static const std::string missing;
  const auto found = of.find(leaf.key);
  const bool exists = found != of.end();
  const std::string& tag = exists ? found->second : missing;
  switch (leaf.compare) {
    case comparison::equal:
      return exists && tag == leaf.value;
    case comparison::not_equal:
      return !exists || tag != leaf.value;
    case comparison::in:
      return std::ranges::binary_search(leaf.values, tag);
    case comparison::not_in:
      return !std::ranges::binary_search(leaf.values, tag);
    case comparison::exists:
      return exists;
    case comparison::not_exists:
      return !exists;
    case comparison::starts_with:
      return exists && tag.starts_with(leaf.value);
    case comparison::ends_with:
      return exists && tag.ends_with(leaf.value);
    case comparison::contains:
      return exists && tag.contains(leaf.value);
    case comparison::less:
    case comparison::less_or_equal:
    case comparison::greater:
    case comparison::greater_or_equal:
      return exists && matches_number(leaf, tag);
  }
  return false;
}

bool tags_filter::matches_number(const node& leaf, const std::string& tag) {
  const auto number = decimal::parse(tag);
  const auto bound = decimal::parse(leaf.value);
  if (!number || !bound) return false;
  switch (leaf.compare) {
    case comparison::less:
      return *number < *bound;
    case comparison::less_or_equal:
      return *number <= *bound;
    case comparison::greater:
      return *number > *bound;
    default:
      return *number >= *bound;
  }
}

}  // namespace troupe::hub
