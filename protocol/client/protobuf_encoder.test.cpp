// What is written, byte by byte: the numbers of fields are what clients were generated from.
#include "protocol/client/protobuf_encoder.hpp"

#include <gtest/gtest.h>

#include "protocol/client/protobuf_fields.hpp"

namespace troupe::protocol {
namespace {

using namespace protobuf_fields;

template <class... Parts>
std::string protobuf_of(const Parts&... parts) {
  std::string out;
  append_protobuf(out, parts...);
  return out;
}

TEST(client_protobuf_encoder, writes_a_ping_as_a_single_zero) {
  EXPECT_EQ(protobuf_of(reply{}), std::string(1, '\0'));
}

TEST(client_protobuf_encoder, sends_an_empty_result) {
  EXPECT_EQ(protobuf_of(reply{3, connect_result{}}), "\x04\x08\x03\x2A" + std::string(1, '\0'));
  EXPECT_EQ(protobuf_of(reply{3, subscribe_result{}}), delimited({number(1, 3), bytes(6, "")}));
  EXPECT_EQ(protobuf_of(reply{3, unsubscribe_result{}}), delimited({number(1, 3), bytes(7, "")}));
  EXPECT_EQ(protobuf_of(reply{3, publish_result{}}), delimited({number(1, 3), bytes(8, "")}));
  EXPECT_EQ(protobuf_of(reply{3, presence_result{}}), delimited({number(1, 3), bytes(9, "")}));
  EXPECT_EQ(protobuf_of(reply{3, presence_stats_result{}}),
            delimited({number(1, 3), bytes(10, "")}));
  EXPECT_EQ(protobuf_of(reply{3, history_result{}}), delimited({number(1, 3), bytes(11, "")}));
  EXPECT_EQ(protobuf_of(reply{3, ping_result{}}), delimited({number(1, 3), bytes(12, "")}));
  EXPECT_EQ(protobuf_of(reply{3, rpc_result{}}), delimited({number(1, 3), bytes(13, "")}));
  EXPECT_EQ(protobuf_of(reply{3, refresh_result{}}), delimited({number(1, 3), bytes(14, "")}));
  EXPECT_EQ(protobuf_of(reply{3, sub_refresh_result{}}), delimited({number(1, 3), bytes(15, "")}));
}

TEST(client_protobuf_encoder, writes_errors) {
  EXPECT_EQ(
      protobuf_of(reply{1, error(errors::internal)}),
      delimited({number(1, 1), bytes(2, joined({number(1, 100), bytes(2, "internal server error"),
                                                number(3, 1)}))}));
}

TEST(client_protobuf_encoder, writes_a_connect_result) {
  connect_result result{.client = "c1",
                        .version = "0.1",
                        .expires = true,
                        .ttl_s = 60,
                        .data = "\xFF",
                        .subs = {},
                        .ping_s = 25,
                        .pong = true,
                        .session = "s",
                        .node = "n",
                        .time_ms = 1700000000000};
  result.subs["news"].recoverable = true;
  const std::string fields =
      joined({bytes(1, "c1"), bytes(2, "0.1"), number(3, 1), number(4, 60), bytes(5, "\xFF"),
              bytes(6, joined({bytes(1, "news"), bytes(2, number(3, 1))})), number(7, 25),
              number(8, 1), bytes(9, "s"), bytes(10, "n"), number(11, 1700000000000)});
  EXPECT_EQ(protobuf_of(reply{1, result}), delimited({number(1, 1), bytes(5, fields)}));
}

TEST(client_protobuf_encoder, writes_a_subscribe_result) {
  subscribe_result result{.expires = true,
                          .ttl_s = 5,
                          .recoverable = true,
                          .epoch = "abcd",
                          .publications = {},
                          .recovered = true,
                          .offset = 4,
                          .positioned = true,
                          .data = "d",
                          .was_recovering = true,
                          .delta = true,
                          .id = 9};
  result.publications.emplace_back().offset = 5;
  const std::string fields =
      joined({number(1, 1), number(2, 5), number(3, 1), bytes(6, "abcd"), bytes(7, number(6, 5)),
              number(8, 1), number(9, 4), number(10, 1), bytes(11, "d"), number(12, 1),
              number(13, 1), number(14, 9)});
  EXPECT_EQ(protobuf_of(reply{3, result}), delimited({number(1, 3), bytes(6, fields)}));
}

TEST(client_protobuf_encoder, writes_the_other_results) {
  EXPECT_EQ(
      protobuf_of(reply{1, presence_result{{{"k", {"u", "c", "i", "j"}}}}}),
      delimited({number(1, 1),
                 bytes(9, bytes(1, joined({bytes(1, "k"),
                                           bytes(2, joined({bytes(1, "u"), bytes(2, "c"),
                                                            bytes(3, "i"), bytes(4, "j")}))})))}));
  EXPECT_EQ(protobuf_of(reply{1, presence_stats_result{2, 3}}),
            delimited({number(1, 1), bytes(10, joined({number(1, 2), number(2, 3)}))}));
  publication newest;
  newest.data = "d";
  EXPECT_EQ(protobuf_of(reply{1, history_result{{newest}, "e", 18446744073709551615U}}),
            delimited({number(1, 1), bytes(11, joined({bytes(1, bytes(4, "d")), bytes(2, "e"),
                                                       number(3, 18446744073709551615U)}))}));
  EXPECT_EQ(protobuf_of(reply{1, rpc_result{"d"}}),
            delimited({number(1, 1), bytes(13, bytes(1, "d"))}));
  EXPECT_EQ(
      protobuf_of(reply{1, refresh_result{"c", "v", true, 9}}),
      delimited({number(1, 1),
                 bytes(14, joined({bytes(1, "c"), bytes(2, "v"), number(3, 1), number(4, 9)}))}));
  EXPECT_EQ(protobuf_of(reply{1, sub_refresh_result{true, 9}}),
            delimited({number(1, 1), bytes(15, joined({number(1, 1), number(2, 9)}))}));
}

TEST(client_protobuf_encoder, writes_a_publication_with_everything) {
  const publication full{.data = "d",
                         .info = client_info{"u", "c", "i", "j"},
                         .offset = 4,
                         .tags = {{"a", "1"}},
                         .delta = true,
                         .time_ms = 7,
                         .channel = "updates.x"};
  const std::string info = joined({bytes(1, "u"), bytes(2, "c"), bytes(3, "i"), bytes(4, "j")});
  const std::string fields = joined({bytes(4, "d"), bytes(5, info), number(6, 4),
                                     bytes(7, joined({bytes(1, "a"), bytes(2, "1")})), number(8, 1),
                                     number(9, 7), bytes(10, "updates.x")});
  EXPECT_EQ(protobuf_of("updates.*", full),
            delimited({bytes(4, joined({bytes(2, "updates.*"), bytes(4, fields)}))}));
}

TEST(client_protobuf_encoder, writes_a_publication_the_same_way_from_where_it_lies) {
  publication small;
  small.data = "1";
  small.offset = 4;
  const std::string direct = protobuf_of("test", small);
  EXPECT_EQ(direct, "\x0F\x22\x0D\x12\x04test\x22\x05\x22\x01\x31\x30\x04");
  EXPECT_EQ(protobuf_of(push{"test", small}), direct);
  EXPECT_EQ(protobuf_of(reply{0, push{"test", small}}), direct);
}

TEST(client_protobuf_encoder, writes_every_kind_of_push) {
  const auto pushed = [](unsigned field, const std::string& body) {
    return delimited({bytes(4, joined({bytes(2, "c"), bytes(field, body)}))});
  };
  const std::string info = bytes(1, joined({bytes(1, "u"), bytes(2, "k")}));
  EXPECT_EQ(protobuf_of(push{"c", join_push{{"u", "k", "", ""}}}), pushed(5, info));
  EXPECT_EQ(protobuf_of(push{"c", leave_push{{"u", "k", "", ""}}}), pushed(6, info));
  EXPECT_EQ(protobuf_of(push{"c", unsubscribe_push{2500, "insufficient state"}}),
            pushed(7, joined({number(2, 2500), bytes(3, "insufficient state")})));
  EXPECT_EQ(protobuf_of(push{"c", message_push{"d"}}), pushed(8, bytes(1, "d")));
  EXPECT_EQ(
      protobuf_of(push{"c", subscribe_push{true, "e", 1, true, "d"}}),
      pushed(9, joined({number(1, 1), bytes(4, "e"), number(5, 1), number(6, 1), bytes(7, "d")})));
  EXPECT_EQ(protobuf_of(push{"c", disconnect_push{3001, "shutdown", true}}),
            pushed(11, joined({number(1, 3001), bytes(2, "shutdown"), number(3, 1)})));
  EXPECT_EQ(protobuf_of(push{"c", refresh_push{true, 5}}),
            pushed(12, joined({number(1, 1), number(2, 5)})));
  EXPECT_EQ(protobuf_of(push{"", leave_push{}, 7}),
            delimited({bytes(4, joined({number(1, 7), bytes(6, bytes(1, ""))}))}));
}

TEST(client_protobuf_encoder, tells_long_lengths) {
  const std::string data(300, 'x');
  EXPECT_EQ(protobuf_of(reply{1, rpc_result{data}}),
            delimited({number(1, 1), bytes(13, bytes(1, data))}));
}

TEST(client_protobuf_encoder, appends_to_what_is_there) {
  std::string out;
  append_protobuf(out, reply{1, publish_result{}});
  append_protobuf(out, reply{});
  EXPECT_EQ(out, delimited({number(1, 1), bytes(8, "")}) + std::string(1, '\0'));
}

}  // namespace
}  // namespace troupe::protocol
