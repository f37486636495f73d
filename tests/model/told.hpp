// What a test says of an exploration.
#pragma once

#include <iostream>

#include <gtest/gtest.h>

#include "explore.hpp"

namespace troupe::model {

/// Nothing can go wrong; prints how much was explored.
inline void expect_right(const outcome& all) {
  EXPECT_EQ(all.failure, "");
  std::cout << "[ EXPLORED ] " << all.executions << " executions, " << all.cut_short
            << " cut short, " << all.steps << " steps\n";
}

/// The broken variant is caught; prints by what, and how soon.
inline void expect_caught(const outcome& all) {
  EXPECT_NE(all.failure, "") << "explored " << all.executions << " executions";
  std::cout << "[  CAUGHT  ] by execution " << all.executions + all.cut_short << ": "
            << all.failure.substr(0, all.failure.find('\n')) << "\n";
}

}  // namespace troupe::model
