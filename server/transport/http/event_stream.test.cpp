#include "transport/http/event_stream.hpp"

#include <gtest/gtest.h>

namespace troupe::http {
namespace {

TEST(event_stream, each_line_is_an_event) {
  EXPECT_EQ(to_events("{}"), "data: {}\n\n");
  EXPECT_EQ(to_events("{\"id\":1}\n{}"), "data: {\"id\":1}\n\ndata: {}\n\n");
}

}  // namespace
}  // namespace troupe::http
