#include "transport/http/chunk.hpp"

#include <gtest/gtest.h>

namespace troupe::http {
namespace {

TEST(chunk, tells_its_length_in_hexadecimal) {
  EXPECT_EQ(chunk_head(1), "1\r\n");
  EXPECT_EQ(chunk_head(0x1a2b), "1a2b\r\n");
}

TEST(chunk, gives_back_the_piece_in_it) {
  EXPECT_EQ(without_chunk("6\r\n{\n}\r\n\n\r\n"), "{\n}\r\n\n");
  EXPECT_EQ(without_chunk("0\r\n\r\n"), "");
}

}  // namespace
}  // namespace troupe::http
