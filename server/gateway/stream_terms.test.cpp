#include "gateway/stream_terms.hpp"

#include <gtest/gtest.h>

#include "core/limits.hpp"

namespace troupe::gateway {
namespace {

using enum stream_transport;
using hub::wire_format;

http::request post(std::string body, std::string_view content_type = "application/json") {
  http::request request;
  request.method = "POST";
  request.headers.add("Content-Type", content_type);
  request.body = std::move(body);
  return request;
}

http::request get(std::string query) {
  http::request request;
  request.method = "GET";
  request.query = std::move(query);
  return request;
}

TEST(stream_terms, an_http_stream_speaks_the_encoding_of_its_request) {
  const auto json = agree_on_stream(http_stream, post("{}"));
  ASSERT_TRUE(json);
  EXPECT_EQ(json->terms.format, wire_format::http_stream_json);
  EXPECT_EQ(json->commands, "{}");
  EXPECT_TRUE(json->head.contains("\r\nContent-Type: application/json\r\n"));
  const auto binary = agree_on_stream(http_stream, post("\x01", "application/octet-stream"));
  ASSERT_TRUE(binary);
  EXPECT_EQ(binary->terms.format, wire_format::http_stream_protobuf);
  EXPECT_TRUE(binary->head.contains("\r\nContent-Type: application/octet-stream\r\n"));
}

TEST(stream_terms, server_sent_events_take_the_commands_from_the_query_or_the_body) {
  const auto by_query = agree_on_stream(sse, get("cf_connect=%7B%22id%22%3A1%7D"));
  ASSERT_TRUE(by_query);
  EXPECT_EQ(by_query->terms.format, wire_format::sse_json);
  EXPECT_EQ(by_query->commands, R"({"id":1})");
  EXPECT_TRUE(by_query->head.contains("\r\nContent-Type: text/event-stream\r\n"));
  EXPECT_TRUE(by_query->head.ends_with("\r\n\r\n2\r\n\r\n\r\n")) << "begins with an empty line";
  const auto by_body = agree_on_stream(sse, post(R"({"id":1})"));
  ASSERT_TRUE(by_body);
  EXPECT_EQ(by_body->commands, R"({"id":1})");
}

TEST(stream_terms, an_http_1_0_client_gets_no_chunks) {
  http::request old = get("cf_connect=x");
  old.version = http::version::http_1_0;
  const auto agreed = agree_on_stream(sse, old);
  ASSERT_TRUE(agreed);
  EXPECT_FALSE(agreed->head.contains("chunked"));
  EXPECT_TRUE(agreed->head.ends_with("\r\n\r\n\r\n"));
}

TEST(stream_terms, nothing_on_the_way_may_keep_collect_or_compress_the_stream) {
  const auto agreed = agree_on_stream(http_stream, post("{}"));
  ASSERT_TRUE(agreed);
  EXPECT_TRUE(agreed->head.contains("\r\nCache-Control: no-store, no-transform\r\n"));
  EXPECT_TRUE(agreed->head.contains("\r\nX-Accel-Buffering: no\r\n"));
  EXPECT_TRUE(agreed->head.contains("\r\nTransfer-Encoding: chunked\r\n"));
}

TEST(stream_terms, what_opens_no_stream_is_refused) {
  EXPECT_EQ(agree_on_stream(http_stream, get("cf_connect=x")).error().status, 405U);
  http::request head = get("cf_connect=x");
  head.method = "HEAD";
  EXPECT_EQ(agree_on_stream(sse, head).error().status, 405U);
  EXPECT_EQ(agree_on_stream(http_stream, post("")).error().status, 400U);
  EXPECT_EQ(agree_on_stream(sse, get("other=1")).error().status, 400U);
  const std::string largest(core::limits::message_bytes_max, ' ');
  EXPECT_TRUE(agree_on_stream(http_stream, post(largest)));
  EXPECT_EQ(agree_on_stream(http_stream, post(largest + ' ')).error().status, 413U);
}

}  // namespace
}  // namespace troupe::gateway
