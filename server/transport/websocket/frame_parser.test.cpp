#include "transport/websocket/frame_parser.hpp"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "transport/websocket/permessage_deflate.hpp"

namespace troupe::websocket {
namespace {

using namespace std::string_literals;

constexpr std::size_t message_bytes_max = 64 * 1024;
constexpr unsigned final_bit = 0x80;

// A client's frame: first byte as given, masked, length in its shortest form.
std::string client_frame(unsigned first, std::string_view payload,
                         std::string_view mask = "\x12\x34\x56\x78") {
  std::string out(1, static_cast<char>(first));
  const std::size_t size = payload.size();
  if (size <= 125) {
    out.push_back(static_cast<char>(0x80 | size));
  } else if (size <= 0xFFFF) {
    out.push_back(static_cast<char>(0x80 | 126));
    for (int shift : {8, 0}) out.push_back(static_cast<char>(size >> shift & 0xFF));
  } else {
    out.push_back(static_cast<char>(0x80 | 127));
    for (int shift : {56, 48, 40, 32, 24, 16, 8, 0}) {
      out.push_back(static_cast<char>(size >> shift & 0xFF));
    }
  }
  out += mask;
  for (std::size_t i = 0; i < size; ++i) out.push_back(static_cast<char>(payload[i] ^ mask[i % 4]));
  return out;
}

std::string text_frame(std::string_view payload) {
  return client_frame(0x81, payload);
}

struct outcome {
  std::vector<event> events;
  std::optional<failure> failed;

  bool operator==(const outcome&) const = default;
};

outcome feed(frame_parser& parser, std::string_view bytes, std::size_t piece_bytes) {
  outcome seen;
  for (std::size_t at = 0; at < bytes.size(); at += piece_bytes) {
    auto input = std::as_bytes(std::span(bytes.substr(at, piece_bytes)));
    for (;;) {
      auto next = parser.next(input);
      if (!next) {
        seen.failed = next.error();
        return seen;
      }
      if (!*next) break;
      seen.events.push_back(std::move(**next));
    }
    EXPECT_TRUE(input.empty()) << "input left over without an event";
  }
  return seen;
}

// Every case runs whole and cut into pieces of several sizes; the outcome must not differ.
outcome parse(std::string_view bytes) {
  frame_parser whole(message_bytes_max);
  const outcome expected = feed(whole, bytes, std::max<std::size_t>(bytes.size(), 1));
  for (std::size_t piece_bytes : {1, 2, 3, 7, 64}) {
    frame_parser parser(message_bytes_max);
    const outcome cut = feed(parser, bytes, piece_bytes);
    EXPECT_EQ(cut.events.size(), expected.events.size()) << "pieces of " << piece_bytes;
    EXPECT_TRUE(cut == expected) << "pieces of " << piece_bytes;
  }
  return expected;
}

std::vector<event> events_of(std::string_view bytes) {
  outcome seen = parse(bytes);
  EXPECT_FALSE(seen.failed) << seen.failed->reason;
  return seen.events;
}

failure failure_of(std::string_view bytes) {
  outcome seen = parse(bytes);
  EXPECT_TRUE(seen.failed.has_value());
  return seen.failed.value_or(failure{0, "nothing failed"});
}

std::string close_payload(unsigned code, std::string_view reason = {}) {
  std::string payload{static_cast<char>(code >> 8), static_cast<char>(code & 0xFF)};
  return payload.append(reason);
}

TEST(frame_parser, yields_text_and_binary_messages) {
  EXPECT_EQ(events_of(text_frame("Hello")), (std::vector<event>{text_message{"Hello"}}));
  EXPECT_EQ(events_of(client_frame(0x82, "\xFF\x00"s)),
            (std::vector<event>{binary_message{"\xFF\x00"s}}));
  EXPECT_EQ(events_of(text_frame("")), (std::vector<event>{text_message{""}}));
}

TEST(frame_parser, yields_several_frames_of_one_read_in_order) {
  EXPECT_EQ(events_of(text_frame("a") + client_frame(0x89, "p") + text_frame("b")),
            (std::vector<event>{text_message{"a"}, ping{"p"}, text_message{"b"}}));
}

TEST(frame_parser, reads_every_form_of_length) {
  for (std::size_t size : {0, 1, 125, 126, 127, 128, 65535, 65536}) {
    const std::string payload(size, '*');
    EXPECT_EQ(events_of(text_frame(payload)), (std::vector<event>{text_message{payload}})) << size;
  }
}

TEST(frame_parser, joins_fragments) {
  EXPECT_EQ(
      events_of(client_frame(0x01, "frag") + client_frame(0x00, "men") + client_frame(0x80, "ted")),
      (std::vector<event>{text_message{"fragmented"}}));
  EXPECT_EQ(events_of(client_frame(0x02, "") + client_frame(0x00, "") + client_frame(0x80, "")),
            (std::vector<event>{binary_message{""}}));
}

TEST(frame_parser, yields_control_frames_between_fragments_before_the_message) {
  EXPECT_EQ(
      events_of(client_frame(0x01, "frag") + client_frame(0x89, "are you there") +
                client_frame(0x00, "men") + client_frame(0x8A, "") + client_frame(0x80, "ted")),
      (std::vector<event>{ping{"are you there"}, pong{""}, text_message{"fragmented"}}));
}

TEST(frame_parser, accepts_a_control_frame_of_125_bytes) {
  const std::string payload(125, '\xFE');
  EXPECT_EQ(events_of(client_frame(0x89, payload)), (std::vector<event>{ping{payload}}));
}

TEST(frame_parser, refuses_control_frames_that_are_too_long_or_fragmented) {
  for (unsigned code : {0x8, 0x9, 0xA}) {
    EXPECT_EQ(failure_of(client_frame(final_bit | code, std::string(126, 'x'))).code, 1002);
    EXPECT_EQ(failure_of(client_frame(code, "x")).code, 1002);
  }
}

TEST(frame_parser, refuses_an_unmasked_client_frame) {
  EXPECT_EQ(failure_of("\x81\x02hi"), (failure{1002, "frame not masked"}));
  EXPECT_EQ(failure_of("\x88\x00"s).code, 1002);
}

TEST(frame_parser, refuses_each_reserved_bit) {
  for (unsigned bit : {0x40, 0x20, 0x10}) {
    EXPECT_EQ(failure_of(client_frame(0x81 | bit, "x")), (failure{1002, "reserved bit set"}));
    EXPECT_EQ(failure_of(client_frame(0x89 | bit, "")), (failure{1002, "reserved bit set"}));
  }
}

outcome feed_deflated(std::string_view bytes, std::size_t piece_bytes = 7) {
  frame_parser parser(message_bytes_max, true);
  return feed(parser, bytes, piece_bytes);
}

constexpr unsigned deflated_bit = 0x40;

TEST(frame_parser, inflates_messages_where_that_was_agreed) {
  const std::string payload = deflate_message("Hello, hello");
  EXPECT_EQ(feed_deflated(client_frame(0x81 | deflated_bit, payload)).events,
            (std::vector<event>{text_message{"Hello, hello"}}));
  EXPECT_EQ(feed_deflated(client_frame(0x82 | deflated_bit, payload)).events,
            (std::vector<event>{binary_message{"Hello, hello"}}));
  EXPECT_EQ(feed_deflated(text_frame("plain")).events, (std::vector<event>{text_message{"plain"}}))
      << "one at a time as the client likes";
  EXPECT_EQ(failure_of(client_frame(0x81 | deflated_bit, payload)),
            (failure{1002, "reserved bit set"}))
      << "where it was not";
}

TEST(frame_parser, a_deflated_message_may_be_fragmented_around_a_control_frame) {
  const std::string payload = deflate_message("Hello, hello");
  EXPECT_EQ(feed_deflated(client_frame(0x01 | deflated_bit, payload.substr(0, 3)) +
                          client_frame(0x89, "p") + client_frame(0x80, payload.substr(3)) +
                          text_frame("next"))
                .events,
            (std::vector<event>{ping{"p"}, text_message{"Hello, hello"}, text_message{"next"}}));
}

TEST(frame_parser, the_bit_of_a_deflated_message_stands_on_its_first_frame_alone) {
  const failure reserved{1002, "reserved bit set"};
  EXPECT_EQ(feed_deflated(client_frame(0x01, "a") + client_frame(0x80 | deflated_bit, "b")).failed,
            reserved);
  EXPECT_EQ(feed_deflated(client_frame(0x89 | deflated_bit, "")).failed, reserved);
  EXPECT_EQ(feed_deflated(client_frame(0x81 | 0x20, "")).failed, reserved);
}

TEST(frame_parser, bounds_what_comes_out_of_a_deflated_message) {
  const std::size_t most = frame_parser::inflated_times_max * message_bytes_max;
  const auto seen = feed_deflated(
      client_frame(0x81 | deflated_bit, deflate_message(std::string(most, 'x'))), 4096);
  ASSERT_EQ(seen.events.size(), 1U);
  EXPECT_EQ(std::get<text_message>(seen.events[0]).text.size(), most);
  EXPECT_EQ(
      feed_deflated(client_frame(0x81 | deflated_bit, deflate_message(std::string(most + 1, 'x'))),
                    4096)
          .failed,
      (failure{1009, "message too big"}));
}

TEST(frame_parser, refuses_a_deflated_message_that_is_none_or_whose_text_is_not_utf8) {
  EXPECT_EQ(feed_deflated(client_frame(0x81 | deflated_bit, "\xFF\xFF\xFF")).failed,
            (failure{1007, "message cannot be inflated"}));
  EXPECT_EQ(feed_deflated(client_frame(0x81 | deflated_bit, deflate_message("\xFF"))).failed,
            (failure{1007, "text is not UTF-8"}));
  EXPECT_EQ(feed_deflated(client_frame(0x81 | deflated_bit, deflate_message("\xC3"))).failed,
            (failure{1007, "text ends in a character"}));
}

TEST(frame_parser, refuses_each_reserved_opcode) {
  for (unsigned code : {0x3, 0x4, 0x5, 0x6, 0x7, 0xB, 0xC, 0xD, 0xE, 0xF}) {
    EXPECT_EQ(failure_of(client_frame(final_bit | code, "")), (failure{1002, "reserved opcode"}));
  }
}

TEST(frame_parser, refuses_a_continuation_of_no_message) {
  EXPECT_EQ(failure_of(client_frame(0x80, "x")).code, 1002);
  EXPECT_EQ(failure_of(client_frame(0x00, "x")).code, 1002);
  const outcome after = parse(text_frame("done") + client_frame(0x80, "x"));
  EXPECT_EQ(after.events, (std::vector<event>{text_message{"done"}}));
  ASSERT_TRUE(after.failed);
  EXPECT_EQ(after.failed->code, 1002);
}

TEST(frame_parser, refuses_a_new_message_within_a_fragmented_one) {
  EXPECT_EQ(failure_of(client_frame(0x01, "a") + text_frame("b")).code, 1002);
  EXPECT_EQ(failure_of(client_frame(0x02, "") + client_frame(0x02, "b")).code, 1002);
}

TEST(frame_parser, refuses_a_length_that_is_not_in_its_shortest_form) {
  const std::string mask = "\0\0\0\0"s;
  EXPECT_EQ(failure_of("\x81\xFE\x00\x7D"s + mask + std::string(125, 'x')).code, 1002);
  EXPECT_EQ(failure_of("\x81\xFF\x00\x00\x00\x00\x00\x00\xFF\xFF"s + mask).code, 1002);
}

TEST(frame_parser, refuses_a_length_with_its_highest_bit_set) {
  EXPECT_EQ(failure_of("\x82\xFF\x80\x00\x00\x00\x00\x00\x00\x00\0\0\0\0"s).code, 1002);
}

TEST(frame_parser, refuses_too_big_a_message_when_its_length_is_declared) {
  std::string largest_length = "\x82\xFF\x7F\xFF\xFF\xFF\xFF\xFF\xFF\xFF\0\0\0\0"s;
  EXPECT_EQ(failure_of(largest_length), (failure{1009, "message too big"}));
  const std::string whole(message_bytes_max, 'x');
  EXPECT_EQ(events_of(text_frame(whole)), (std::vector<event>{text_message{whole}}));
  EXPECT_EQ(failure_of(text_frame(whole + "x")).code, 1009);
}

TEST(frame_parser, counts_all_fragments_against_the_limit) {
  const std::string half(message_bytes_max / 2, 'x');
  EXPECT_EQ(events_of(client_frame(0x01, half) + client_frame(0x80, half)),
            (std::vector<event>{text_message{half + half}}));
  EXPECT_EQ(
      failure_of(client_frame(0x01, half) + client_frame(0x00, half) + client_frame(0x80, "x"))
          .code,
      1009);
}

TEST(frame_parser, accepts_a_character_split_over_fragments) {
  EXPECT_EQ(events_of(client_frame(0x01, "\xCE") + client_frame(0x00, "\xBA\xE1") +
                      client_frame(0x89, "\xFF") + client_frame(0x00, "\xBD") +
                      client_frame(0x80, "\xB9")),
            (std::vector<event>{ping{"\xFF"}, text_message{"\u03BA\u1F79"}}));
}

TEST(frame_parser, refuses_text_that_is_not_utf8) {
  EXPECT_EQ(failure_of(text_frame("\xCE\xBA\xED\xA0\x80 surrogate")).code, 1007);
  EXPECT_EQ(failure_of(text_frame("\xF4\x90\x80\x80")).code, 1007);
  EXPECT_EQ(failure_of(text_frame("cut short \xE2\x82")).code, 1007);
  EXPECT_EQ(failure_of(client_frame(0x01, "\xE2\x82") + client_frame(0x80, "")).code, 1007);
}

TEST(frame_parser, refuses_bad_text_before_its_frame_is_complete) {
  const std::string frame = text_frame("\xFF" + std::string(1000, 'x'));
  EXPECT_EQ(failure_of(frame.substr(0, 9)).code, 1007);
}

TEST(frame_parser, does_not_check_the_encoding_of_binary_messages) {
  EXPECT_EQ(events_of(client_frame(0x02, "\xFF") + client_frame(0x80, "\xC0")),
            (std::vector<event>{binary_message{"\xFF\xC0"}}));
}

TEST(frame_parser, yields_a_close_with_code_and_reason) {
  EXPECT_EQ(events_of(client_frame(0x88, close_payload(1000, "bye"))),
            (std::vector<event>{websocket::close{1000, "bye"}}));
  EXPECT_EQ(events_of(client_frame(0x88, "")),
            (std::vector<event>{websocket::close{close_codes::no_status, ""}}));
  const std::string longest(123, 'r');
  EXPECT_EQ(events_of(client_frame(0x88, close_payload(1000, longest))),
            (std::vector<event>{websocket::close{1000, longest}}));
}

TEST(frame_parser, accepts_the_close_codes_a_peer_may_send) {
  for (unsigned code : {1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014,
                        3000, 3999, 4000, 4999}) {
    EXPECT_EQ(events_of(client_frame(0x88, close_payload(code))).size(), 1U) << code;
  }
}

TEST(frame_parser, refuses_the_close_codes_a_peer_may_not_send) {
  for (unsigned code : {0, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65535}) {
    EXPECT_EQ(failure_of(client_frame(0x88, close_payload(code))).code, 1002) << code;
  }
}

TEST(frame_parser, refuses_a_close_of_one_byte) {
  EXPECT_EQ(failure_of(client_frame(0x88, "\x03")).code, 1002);
}

TEST(frame_parser, refuses_a_close_reason_that_is_not_utf8) {
  EXPECT_EQ(failure_of(client_frame(0x88, close_payload(1000, "\xFF"))).code, 1007);
  EXPECT_EQ(failure_of(client_frame(0x88, close_payload(1000, "\xE2\x82"))).code, 1007);
}

TEST(frame_parser, drops_everything_after_a_close) {
  EXPECT_EQ(events_of(client_frame(0x88, "") + text_frame("late") + "garbage"),
            (std::vector<event>{websocket::close{close_codes::no_status, ""}}));
  EXPECT_EQ(events_of(client_frame(0x01, "unfinished") + client_frame(0x88, "") + "\xFF"),
            (std::vector<event>{websocket::close{close_codes::no_status, ""}}));
}

TEST(frame_parser, fails_the_same_way_again_after_a_failure) {
  frame_parser parser(message_bytes_max);
  const outcome first = feed(parser, "\xFF\x00"s, 2);
  const outcome second = feed(parser, text_frame("fine"), 100);
  ASSERT_TRUE(first.failed);
  EXPECT_EQ(second.failed, first.failed);
  EXPECT_TRUE(second.events.empty());
}

TEST(frame_parser, unmasks_with_any_mask_at_any_cut) {
  const std::string payload = "The quick brown fox jumps over the lazy dog";
  for (std::string_view mask : {"\0\0\0\0"s, "\xFF\xFF\xFF\xFF"s, "\x01\x02\x03\x04"s}) {
    EXPECT_EQ(events_of(client_frame(0x01, payload, mask) + client_frame(0x80, payload, mask)),
              (std::vector<event>{text_message{payload + payload}}));
  }
}

TEST(frame_parser, knows_whether_a_message_has_begun) {
  frame_parser parser(message_bytes_max);
  EXPECT_FALSE(parser.mid_message());
  feed(parser, text_frame("whole"), 100);
  EXPECT_FALSE(parser.mid_message());
  feed(parser, client_frame(0x01, "part"), 100);
  EXPECT_TRUE(parser.mid_message());
  feed(parser, client_frame(0x80, ""), 100);
  EXPECT_FALSE(parser.mid_message());
  feed(parser, "\x81", 100);
  EXPECT_TRUE(parser.mid_message());
}

}  // namespace
}  // namespace troupe::websocket
