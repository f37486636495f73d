// The loop: takes requests over from the actors, up to its bound at once, and lets curl work on
// them until there is something new. Under the mutex is only what actors and the loop share.
#include "adapters/curl/curl_client.hpp"

#include <algorithm>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <utility>

#include <curl/curl.h>

#include <troupe/completion.hpp>
#include <troupe/service_thread.hpp>

#include "adapters/curl/transfer.hpp"

namespace troupe::adapters {

using ports::http_errc;
using ports::http_failure;
using ports::http_request;
using ports::http_result;

namespace {

using answer = completion<http_result>;
using std::chrono::milliseconds;

std::chrono::steady_clock::time_point now() {
  // tidy: allow clock because a request ages on the loop's own thread, outside of any actor
  return std::chrono::steady_clock::now();
}

void refuse(answer& to, http_errc why) {
  to.set(std::unexpected(http_failure{why}));
}

struct waiting_request {
  http_request request;
  answer done;
  std::chrono::steady_clock::time_point deadline;

  milliseconds left() const { return std::chrono::duration_cast<milliseconds>(deadline - now()); }
};

void initialise_curl() {
  static const CURLcode done = curl_global_init(CURL_GLOBAL_DEFAULT);
  if (done != CURLE_OK) throw std::runtime_error("libcurl does not start");
}

}  // namespace

class curl_client::loop {
 public:
  explicit loop(curl_options options) : options_(std::move(options)), multi_(curl_multi_init()) {
    if (!multi_) throw std::bad_alloc();
    thread_.emplace("http-client", [this] { run(); });
  }
  loop(const loop&) = delete;
  loop& operator=(const loop&) = delete;
  ~loop() { close(); }

  void push(http_request request, answer done) {
    if (!is_sendable(request)) return refuse(done, http_errc::bad_request);
    const auto deadline = now() + request.timeout;
    {
      const std::scoped_lock lock(mutex_);
      if (closing_) return refuse(done, http_errc::cancelled);
      if (waiting_.size() >= options_.waiting_max) return refuse(done, http_errc::overloaded);
      waiting_.push_back({std::move(request), std::move(done), deadline});
    }
    curl_multi_wakeup(multi_.get());
  }

  void close() {
    {
      const std::scoped_lock lock(mutex_);
      closing_ = true;
    }
    curl_multi_wakeup(multi_.get());
    thread_->join();
  }

 private:
  static constexpr int poll_ms_max = 1000;
  /// While requests wait for a place: how late one may be told that its time is over.
  static constexpr int poll_ms_with_queue = 20;

  struct multi_deleter {
    void operator()(CURLM* multi) const { curl_multi_cleanup(multi); }
  };

  void run() {
    for (;;) {
      const std::optional<bool> some_wait = take_over();
      if (!some_wait) break;
      int running = 0;
      curl_multi_perform(multi_.get(), &running);
      if (finish_what_is_done()) continue;  // there is room for more
      curl_multi_poll(multi_.get(), nullptr, 0, *some_wait ? poll_ms_with_queue : poll_ms_max,
                      nullptr);
    }
    for (auto& [handle, each] : transfers_) {
      curl_multi_remove_handle(multi_.get(), handle);
      each->cancel();
    }
    transfers_.clear();
  }

  /// Begins what there is room for. Whether some still wait; nothing: it is time to end.
  std::optional<bool> take_over() {
    std::deque<waiting_request> late;
    std::deque<waiting_request> next;
    bool some_wait = false;
    {
      const std::scoped_lock lock(mutex_);
      if (closing_) {
        for (waiting_request& each : waiting_) refuse(each.done, http_errc::cancelled);
        waiting_.clear();
        return std::nullopt;
      }
      std::erase_if(waiting_, [&](waiting_request& each) {
        if (each.left() > milliseconds(0)) return false;
        late.push_back(std::move(each));
        return true;
      });
      while (!waiting_.empty() && transfers_.size() + next.size() < options_.at_once_max) {
        next.push_back(std::move(waiting_.front()));
        waiting_.pop_front();
      }
      some_wait = !waiting_.empty();
    }
    for (waiting_request& each : late) refuse(each.done, http_errc::timeout);
    for (waiting_request& each : next) begin(std::move(each));
    return some_wait;
  }

  void begin(waiting_request what) {
    const milliseconds left = what.left();
    auto made = std::make_unique<transfer>(std::move(what.request), std::move(what.done), left,
                                           options_.ca_file);
    CURL* const handle = made->handle();
    curl_multi_add_handle(multi_.get(), handle);
    transfers_.emplace(handle, std::move(made));
  }

  bool finish_what_is_done() {
    bool any = false;
    int left = 0;
    while (const CURLMsg* message = curl_multi_info_read(multi_.get(), &left)) {
      if (message->msg != CURLMSG_DONE) continue;
      CURL* const handle = message->easy_handle;
      const CURLcode result = message->data.result;
      curl_multi_remove_handle(multi_.get(), handle);
      transfers_.extract(handle).mapped()->finish(result);
      any = true;
    }
    return any;
  }

  const curl_options options_;
  const std::unique_ptr<CURLM, multi_deleter> multi_;
  std::map<CURL*, std::unique_ptr<transfer>> transfers_;  // the loop's

  std::mutex mutex_;  // for what follows
  std::deque<waiting_request> waiting_;
  bool closing_ = false;

  std::optional<service_thread> thread_;
};

curl_client::curl_client(curl_options options) {
  initialise_curl();
  loop_ = std::make_unique<loop>(std::move(options));
}

curl_client::~curl_client() = default;

task<http_result> curl_client::send(http_request request) {
  auto done = co_await completed<http_result>(
      [&](answer to) { loop_->push(std::move(request), std::move(to)); });
  if (!done) co_return std::unexpected(http_failure{http_errc::cancelled});
  co_return *std::move(done);
}

void curl_client::close() {
  loop_->close();
}

}  // namespace troupe::adapters
