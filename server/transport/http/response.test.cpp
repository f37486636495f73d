#include "transport/http/response.hpp"

#include <gtest/gtest.h>

namespace troupe::http {
namespace {

TEST(response, is_written_with_its_length) {
  EXPECT_EQ(to_bytes(make_response(200, "application/json", "{}")),
            "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}");
  EXPECT_EQ(to_bytes({.status = 404, .headers = {}, .body = {}}),
            "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n");
}

TEST(response, tells_a_head_request_the_length_without_the_body) {
  EXPECT_EQ(to_bytes(make_response(200, "text/plain", "hello"), {.head = true}),
            "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 5\r\n\r\n");
}

TEST(response, says_when_the_connection_ends) {
  const response empty;
  EXPECT_EQ(to_bytes(empty, {.keep_alive = false}),
            "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
  EXPECT_EQ(to_bytes(empty, {.keep_alive = true, .version = version::http_1_0}),
            "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: keep-alive\r\n\r\n");
}

TEST(response, has_no_length_where_the_standard_forbids_one) {
  EXPECT_EQ(to_bytes({.status = 204, .headers = {}, .body = "dropped"}),
            "HTTP/1.1 204 No Content\r\n\r\n");
  EXPECT_EQ(to_bytes({.status = 100, .headers = {}, .body = {}}), "HTTP/1.1 100 Continue\r\n\r\n");
}

TEST(response, a_stream_begins_with_a_head_that_tells_no_length) {
  response head;
  head.headers.add("Content-Type", "text/event-stream");
  EXPECT_EQ(head_of_stream(head, version::http_1_1),
            "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
            "Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n");
  EXPECT_EQ(head_of_stream(head, version::http_1_0),
            "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n");
}

TEST(response, cannot_gain_headers_through_a_value) {
  response response;
  response.headers.add("Location", "/a\r\nSet-Cookie: x=1");
  EXPECT_EQ(to_bytes(response),
            "HTTP/1.1 200 OK\r\nLocation: /a  Set-Cookie: x=1\r\nContent-Length: 0\r\n\r\n");
}

TEST(response, has_a_phrase_for_every_status_the_server_uses) {
  for (unsigned status : {100, 101, 200, 204, 304, 400, 401, 403, 404, 405,
                          409, 413, 416, 426, 429, 431, 500, 501, 503, 505}) {
    EXPECT_NE(reason_phrase(status), "Unknown") << status;
  }
  EXPECT_EQ(reason_phrase(299), "Unknown");
  EXPECT_EQ(reason_phrase(999), "Unknown");
}

}  // namespace
}  // namespace troupe::http
