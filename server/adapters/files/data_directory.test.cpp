#include "adapters/files/data_directory.hpp"

#include <fstream>
#include <iterator>

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

namespace troupe::files {
namespace {

namespace fs = std::filesystem;
using code = data_directory_error::code;

// Counts up, so that two secrets differ and a test knows them.
class counting final : public core::random_source {
 public:
  std::expected<void, core::random_errc> fill(std::span<std::byte> bytes) override {
    for (std::byte& value : bytes) value = static_cast<std::byte>(next_++);
    return {};
  }

 private:
  unsigned next_ = 0;
};

class exhausted final : public core::random_source {
 public:
  std::expected<void, core::random_errc> fill(std::span<std::byte>) override {
    return std::unexpected(core::random_errc::unavailable);
  }
};

class data_directory_test : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = (fs::temp_directory_path() / "troupe-data-XXXXXX").string();
    ASSERT_NE(::mkdtemp(name.data()), nullptr);
    folder_ = name;
    path_ = folder_ / "nested" / "data";
  }
  void TearDown() override { fs::remove_all(folder_); }

  static unsigned mode_of(const fs::path& path) {
    return static_cast<unsigned>(fs::status(path).permissions()) & 0777U;
  }
  static std::string content_of(const fs::path& path) {
    std::ifstream file(path);
    return {std::istreambuf_iterator<char>(file), {}};
  }

  fs::path folder_;
  fs::path path_;
  counting random_;
};

TEST_F(data_directory_test, nothing_is_touched_before_it_is_needed) {
  const data_directory directory(path_);
  EXPECT_FALSE(fs::exists(path_));
}

TEST_F(data_directory_test, is_created_for_its_owner_alone) {
  data_directory directory(path_);
  ASSERT_TRUE(directory.lock().has_value());
  EXPECT_EQ(mode_of(path_), 0700U);
  EXPECT_EQ(mode_of(path_ / "lock"), 0600U);
  EXPECT_EQ(content_of(path_ / "lock"), std::to_string(::getpid()));
}

TEST_F(data_directory_test, a_path_that_ends_in_a_slash_is_the_same_directory) {
  data_directory directory(path_ / "");
  EXPECT_TRUE(directory.lock().has_value());
}

TEST_F(data_directory_test, a_second_server_is_refused_and_told_the_pid) {
  data_directory first(path_);
  ASSERT_TRUE(first.lock().has_value());
  data_directory second(path_);
  const auto refused = second.lock();
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().reason, code::in_use);
  EXPECT_EQ(refused.error().text, path_.string() + ": is in use by process " +
                                      std::to_string(::getpid()) +
                                      ": stop that server, or give this one another storage.path");
}

TEST_F(data_directory_test, locking_twice_is_locking_once) {
  data_directory directory(path_);
  EXPECT_TRUE(directory.lock().has_value());
  EXPECT_TRUE(directory.lock().has_value());
}

TEST_F(data_directory_test, the_lock_goes_with_its_holder) {
  {
    data_directory first(path_);
    ASSERT_TRUE(first.lock().has_value());
  }
  data_directory second(path_);
  EXPECT_TRUE(second.lock().has_value());
}

TEST_F(data_directory_test, a_file_in_its_place_is_refused) {
  std::ofstream(folder_ / "file") << "x";
  data_directory in_place(folder_ / "file");
  EXPECT_EQ(in_place.lock().error().reason, code::unusable);
  data_directory below(folder_ / "file" / "data");
  EXPECT_EQ(below.lock().error().reason, code::unusable);
  EXPECT_EQ(below.development_secret(random_).error().reason, code::unusable);
}

TEST_F(data_directory_test, a_lock_that_is_no_file_is_refused) {
  fs::create_directories(path_ / "lock");
  data_directory directory(path_);
  EXPECT_EQ(directory.lock().error().reason, code::unusable);
}

TEST_F(data_directory_test, the_development_secret_is_made_once) {
  data_directory directory(path_);
  const auto secret = directory.development_secret(random_);
  ASSERT_TRUE(secret.has_value());
  EXPECT_EQ(*secret, "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f");
  EXPECT_EQ(mode_of(path_ / "development-secret"), 0600U);
  data_directory later(path_);
  EXPECT_EQ(later.development_secret(random_).value(), *secret);
}

TEST_F(data_directory_test, making_the_secret_leaves_nothing_else_behind) {
  data_directory directory(path_);
  ASSERT_TRUE(directory.development_secret(random_).has_value());
  EXPECT_EQ(std::distance(fs::directory_iterator(path_), fs::directory_iterator()), 1);
}

TEST_F(data_directory_test, the_secret_can_be_read_while_a_server_holds_the_lock) {
  data_directory server(path_);
  ASSERT_TRUE(server.lock().has_value());
  data_directory tool(path_);
  EXPECT_EQ(tool.development_secret(random_).value(), server.development_secret(random_).value());
}

TEST_F(data_directory_test, a_secret_that_others_may_read_is_refused) {
  data_directory directory(path_);
  ASSERT_TRUE(directory.development_secret(random_).has_value());
  ASSERT_EQ(::chmod((path_ / "development-secret").c_str(), 0644), 0);
  EXPECT_EQ(directory.development_secret(random_).error().reason, code::exposed);
}

TEST_F(data_directory_test, a_damaged_secret_is_refused) {
  data_directory directory(path_);
  ASSERT_TRUE(directory.development_secret(random_).has_value());
  for (const std::string& content :
       {std::string(), std::string(63, 'a'), std::string(65, 'a'), std::string(64, 'X')}) {
    std::ofstream(path_ / "development-secret") << content;
    EXPECT_EQ(directory.development_secret(random_).error().reason, code::damaged) << content;
  }
}

TEST_F(data_directory_test, a_secret_behind_a_link_is_refused) {
  fs::create_directories(path_);
  std::ofstream(folder_ / "elsewhere") << std::string(64, 'a');
  fs::create_symlink(folder_ / "elsewhere", path_ / "development-secret");
  data_directory directory(path_);
  EXPECT_EQ(directory.development_secret(random_).error().reason, code::unusable);
}

TEST_F(data_directory_test, without_randomness_there_is_no_secret) {
  exhausted none;
  data_directory directory(path_);
  EXPECT_EQ(directory.development_secret(none).error().reason, code::no_randomness);
  EXPECT_FALSE(fs::exists(path_ / "development-secret"));
}

}  // namespace
}  // namespace troupe::files
