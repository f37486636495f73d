// admission.hpp — how many connections there may be: who enters takes a place, and gives it back
// when it goes, however it goes.
#pragma once

#include <atomic>
#include <cstddef>
#include <optional>
#include <utility>

namespace troupe::gateway {

/// Any thread. Outlives its places.
class admission {
 public:
  explicit admission(std::size_t places_max) noexcept : places_max_(places_max) {}
  admission(const admission&) = delete;
  admission& operator=(const admission&) = delete;

  /// Held by the one who was admitted; travels with messages.
  class place {
   public:
    place(place&& other) noexcept : of_(std::exchange(other.of_, nullptr)) {}
    place& operator=(place&& other) noexcept {
      std::swap(of_, other.of_);
      return *this;
    }
    ~place() {
      if (of_) of_->taken_.fetch_sub(1, std::memory_order_relaxed);
    }

   private:
    friend admission;
    explicit place(admission& of) noexcept : of_(&of) {}
    admission* of_;
  };

  /// From the next try on: those who are in stay in. Any thread.
  void set_limit(std::size_t places_max) noexcept {
    places_max_.store(places_max, std::memory_order_relaxed);
  }

  /// Nothing when all places are taken.
  std::optional<place> try_enter() noexcept {
    // The count is all that the threads share, so it needs no order.
    if (taken_.fetch_add(1, std::memory_order_relaxed) >=
        places_max_.load(std::memory_order_relaxed)) {
      taken_.fetch_sub(1, std::memory_order_relaxed);
      return std::nullopt;
    }
    return place(*this);
  }

  [[nodiscard]] std::size_t taken() const noexcept {
    return taken_.load(std::memory_order_relaxed);
  }

 private:
  std::atomic<std::size_t> places_max_;
  std::atomic<std::size_t> taken_{0};
};

}  // namespace troupe::gateway
