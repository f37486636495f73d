// shared_bytes.hpp — an immutable run of bytes with a reference count, in one allocation.
//
// A publication is encoded and framed once and the result waits in the queues of every subscriber;
// a copy is one atomic increment. The bytes never change after construction, so any thread may read
// them; the count is thread safe, a single shared_bytes object is not (like std::shared_ptr).
#pragma once

#include <atomic>
#include <cstddef>
#include <functional>
#include <initializer_list>
#include <span>
#include <string_view>
#include <utility>

namespace troupe::core {

class shared_bytes {
 public:
  /// Empty; allocates nothing.
  shared_bytes() = default;

  /// One copy of `bytes`. Throws std::bad_alloc, as all that allocate here.
  [[nodiscard]] static shared_bytes copy_of(std::string_view bytes) { return joined({bytes}); }

  /// The parts one after the other: a frame's header and its payload, say.
  [[nodiscard]] static shared_bytes joined(std::initializer_list<std::string_view> parts);

  /// `size` bytes written in place by `write`, which must fill all of them.
  [[nodiscard]] static shared_bytes written(std::size_t size,
                                            const std::function<void(std::span<char>)>& write);

  shared_bytes(const shared_bytes& other) noexcept : block_(other.block_) { retain(); }
  shared_bytes(shared_bytes&& other) noexcept : block_(std::exchange(other.block_, nullptr)) {}
  shared_bytes& operator=(shared_bytes other) noexcept {
    std::swap(block_, other.block_);
    return *this;
  }
  ~shared_bytes() { release(); }

  /// Valid for as long as any shared_bytes of this buffer lives.
  [[nodiscard]] std::string_view view() const noexcept;
  [[nodiscard]] std::size_t size() const noexcept { return block_ == nullptr ? 0 : block_->size; }
  [[nodiscard]] bool empty() const noexcept { return size() == 0; }

  /// How many share the buffer; 0 when empty. Exact only while no other thread copies.
  [[nodiscard]] std::size_t use_count() const noexcept;

  friend bool operator==(const shared_bytes& a, const shared_bytes& b) noexcept {
    return a.block_ == b.block_ || a.view() == b.view();
  }

 private:
  // The bytes follow the header in the same allocation.
  struct block {
    std::atomic<std::size_t> references{1};
    std::size_t size = 0;
    char* bytes() noexcept { return static_cast<char*>(static_cast<void*>(this + 1)); }
  };

  explicit shared_bytes(block* owned) noexcept : block_(owned) {}
  static block* allocate(std::size_t size);

  // A copy is made from a live owner, so the count cannot reach zero meanwhile and needs no order.
  void retain() const noexcept {
    if (block_ != nullptr) block_->references.fetch_add(1, std::memory_order_relaxed);
  }
  void release() noexcept;

  block* block_ = nullptr;
};

}  // namespace troupe::core
