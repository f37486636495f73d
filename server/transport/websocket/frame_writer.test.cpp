#include "transport/websocket/frame_writer.hpp"

#include <gtest/gtest.h>

namespace troupe::websocket {
namespace {

using namespace std::string_literals;

TEST(frame_writer, writes_each_length_in_its_shortest_form) {
  EXPECT_EQ(frame_header(opcode::text, 0).bytes(), "\x81\x00"s);
  EXPECT_EQ(frame_header(opcode::text, 125).bytes(), "\x81\x7D"s);
  EXPECT_EQ(frame_header(opcode::text, 126).bytes(), "\x81\x7E\x00\x7E"s);
  EXPECT_EQ(frame_header(opcode::binary, 0xFFFF).bytes(), "\x82\x7E\xFF\xFF"s);
  EXPECT_EQ(frame_header(opcode::binary, 0x10000).bytes(),
            "\x82\x7F\x00\x00\x00\x00\x00\x01\x00\x00"s);
}

TEST(frame_writer, puts_the_header_before_the_payload) {
  EXPECT_EQ(frame(opcode::text, "Hello"), "\x81\x05Hello"s);
  std::string out = "x";
  append_frame(out, opcode::binary, "ab");
  append_frame(out, opcode::text, "");
  EXPECT_EQ(out, "x\x82\x02"s + "ab" + "\x81\x00"s);
}

TEST(frame_writer, writes_control_frames) {
  EXPECT_EQ(ping_frame("hi"), "\x89\x02hi"s);
  EXPECT_EQ(pong_frame("hi"), "\x8A\x02hi"s);
  EXPECT_EQ(ping_frame(std::string(200, 'x')).size(), 2U + 125U);
}

TEST(frame_writer, writes_a_close_frame_with_code_and_reason) {
  EXPECT_EQ(close_frame(3001, "shutdown"), "\x88\x0A\x0B\xB9shutdown"s);
  EXPECT_EQ(close_frame(close_codes::no_status, "not sent"), "\x88\x00"s);
}

TEST(frame_writer, cuts_a_close_reason_before_a_character_that_does_not_fit) {
  const std::string fits(123, 'a');
  EXPECT_EQ(close_frame(3000, fits).substr(4), fits);
  EXPECT_EQ(close_frame(3000, fits + "b").substr(4), fits);
  const std::string euro = "\xE2\x82\xAC";
  EXPECT_EQ(close_frame(3000, std::string(121, 'a') + euro).substr(4), std::string(121, 'a'));
  EXPECT_EQ(close_frame(3000, std::string(120, 'a') + euro + euro).substr(4),
            std::string(120, 'a') + euro);
}

TEST(frame_writer, marks_a_compressed_payload) {
  EXPECT_EQ(frame_header(opcode::text, 5, true).bytes(), "\xC1\x05");
  EXPECT_EQ(frame_header(opcode::binary, 5, true).bytes(), "\xC2\x05");
}

}  // namespace
}  // namespace troupe::websocket
