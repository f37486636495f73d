#include "core/shared_bytes.hpp"

#include <cstring>
#include <memory>
#include <new>

namespace troupe::core {

shared_bytes::block* shared_bytes::allocate(std::size_t size) {
  if (size == 0) return nullptr;
  if (size > static_cast<std::size_t>(-1) - sizeof(block)) throw std::bad_alloc();
  auto* made = std::construct_at(static_cast<block*>(::operator new(sizeof(block) + size)));
  made->size = size;
  return made;
}

shared_bytes shared_bytes::joined(std::initializer_list<std::string_view> parts) {
  std::size_t size = 0;
  for (std::string_view part : parts) size += part.size();
  block* const made = allocate(size);
  std::size_t offset = 0;
  for (std::string_view part : parts) {
    if (part.empty()) continue;
    std::memcpy(made->bytes() + offset, part.data(), part.size());
    offset += part.size();
  }
  return shared_bytes(made);
}

shared_bytes shared_bytes::written(std::size_t size,
                                   const std::function<void(std::span<char>)>& write) {
  shared_bytes result(allocate(size));
  if (result.block_ != nullptr) write(std::span(result.block_->bytes(), size));
  return result;
}

std::string_view shared_bytes::view() const noexcept {
  if (block_ == nullptr) return {};
  return {block_->bytes(), block_->size};
}

std::size_t shared_bytes::use_count() const noexcept {
  return block_ == nullptr ? 0 : block_->references.load(std::memory_order_relaxed);
}

void shared_bytes::release() noexcept {
  // Release publishes this owner's reads before the count drops; acquire makes the last owner see
  // everybody's before it frees.
  if (block_ == nullptr || block_->references.fetch_sub(1, std::memory_order_acq_rel) != 1) return;
  std::destroy_at(block_);
  ::operator delete(block_);
}

}  // namespace troupe::core
