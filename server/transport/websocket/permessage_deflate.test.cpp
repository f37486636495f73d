#include "transport/websocket/permessage_deflate.hpp"

#include <gtest/gtest.h>

namespace troupe::websocket {
namespace {

constexpr std::size_t enough = 1 << 20;

bool offers(std::string_view extensions) {
  http::header_list headers;
  headers.add("Sec-WebSocket-Extensions", extensions);
  return offers_deflate(headers);
}

TEST(permessage_deflate, takes_an_offer_that_it_can_do) {
  EXPECT_TRUE(offers("permessage-deflate"));
  EXPECT_TRUE(offers("permessage-deflate; client_max_window_bits"));
  EXPECT_TRUE(offers("permessage-deflate;client_max_window_bits=10; server_max_window_bits=15"));
  EXPECT_TRUE(offers("permessage-deflate; server_no_context_takeover; client_no_context_takeover"));
  EXPECT_TRUE(offers("x-webkit-deflate-frame, permessage-deflate")) << "the second of two";
  EXPECT_TRUE(offers("permessage-deflate; server_max_window_bits=10, permessage-deflate"));
}

TEST(permessage_deflate, declines_every_other_offer) {
  EXPECT_FALSE(offers_deflate({}));
  EXPECT_FALSE(offers("x-webkit-deflate-frame"));
  EXPECT_FALSE(offers("permessage-deflate; server_max_window_bits=10"));
  EXPECT_FALSE(offers("permessage-deflate; of_the_future"));
  EXPECT_FALSE(offers("permessage-deflate;"));
}

TEST(permessage_deflate, reads_the_examples_of_the_standard) {
  // RFC 7692 section 7.2.3.1, and with a last block (7.2.3.5).
  EXPECT_EQ(inflate_message("\xF2\x48\xCD\xC9\xC9\x07" + std::string(1, '\0'), enough), "Hello");
  EXPECT_EQ(inflate_message("\xF3\x48\xCD\xC9\xC9\x07" + std::string(2, '\0'), enough), "Hello");
}

TEST(permessage_deflate, what_is_compressed_comes_back) {
  std::string mixed;
  for (unsigned i = 0; i < 200'000; ++i) mixed += static_cast<char>(i * i >> (i % 7));
  for (const std::string& message :
       {std::string(), std::string("{}"), std::string(100'000, 'x'), mixed}) {
    const auto back = inflate_message(deflate_message(message), message.size());
    ASSERT_TRUE(back);
    EXPECT_EQ(*back, message);
  }
}

TEST(permessage_deflate, no_message_depends_on_one_before) {
  const std::string first = deflate_message("the same text");
  EXPECT_EQ(deflate_message("the same text"), first);
}

TEST(permessage_deflate, repetition_becomes_small) {
  EXPECT_LT(deflate_message(std::string(100'000, 'x')).size(), 1000U);
}

TEST(permessage_deflate, what_would_grow_too_big_is_given_up) {
  const std::string bomb = deflate_message(std::string(50'000'000, '\0'));
  EXPECT_EQ(inflate_message(bomb, 655'360).error(), inflate_errc::too_big);
  const std::string exact = deflate_message(std::string(1000, 'x'));
  EXPECT_TRUE(inflate_message(exact, 1000));
  EXPECT_EQ(inflate_message(exact, 999).error(), inflate_errc::too_big);
}

TEST(permessage_deflate, what_is_no_deflate_is_refused) {
  EXPECT_EQ(inflate_message("\xFF\xFF\xFF", enough).error(), inflate_errc::malformed);
  const std::string ended = "\xF3\x48\xCD\xC9\xC9\x07" + std::string(1, '\0');
  EXPECT_EQ(inflate_message(ended + "more", enough).error(), inflate_errc::malformed);
}

}  // namespace
}  // namespace troupe::websocket
