#include "services/hub/encoded_push.hpp"

#include <gtest/gtest.h>

#include "adapters/memory/history.hpp"
#include "core/memory_log.hpp"

namespace troupe::hub {
namespace {

using enum wire_format;

core::shared_bytes frame(wire_format format, std::string_view messages) {
  return core::shared_bytes::joined({format == sse_json ? "sse " : "", messages});
}

protocol::publication publication(std::string data, std::uint64_t offset = 0) {
  protocol::publication made;
  made.data = std::move(data);
  made.offset = offset;
  return made;
}

class encoded_push_of : public testing::Test {
 protected:
  core::configuration configuration;
  core::live_configuration live{configuration};
  memory::history history{1};
  crypto::hmac_key keys{""};
  core::counters counters;
  core::memory_log log;
  context shared{live, history, keys, counters, log, &frame, "test"};
  core::channel_name channel{"news"};
  format_counts used;
};

TEST_F(encoded_push_of, a_publication_holds_a_frame_for_each_format_that_is_used) {
  used.add(websocket_json);
  used.add(sse_json);
  const shared_push push = encode(shared, used, channel, publication("1", 7));
  const std::string json = R"({"push":{"channel":"news","pub":{"data":1,"offset":7}}})";
  EXPECT_EQ(push->frame(websocket_json).view(), json);
  EXPECT_EQ(push->frame(sse_json).view(), "sse " + json);
  EXPECT_TRUE(push->frame(http_stream_json).empty());
}

TEST_F(encoded_push_of, a_format_whose_last_user_has_gone_is_left_out) {
  used.add(websocket_json);
  used.add(websocket_json);
  used.remove(websocket_json);
  EXPECT_FALSE(encode(shared, used, channel, publication("1"))->frame(websocket_json).empty());
  used.remove(websocket_json);
  EXPECT_TRUE(encode(shared, used, channel, publication("1"))->frame(websocket_json).empty());
}

TEST_F(encoded_push_of, each_encoding_has_bytes_of_its_own) {
  used.add(websocket_json);
  used.add(websocket_protobuf);
  used.add(http_stream_protobuf);
  const shared_push push = encode(shared, used, channel, publication("1", 7));
  EXPECT_EQ(push->frame(websocket_json).view(),
            R"({"push":{"channel":"news","pub":{"data":1,"offset":7}}})");
  EXPECT_EQ(push->frame(websocket_protobuf).view(),
            "\x0F\x22\x0D\x12\x04news\x22\x05\x22\x01\x31\x30\x07");
  EXPECT_EQ(push->frame(http_stream_protobuf), push->frame(websocket_protobuf));
}

TEST_F(encoded_push_of, bytes_that_are_no_json_have_no_frame_in_json) {
  used.add(websocket_json);
  used.add(sse_json);
  used.add(websocket_protobuf);
  const shared_push push = encode(shared, used, channel, publication("\xFF"));
  EXPECT_TRUE(push->frame(websocket_json).empty());
  EXPECT_TRUE(push->frame(sse_json).empty());
  EXPECT_FALSE(push->frame(websocket_protobuf).empty());
}

TEST_F(encoded_push_of, a_publication_tells_what_a_delivery_is_decided_by) {
  protocol::publication tagged = publication("1", 7);
  tagged.tags = {{"team", "red"}};
  const shared_push push = encode(shared, used, channel, tagged);
  EXPECT_EQ(push->what, encoded_push::kind::publication);
  EXPECT_EQ(push->position.offset, 7U);
  EXPECT_EQ(push->tags, (std::map<std::string, std::string>{{"team", "red"}}));
}

TEST_F(encoded_push_of, what_is_no_publication_has_no_offset) {
  used.add(websocket_json);
  const shared_push push =
      encode(shared, used, protocol::push{"news", protocol::join_push{{"ada", "c1", "", ""}}});
  EXPECT_EQ(push->what, encoded_push::kind::other);
  EXPECT_EQ(push->position.offset, 0U);
  EXPECT_EQ(push->frame(websocket_json).view(),
            R"({"push":{"channel":"news","join":{"info":{"user":"ada","client":"c1"}}}})");
}

}  // namespace
}  // namespace troupe::hub
