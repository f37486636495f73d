#include "reactor.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

namespace troupe::detail {

// One thread runs the context; others only post to it.
reactor::reactor() : context_(std::make_unique<boost::asio::io_context>(1)) {
  // A context without work would count as finished: this reactor has work until it is destroyed.
  context_->get_executor().on_work_started();
}

reactor::~reactor() {
  context_->get_executor().on_work_finished();
}

void reactor::poll() {
  context_->poll();
}

void reactor::wait(duration within) {
  // The context counts in what the system's clock can add without overflow.
  constexpr duration longest = std::chrono::hours(24);
  if (context_->run_one_for(std::min(within, longest)) != 0) context_->poll();
}

void reactor::interrupt() {
  boost::asio::post(*context_, [] {});
}

}  // namespace troupe::detail
