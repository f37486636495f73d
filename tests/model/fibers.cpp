#include "fibers.hpp"

#include <cstdlib>
#include <new>
#include <utility>

#include <boost/context/fiber.hpp>
#include <boost/context/preallocated.hpp>

namespace troupe::model {
namespace {

constexpr std::size_t stack_bytes = 64 * 1024;

// The stacks are the slots' own.
struct no_allocator {
  void deallocate(boost::context::stack_context&) noexcept {}
};

}  // namespace

struct fibers::slot {
  boost::context::fiber& suspended() noexcept {
    return *std::launder(reinterpret_cast<boost::context::fiber*>(handle));
  }
  // A handle that is destroyed unwinds its stack, so it is only ever written
  // over.
  void keep(boost::context::fiber&& of) noexcept {
    new (handle) boost::context::fiber(std::move(of));
  }

  alignas(boost::context::fiber) std::byte handle[sizeof(boost::context::fiber)];
  alignas(64) std::byte stack[stack_bytes];
};

fibers::fibers() : slots_(new slot[threads_max]) {}

fibers::~fibers() = default;

void fibers::prepare(thread_id thread, body run, void* context) {
  slot& to = slots_[thread];
  boost::context::stack_context stack;
  stack.size = stack_bytes;
  stack.sp = to.stack + stack_bytes;
  to.keep(boost::context::fiber(std::allocator_arg,
                                boost::context::preallocated(stack.sp, stack.size, stack),
                                no_allocator{}, [=](boost::context::fiber&&) {
                                  run(context, thread);
                                  std::abort();
                                  return boost::context::fiber{};
                                }));
}

void fibers::switch_to(thread_id thread) {
  slot& from = slots_[running_];
  running_ = thread;
  std::move(slots_[thread].suspended()).resume_with([&from](boost::context::fiber&& left) {
    from.keep(std::move(left));
    return boost::context::fiber{};
  });
}

}  // namespace troupe::model
