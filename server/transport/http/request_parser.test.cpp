#include "transport/http/request_parser.hpp"

#include <gtest/gtest.h>

namespace troupe::http {
namespace {

constexpr request_limits limits{
    .header_bytes_max = 1024, .header_count_max = 10, .body_bytes_max = 100};

struct outcome {
  std::vector<request> requests;
  std::optional<request_error> error;
  std::string rest;  // what followed the first upgrade request

  bool operator==(const outcome&) const = default;
};

outcome feed(std::string_view bytes, std::size_t piece_bytes) {
  request_parser parser(limits);
  outcome seen;
  for (std::size_t at = 0; at < bytes.size(); at += piece_bytes) {
    auto input = bytes.substr(at, piece_bytes);
    while (!input.empty()) {
      auto fed = parser.feed(std::as_bytes(std::span(input)));
      if (!fed) {
        seen.error = fed.error();
        return seen;
      }
      input.remove_prefix(fed->consumed_bytes);
      if (!fed->complete) {
        EXPECT_TRUE(input.empty()) << "input left over without a request";
        continue;
      }
      seen.requests.push_back(parser.take());
      if (seen.requests.back().upgrade) {
        seen.rest =
            std::string(input).append(bytes.substr(std::min(at + piece_bytes, bytes.size())));
        return seen;
      }
    }
  }
  return seen;
}

// Every case runs whole and cut into pieces of several sizes; the outcome must not differ.
outcome parse(std::string_view bytes) {
  outcome expected = feed(bytes, std::max<std::size_t>(bytes.size(), 1));
  for (std::size_t piece_bytes : {1, 2, 3, 7, 50}) {
    EXPECT_TRUE(feed(bytes, piece_bytes) == expected) << "pieces of " << piece_bytes;
  }
  return expected;
}

request one(std::string_view bytes) {
  outcome seen = parse(bytes);
  EXPECT_FALSE(seen.error) << seen.error->reason;
  EXPECT_EQ(seen.requests.size(), 1U);
  return seen.requests.empty() ? request{} : seen.requests.front();
}

unsigned refusal(std::string_view bytes) {
  outcome seen = parse(bytes);
  EXPECT_TRUE(seen.requests.empty());
  return seen.error ? seen.error->status : 0;
}

std::string post(std::string_view headers, std::string_view body) {
  return "POST /api/publish HTTP/1.1\r\nHost: a\r\n" + std::string(headers) + "\r\n" +
         std::string(body);
}

TEST(request_parser, reads_a_request_without_a_body) {
  const request read = one("GET /health?full=1&x HTTP/1.1\r\nHost: a\r\nX-Key:  v w \r\n\r\n");
  EXPECT_EQ(read.method, "GET");
  EXPECT_EQ(read.path, "/health");
  EXPECT_EQ(read.query, "full=1&x");
  EXPECT_EQ(read.headers.find("x-key"), "v w");
  EXPECT_EQ(read.body, "");
  EXPECT_EQ(read.version, version::http_1_1);
  EXPECT_TRUE(read.keep_alive);
  EXPECT_FALSE(read.upgrade);
}

TEST(request_parser, reads_a_body_of_a_declared_length) {
  EXPECT_EQ(one(post("Content-Length: 11\r\n", "hello\r\n\r\nxy")).body, "hello\r\n\r\nxy");
  EXPECT_EQ(one(post("Content-Length: 0\r\n", "")).body, "");
}

TEST(request_parser, joins_chunks_and_reads_over_trailers) {
  const request read = one(post("Transfer-Encoding: Chunked\r\n",
                                "5\r\nhello\r\n6;ext=1\r\n world\r\n0\r\nX-Trailer: t\r\n\r\n"));
  EXPECT_EQ(read.body, "hello world");
  EXPECT_EQ(read.headers.find("X-Trailer"), std::nullopt);
}

TEST(request_parser, leaves_pipelined_requests_to_the_caller) {
  const std::string first = post("Content-Length: 2\r\n", "ab");
  const std::string chunked = post("Transfer-Encoding: chunked\r\n", "1\r\nc\r\n0\r\n\r\n");
  const outcome seen = parse(first + chunked + "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_FALSE(seen.error);
  ASSERT_EQ(seen.requests.size(), 3U);
  EXPECT_EQ(seen.requests[0].body, "ab");
  EXPECT_EQ(seen.requests[1].body, "c");
  EXPECT_EQ(seen.requests[2].method, "GET");
}

TEST(request_parser, leaves_what_follows_an_upgrade_to_the_other_protocol) {
  const outcome seen = parse(
      "GET /connection/websocket HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\n"
      "Upgrade: websocket\r\n\r\n\x81\x82rest");
  ASSERT_EQ(seen.requests.size(), 1U);
  EXPECT_TRUE(seen.requests[0].upgrade);
  EXPECT_EQ(seen.rest, "\x81\x82rest");
}

TEST(request_parser, knows_whether_the_client_keeps_the_connection) {
  EXPECT_FALSE(one("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").keep_alive);
  EXPECT_FALSE(one("GET / HTTP/1.0\r\n\r\n").keep_alive);
  EXPECT_TRUE(one("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n").keep_alive);
}

TEST(request_parser, accepts_the_absolute_form_of_a_target) {
  EXPECT_EQ(one("GET http://a:1/b/c?d HTTP/1.1\r\nHost: a\r\n\r\n").path, "/b/c");
  EXPECT_EQ(one("GET http://a?d HTTP/1.1\r\nHost: a\r\n\r\n").query, "d");
  EXPECT_EQ(one("GET http://a HTTP/1.1\r\nHost: a\r\n\r\n").path, "/");
  EXPECT_EQ(one("OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n").path, "*");
}

TEST(request_parser, refuses_a_target_that_is_no_path) {
  EXPECT_EQ(refusal("CONNECT a:443 HTTP/1.1\r\nHost: a\r\n\r\n"), 400U);
  EXPECT_EQ(refusal("GET ftp://a/ HTTP/1.1\r\nHost: a\r\n\r\n"), 400U);
  EXPECT_EQ(refusal("GET a HTTP/1.1\r\nHost: a\r\n\r\n"), 400U);
}

TEST(request_parser, meets_one_empty_line_before_a_request_with_patience) {
  EXPECT_EQ(one("\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n").path, "/");
}

TEST(request_parser, refuses_garbage_at_once) {
  EXPECT_EQ(refusal("\x16\x03\x01\x02"), 400U);
  EXPECT_EQ(refusal("{}"), 400U);
  EXPECT_EQ(refusal("\r\n\r\n"), 400U);
}

TEST(request_parser, refuses_malformed_requests) {
  for (std::string_view bytes : {
           "GET\r\n\r\n",
           "GET /\r\n\r\n",
           "GET  / HTTP/1.1\r\nHost: a\r\n\r\n",
           "GET /\x01 HTTP/1.1\r\nHost: a\r\n\r\n",
           "GET / HTTP/1.1\r\nHost: a\r\nNo colon\r\n\r\n",
           "GET / HTTP/1.1\r\nHost: a\r\nSpace : x\r\n\r\n",
           "GET / HTTP/1.1\r\nHost: a\r\nX: a\x01\r\n\r\n",
           "GET / HTTP/1.1\r\nHost: a\r\nX: a\nY: b\r\n\r\n",
           "GET / HTTP/1.1\r\nHost: a\r\n: x\r\n\r\n",
       }) {
    EXPECT_EQ(refusal(bytes), 400U) << bytes;
  }
}

TEST(request_parser, refuses_other_versions_of_http) {
  EXPECT_EQ(refusal("GET / HTTP/2.0\r\nHost: a\r\n\r\n"), 505U);
  EXPECT_EQ(refusal("GET / HTTP/1.1 x\r\nHost: a\r\n\r\n"), 505U);
  EXPECT_EQ(refusal("GET / HTTP/0.9\r\nHost: a\r\n\r\n"), 505U);
}

TEST(request_parser, requires_exactly_one_host) {
  EXPECT_EQ(refusal("GET / HTTP/1.1\r\n\r\n"), 400U);
  EXPECT_EQ(refusal("GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n"), 400U);
}

TEST(request_parser, refuses_both_content_length_and_transfer_encoding) {
  EXPECT_EQ(refusal(post("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n")),
            400U);
  EXPECT_EQ(refusal(post("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", "0\r\n\r\n")),
            400U);
}

TEST(request_parser, refuses_a_repeated_content_length_even_when_equal) {
  EXPECT_EQ(refusal(post("Content-Length: 5\r\nContent-Length: 5\r\n", "hello")), 400U);
  EXPECT_EQ(refusal(post("Content-Length: 5\r\nContent-Length: 6\r\n", "hello")), 400U);
  EXPECT_EQ(refusal(post("Content-Length: 5, 5\r\n", "hello")), 400U);
}

TEST(request_parser, refuses_a_content_length_that_is_no_plain_number) {
  for (std::string_view length : {"", "-1", "+5", "0x5", "5 5", "5a", "1e1", "18446744073709551616",
                                  "99999999999999999999999"}) {
    EXPECT_EQ(refusal(post("Content-Length: " + std::string(length) + "\r\n", "hello")), 400U)
        << length;
  }
}

TEST(request_parser, refuses_transfer_encodings_that_others_may_read_differently) {
  EXPECT_EQ(refusal(post("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", "")),
            400U);
  EXPECT_EQ(refusal(post("Transfer-Encoding: identity\r\n", "")), 501U);
  EXPECT_EQ(refusal(post("Transfer-Encoding: gzip, chunked\r\n", "")), 501U);
  EXPECT_EQ(refusal(post("Transfer-Encoding: chunked, identity\r\n", "")), 501U);
  EXPECT_EQ(refusal(post("Transfer-Encoding: xchunked\r\n", "")), 501U);
  EXPECT_EQ(refusal("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"), 400U);
}

TEST(request_parser, refuses_folded_header_lines) {
  EXPECT_EQ(refusal("GET / HTTP/1.1\r\nHost: a\r\nX: a\r\n b\r\n\r\n"), 400U);
  EXPECT_EQ(refusal(post("Transfer-Encoding:\r\n\tchunked\r\n", "0\r\n\r\n")), 400U);
}

TEST(request_parser, refuses_malformed_chunks) {
  for (std::string_view body :
       {"x\r\n\r\n", "-1\r\nhello", "5\r\nhelloXX0\r\n", "5\r\nhello0\r\n\r\n", "5 x\r\nhello\r\n",
        "0\r\nbad trailer\r\n\r\n", "fffffffffffffffff\r\nhello"}) {
    EXPECT_EQ(refusal(post("Transfer-Encoding: chunked\r\n", body)), 400U) << body;
  }
}

TEST(request_parser, refuses_endless_chunk_extensions_and_trailers) {
  const std::string filler(5000, 'x');
  EXPECT_EQ(refusal(post("Transfer-Encoding: chunked\r\n", "5;" + filler)), 400U);
  const std::string complete = "5;" + filler + "\r\nhello\r\n0\r\n\r\n";
  EXPECT_EQ(refusal(post("Transfer-Encoding: chunked\r\n", complete)), 400U);
  EXPECT_EQ(refusal(post("Transfer-Encoding: chunked\r\n", "0\r\nX: " + filler)), 400U);
}

TEST(request_parser, refuses_headers_over_their_limit) {
  const std::string filler(limits.header_bytes_max, 'x');
  EXPECT_EQ(refusal("GET / HTTP/1.1\r\nHost: a\r\nX: " + filler + "\r\n\r\n"), 431U);
  EXPECT_EQ(refusal("GET /" + filler), 431U) << "without waiting for their end";
  std::string many = "GET / HTTP/1.1\r\nHost: a\r\n";
  for (int i = 0; i < 10; ++i) many += "X: y\r\n";
  EXPECT_EQ(refusal(many + "\r\n"), 431U);
}

TEST(request_parser, accepts_headers_of_exactly_their_limit) {
  std::string bytes = "GET / HTTP/1.1\r\nHost: a\r\nX: ";
  bytes.append(limits.header_bytes_max - bytes.size() - 4, 'x');
  EXPECT_EQ(one(bytes + "\r\n\r\n").headers.size(), 2U);
  EXPECT_EQ(refusal(bytes + "x\r\n\r\n"), 431U);
}

TEST(request_parser, refuses_a_body_over_its_limit) {
  const std::string largest(limits.body_bytes_max, 'x');
  EXPECT_EQ(one(post("Content-Length: 100\r\n", largest)).body, largest);
  EXPECT_EQ(refusal(post("Content-Length: 101\r\n", "")), 413U) << "when it is declared";
  EXPECT_EQ(refusal(post("Transfer-Encoding: chunked\r\n",
                         "32\r\n" + std::string(50, 'x') + "\r\n33\r\n")),
            413U);
}

TEST(request_parser, says_once_that_the_client_waits_to_send_its_body) {
  request_parser parser(limits);
  const std::string head = post("Content-Length: 2\r\nExpect: 100-Continue\r\n", "");
  auto fed = parser.feed(std::as_bytes(std::span(head)));
  ASSERT_TRUE(fed);
  EXPECT_FALSE(fed->complete);
  EXPECT_TRUE(parser.wants_continue());
  EXPECT_FALSE(parser.wants_continue());
  fed = parser.feed(std::as_bytes(std::span("ab", 2)));
  ASSERT_TRUE(fed);
  EXPECT_TRUE(fed->complete);
  EXPECT_EQ(parser.take().body, "ab");
}

TEST(request_parser, does_not_ask_for_a_body_that_is_already_there) {
  request_parser parser(limits);
  const std::string all = post("Content-Length: 2\r\nExpect: 100-continue\r\n", "ab");
  ASSERT_TRUE(parser.feed(std::as_bytes(std::span(all))));
  parser.take();
  EXPECT_FALSE(parser.wants_continue());
}

TEST(request_parser, knows_whether_a_request_has_begun) {
  request_parser parser(limits);
  EXPECT_FALSE(parser.started());
  const std::string head = post("Content-Length: 2\r\n", "");
  ASSERT_TRUE(parser.feed(std::as_bytes(std::span("PO", 2))));
  EXPECT_TRUE(parser.started());
  ASSERT_TRUE(parser.feed(std::as_bytes(std::span(head).subspan(2))));
  EXPECT_TRUE(parser.started());
  ASSERT_TRUE(parser.feed(std::as_bytes(std::span("ab", 2))));
  parser.take();
  EXPECT_FALSE(parser.started());
}

TEST(request_parser, fails_the_same_way_again_after_an_error) {
  request_parser parser(limits);
  const auto first = parser.feed(std::as_bytes(std::span("{", 1)));
  const std::string fine = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
  const auto second = parser.feed(std::as_bytes(std::span(fine)));
  ASSERT_FALSE(first);
  ASSERT_FALSE(second);
  EXPECT_EQ(first.error(), second.error());
}

}  // namespace
}  // namespace troupe::http
