#include "adapters/files/certificate_file.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>

#include "protocol/base64.hpp"

namespace troupe::files {
namespace {

using section = core::configuration::http_server_section::tls_section;

const std::string certificate = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n";
const std::string key = "-----BEGIN PRIVATE KEY-----\nMIGH\n-----END PRIVATE KEY-----\n";

section files(std::string certificate_path, std::string key_path) {
  section made;
  made.cert_pem_file = std::move(certificate_path);
  made.key_pem_file = std::move(key_path);
  return made;
}

section inside(std::string certificate_text, std::string key_text) {
  section made;
  made.cert_pem = std::move(certificate_text);
  made.key_pem = std::move(key_text);
  return made;
}

class certificate_file : public testing::Test {
 protected:
  certificate_file() {
    std::string name = testing::TempDir() + "troupe-certificate-XXXXXX";
    folder = ::mkdtemp(name.data());
    write("cert.pem", certificate);
    write("key.pem", key);
  }
  ~certificate_file() override { std::filesystem::remove_all(folder); }

  std::string path(const std::string& name) const { return folder + "/" + name; }
  void write(const std::string& name, const std::string& text) const {
    std::ofstream(path(name)) << text;
  }

  std::string folder;
};

TEST_F(certificate_file, reads_the_files_that_are_named) {
  const auto read = read_certificate(files(path("cert.pem"), path("key.pem")));
  ASSERT_TRUE(read) << read.error();
  EXPECT_EQ(read->certificates.text, certificate);
  EXPECT_EQ(read->certificates.origin, path("cert.pem"));
  EXPECT_EQ(read->private_key.text, key);
  EXPECT_EQ(read->private_key.origin, path("key.pem"));
}

TEST_F(certificate_file, takes_pem_base64_of_it_and_a_path_in_the_option_itself) {
  const auto read = read_certificate(inside(protocol::encode_base64(certificate), key));
  ASSERT_TRUE(read) << read.error();
  EXPECT_EQ(read->certificates.text, certificate);
  EXPECT_EQ(read->private_key.text, key);
  EXPECT_EQ(read->private_key.origin, "http_server.tls.key_pem");
  const auto from_path = read_certificate(inside(path("cert.pem"), path("key.pem")));
  ASSERT_TRUE(from_path) << from_path.error();
  EXPECT_EQ(from_path->private_key.text, key);
}

TEST_F(certificate_file, a_file_counts_before_what_the_option_holds) {
  section both = files(path("cert.pem"), path("key.pem"));
  both.cert_pem = "ignored";
  const auto read = read_certificate(both);
  ASSERT_TRUE(read) << read.error();
  EXPECT_EQ(read->certificates.text, certificate);
}

TEST_F(certificate_file, says_which_file_cannot_be_read) {
  const section missing = files(path("cert.pem"), path("none.pem"));
  EXPECT_EQ(read_certificate(missing).error(),
            path("none.pem") + ": cannot be read: No such file or directory");
  const section directory = files(folder, path("key.pem"));
  EXPECT_EQ(read_certificate(directory).error(), folder + ": cannot be read: Is a directory");
  write("big.pem", std::string(1024 * 1024 + 1, 'x'));
  const section big = files(path("big.pem"), path("key.pem"));
  EXPECT_EQ(read_certificate(big).error(), path("big.pem") + ": is larger than 1 MiB");
}

}  // namespace
}  // namespace troupe::files
