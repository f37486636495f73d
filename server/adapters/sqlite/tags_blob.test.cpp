#include "adapters/sqlite/tags_blob.hpp"

#include <string>

#include <gtest/gtest.h>

namespace troupe::sqlite {
namespace {

using tags = std::map<std::string, std::string>;

TEST(a_blob_of_tags, gives_back_what_was_put_in) {
  for (const tags& each : {tags{}, tags{{"", ""}}, tags{{"a", "b"}, {"c", std::string(300, 'd')}},
                           tags{{std::string("\0\xff", 2), "é"}}}) {
    EXPECT_EQ(tags_of(to_blob(each)), each);
  }
}

TEST(a_blob_of_tags, that_was_cut_off_is_noticed) {
  const std::string blob = to_blob({{"name", "value"}});
  for (std::size_t size = 1; size < blob.size(); ++size) {
    EXPECT_EQ(tags_of(std::string_view(blob).substr(0, size)), std::nullopt) << size;
  }
}

TEST(a_blob_of_tags, with_a_length_beyond_its_end_is_noticed) {
  EXPECT_EQ(tags_of(std::string(4, '\xff')), std::nullopt);
}

}  // namespace
}  // namespace troupe::sqlite
