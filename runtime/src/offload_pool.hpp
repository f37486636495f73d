// The threads for blocking work: started when the first work comes, bounded in number and in what
// may wait.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <thread>
#include <vector>

#include <troupe/offload.hpp>

namespace troupe::detail {

class offload_pool {
 public:
  offload_pool(std::uint32_t threads_max, std::size_t queue_max) noexcept
      : threads_max_(threads_max), queue_max_(queue_max) {}
  ~offload_pool() { stop(); }
  offload_pool(const offload_pool&) = delete;
  offload_pool& operator=(const offload_pool&) = delete;

  /// False when the queue is full, or the pool has been stopped. Any thread.
  bool submit(offload_job& job);
  /// Ends the threads after all that was submitted has run.
  void stop() noexcept;

 private:
  void run() noexcept;

  const std::uint32_t threads_max_;
  const std::size_t queue_max_;
  std::mutex mutex_;
  std::condition_variable changed_;
  offload_job* first_ = nullptr;
  offload_job* last_ = nullptr;
  std::size_t waiting_ = 0;
  std::uint32_t idle_ = 0;
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace troupe::detail
