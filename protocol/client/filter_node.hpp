// filter_node.hpp — which publications a subscriber wants, by their tags.
#pragma once

#include <string>
#include <vector>

namespace troupe::protocol {

/// A tree: an inner node joins `nodes` by its `op`, a leaf compares one tag.
struct filter_node {
  std::string op;   // "" for a leaf, or and, or, not
  std::string key;  // the tag
  std::string cmp;  // eq neq in nin ex nex sw ew ct lt lte gt gte
  std::string val;
  std::vector<std::string> vals;   // for in and nin
  std::vector<filter_node> nodes;  // at most json_depth_max levels

  bool operator==(const filter_node&) const = default;
};

}  // namespace troupe::protocol
