// A WebSocket that speaks protobuf, beside others that speak JSON, over the simulated server.
#include <gtest/gtest.h>

#include "protocol/client/protobuf_fields.hpp"
#include "tests/sim/simulated_server.hpp"
#include "transport/websocket/permessage_deflate.hpp"

namespace troupe::gateway {
namespace {

using namespace std::chrono_literals;
using namespace protocol::protobuf_fields;
using sim::binary_frame;
using sim::simulated_server;
using sim::text_frame;
using sim::upgrade_request;

const std::string connect_command = delimited({number(1, 1), bytes(4, "")});
const std::string pong = std::string(1, '\0');

std::string subscribe_command(std::string_view channel) {
  return delimited({number(1, 2), bytes(5, bytes(1, channel))});
}
std::string publish_command(std::string_view channel, std::string_view data) {
  return delimited({number(1, 3), bytes(7, joined({bytes(1, channel), bytes(2, data)}))});
}

simulated_server::client connect_protobuf(simulated_server& server, const std::string& commands) {
  return server.connect(upgrade_request("Sec-WebSocket-Protocol: centrifuge-protobuf\r\n") +
                        binary_frame(commands));
}

bool heard_binary(const sim::transcript& heard, std::string_view part) {
  return std::ranges::any_of(heard.binaries, [&](auto& each) { return each.contains(part); });
}

TEST(websocket_encodings, a_protobuf_client_and_a_json_client_hear_one_another) {
  simulated_server server(1);
  const auto binary = connect_protobuf(server, connect_command + subscribe_command("chat:room"));
  const auto json = server.connect_to_hub("chat:room");
  server.world().run_for(1s);
  binary.send(binary_frame(publish_command("chat:room", "{\n\"from\":\"protobuf\"}")));
  server.world().run_for(1s);
  json.command(R"({"id":3,"publish":{"channel":"chat:room","data":{"from":"json"}}})");
  server.world().run_for(1s);
  EXPECT_TRUE(json.heard->heard(R"("pub":{"data":{"from":"protobuf"},)"));
  EXPECT_TRUE(heard_binary(*binary.heard, bytes(4, R"({"from":"json"})")));
  EXPECT_TRUE(heard_binary(*binary.heard, bytes(4, "{\n\"from\":\"protobuf\"}")))
      << "byte for byte as it was published";
  EXPECT_TRUE(heard_binary(*binary.heard, delimited({number(1, 3), bytes(8, "")})));
  EXPECT_TRUE(binary.heard->texts.empty());
}

TEST(websocket_encodings, bytes_that_are_no_json_end_the_connections_of_json_clients) {
  simulated_server server(1);
  const auto binary = connect_protobuf(server, connect_command + subscribe_command("chat:room"));
  const auto json = server.connect_to_hub("chat:room");
  server.world().run_for(1s);
  binary.send(binary_frame(publish_command("chat:room", "\xFF")));
  server.world().run_for(1s);
  EXPECT_EQ(json.heard->close_code, 3506);
  EXPECT_EQ(json.heard->close_reason, "inappropriate protocol");
  EXPECT_FALSE(binary.heard->close_code);
  EXPECT_TRUE(heard_binary(*binary.heard, bytes(4, "\xFF")));
  // So does an answer that holds them.
  const auto later = server.connect_to_hub();
  later.command(R"({"id":2,"history":{"channel":"chat:room","limit":-1}})");
  server.world().run_for(1s);
  EXPECT_EQ(later.heard->close_code, 3506);
}

TEST(websocket_encodings, a_frame_of_the_other_kind_is_refused) {
  simulated_server server(1);
  const auto binary = connect_protobuf(server, connect_command);
  const auto json = server.connect_to_hub();
  binary.send(text_frame("{}"));
  json.send(binary_frame(pong));
  server.world().run_for(1s);
  EXPECT_EQ(binary.heard->close_code, 1003);
  EXPECT_EQ(json.heard->close_code, 1003);
}

TEST(websocket_encodings, what_is_no_protobuf_ends_the_connection_as_a_bad_request) {
  simulated_server server(1);
  const auto binary = connect_protobuf(server, connect_command);
  binary.send(binary_frame("{}"));
  server.world().run_for(1s);
  EXPECT_EQ(binary.heard->close_code, 3501);
}

TEST(websocket_encodings, a_protobuf_ping_is_an_empty_message_and_so_is_its_pong) {
  simulated_server server(1);
  const auto good = connect_protobuf(server, connect_command);
  const auto silent = connect_protobuf(server, connect_command);
  server.world().run_for(1s);
  for (int i = 0; i < 25 && good.heard->binaries.back() != pong; ++i) server.world().run_for(1s);
  ASSERT_EQ(good.heard->binaries.back(), pong);
  good.send(binary_frame(pong));
  server.world().run_for(9s);
  EXPECT_FALSE(good.heard->close_code);
  server.world().run_for(25s);
  EXPECT_EQ(silent.heard->close_code, 3012);
}

TEST(websocket_encodings, native_pings_take_the_place_of_those_of_the_protocol) {
  simulated_server server(1);
  const auto connect = [&] {
    return server.connect(upgrade_request("", "?cf_ws_frame_ping_pong=true") +
                          text_frame(R"({"id":1,"connect":{}})"));
  };
  const auto good = connect();
  const auto silent = connect();
  server.world().run_for(1s);
  EXPECT_FALSE(good.heard->heard(R"("ping")"));
  EXPECT_FALSE(good.heard->heard(R"("pong")"));
  for (int i = 0; i < 25 && good.heard->pings.empty(); ++i) server.world().run_for(1s);
  ASSERT_FALSE(good.heard->pings.empty());
  good.send(sim::client_frame(0xA, good.heard->pings.back()));
  server.world().run_for(9s);
  EXPECT_FALSE(good.heard->close_code);
  EXPECT_EQ(good.heard->count("{}"), 0U) << "and none of the protocol";
  server.world().run_for(25s);
  EXPECT_EQ(silent.heard->close_code, 3012);
}

core::configuration compressing() {
  core::configuration all = sim::open_configuration();
  all.websocket.compression = true;
  return all;
}

constexpr std::string_view offer =
    "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n";
constexpr std::uint8_t deflated_text = 0x41;

TEST(websocket_encodings, messages_are_compressed_in_both_directions_for_those_who_offer_it) {
  simulated_server server(1, {.configuration = compressing()});
  const auto small = server.connect(
      upgrade_request(offer) +
      sim::client_frame(deflated_text, websocket::deflate_message(R"({"id":1,"connect":{}})")));
  const auto plain = server.connect_to_hub("chat:room");
  server.subscribe(small, "chat:room");
  server.world().run_for(1s);
  EXPECT_TRUE(small.heard->http.contains("Sec-WebSocket-Extensions: permessage-deflate"));
  EXPECT_FALSE(plain.heard->http.contains("Sec-WebSocket-Extensions"));
  const std::string data = std::string(1000, 'x');
  const std::string publish =
      R"({"id":3,"publish":{"channel":"chat:room","data":")" + data + "\"}}";
  small.send(sim::client_frame(deflated_text, websocket::deflate_message(publish)));
  server.world().run_for(1s);
  EXPECT_TRUE(small.heard->heard(data));
  EXPECT_GT(small.heard->deflated, 0U);
  EXPECT_TRUE(plain.heard->heard(data));
  EXPECT_EQ(plain.heard->deflated, 0U);
}

TEST(websocket_encodings, a_message_that_would_inflate_too_far_is_1009) {
  simulated_server server(1, {.configuration = compressing()});
  const auto one = server.connect(upgrade_request(offer));
  one.send(sim::client_frame(deflated_text, websocket::deflate_message(std::string(700'000, ' '))));
  server.world().run_for(1s);
  EXPECT_EQ(one.heard->close_code, 1009);
}

TEST(websocket_encodings, compression_is_off_unless_configured) {
  simulated_server server(1);
  const auto one = server.connect(upgrade_request(offer));
  server.world().run_for(1s);
  EXPECT_TRUE(one.heard->is_websocket());
  EXPECT_FALSE(one.heard->http.contains("Sec-WebSocket-Extensions"));
}

}  // namespace
}  // namespace troupe::gateway
