#include <string>

#include <gtest/gtest.h>

#include <troupe/message.hpp>
#include <troupe/troupe.hpp>

namespace troupe {
namespace {

struct base_message {};
struct derived_message : base_message {};
struct question {
  using reply = int;
};
struct answered_later {
  using reply = std::string;
};
struct unknown {};

class listener : public actor {
 public:
  void on(base_message) {}
  int on(question) { return 1; }
  task<std::string> on(answered_later) { co_return "later"; }

 private:
  void on(unknown) {}
};

static_assert(handles<listener, base_message>);
static_assert(handles<listener, question>);
static_assert(handles<listener, answered_later>);
static_assert(!handles<listener, derived_message>, "a handler of the base does not claim it");
static_assert(!handles<listener, unknown>, "a private handler is no handler");
static_assert(!handles<listener, int>, "a message is a class type");

static_assert(request<question> && !request<base_message>);
static_assert(std::same_as<reply_t<question>, int> && std::same_as<reply_t<base_message>, void>);

struct may_fail {
  using reply = std::expected<int, std::string>;
};
static_assert(std::same_as<ask_result<question>, std::expected<int, ask_error>>);
static_assert(std::same_as<ask_result<may_fail>, std::expected<int, ask_failure<std::string>>>,
              "an expected reply is flattened");

TEST(message, names_leave_the_library_namespace_out) {
  EXPECT_EQ(type_name<ask_error>(), "ask_error");
  EXPECT_EQ(type_name<std::exception>(), "std::exception");
}

}  // namespace
}  // namespace troupe
