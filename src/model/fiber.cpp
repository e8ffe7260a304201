// src/model/fiber.cpp - switching stacks: a few instructions on x86-64, ucontext elsewhere; sanitizers are informed.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include "model/fiber.hpp"

#include <cstdint>
#include <cstring>
#include <new>

#if defined(__SANITIZE_ADDRESS__)
#define WEFT_MODEL_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define WEFT_MODEL_ASAN 1
#endif
#endif
#if defined(__SANITIZE_THREAD__)
#define WEFT_MODEL_TSAN 1
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define WEFT_MODEL_TSAN 1
#endif
#endif

#ifdef WEFT_MODEL_ASAN
#include <sanitizer/asan_interface.h>
#include <sanitizer/common_interface_defs.h>
#endif
#ifdef WEFT_MODEL_TSAN
#include <sanitizer/tsan_interface.h>
#endif

#if defined(__x86_64__) && defined(_WIN32)
#define WEFT_MODEL_WIN64 1
#elif !defined(__x86_64__)
#include <ucontext.h>
#endif

namespace weft::model::detail {

#if defined(WEFT_MODEL_WIN64)

extern "C" void weft_model_switch_stack(void** save, void* next) noexcept;

// Saves what the calling convention requires a function to preserve, and where the system finds the bounds of the stack and the
// handlers that are registered on it (it looks there when an exception is thrown), switches stacks, and restores the other's.
__asm__(
    ".text\n"
    ".globl weft_model_switch_stack\n"
    ".def weft_model_switch_stack; .scl 2; .type 32; .endef\n"
    "weft_model_switch_stack:\n"
    "    pushq %rbp\n"
    "    pushq %rbx\n"
    "    pushq %rdi\n"
    "    pushq %rsi\n"
    "    pushq %r12\n"
    "    pushq %r13\n"
    "    pushq %r14\n"
    "    pushq %r15\n"
    "    pushq %gs:0x8\n"     // the end of the stack
    "    pushq %gs:0x10\n"    // its beginning
    "    pushq %gs:0x1478\n"  // that of its memory
    "    pushq %gs:0\n"       // the handlers
    "    subq $160, %rsp\n"
    "    movups %xmm6, (%rsp)\n"
    "    movups %xmm7, 16(%rsp)\n"
    "    movups %xmm8, 32(%rsp)\n"
    "    movups %xmm9, 48(%rsp)\n"
    "    movups %xmm10, 64(%rsp)\n"
    "    movups %xmm11, 80(%rsp)\n"
    "    movups %xmm12, 96(%rsp)\n"
    "    movups %xmm13, 112(%rsp)\n"
    "    movups %xmm14, 128(%rsp)\n"
    "    movups %xmm15, 144(%rsp)\n"
    "    movq %rsp, (%rcx)\n"
    "    movq %rdx, %rsp\n"
    "    movups (%rsp), %xmm6\n"
    "    movups 16(%rsp), %xmm7\n"
    "    movups 32(%rsp), %xmm8\n"
    "    movups 48(%rsp), %xmm9\n"
    "    movups 64(%rsp), %xmm10\n"
    "    movups 80(%rsp), %xmm11\n"
    "    movups 96(%rsp), %xmm12\n"
    "    movups 112(%rsp), %xmm13\n"
    "    movups 128(%rsp), %xmm14\n"
    "    movups 144(%rsp), %xmm15\n"
    "    addq $160, %rsp\n"
    "    popq %gs:0\n"
    "    popq %gs:0x1478\n"
    "    popq %gs:0x10\n"
    "    popq %gs:0x8\n"
    "    popq %r15\n"
    "    popq %r14\n"
    "    popq %r13\n"
    "    popq %r12\n"
    "    popq %rsi\n"
    "    popq %rdi\n"
    "    popq %rbx\n"
    "    popq %rbp\n"
    "    ret\n");

#elif defined(__x86_64__)

extern "C" void weft_model_switch_stack(void** save, void* next) noexcept;

// Saves what the calling convention requires a function to preserve, switches stacks, and restores the other's.
__asm__(
    ".text\n"
    ".globl weft_model_switch_stack\n"
    ".hidden weft_model_switch_stack\n"
    ".type weft_model_switch_stack,@function\n"
    "weft_model_switch_stack:\n"
    "    pushq %rbp\n"
    "    pushq %rbx\n"
    "    pushq %r12\n"
    "    pushq %r13\n"
    "    pushq %r14\n"
    "    pushq %r15\n"
    "    movq %rsp, (%rdi)\n"
    "    movq %rsi, %rsp\n"
    "    popq %r15\n"
    "    popq %r14\n"
    "    popq %r13\n"
    "    popq %r12\n"
    "    popq %rbx\n"
    "    popq %rbp\n"
    "    ret\n"
    ".size weft_model_switch_stack, .-weft_model_switch_stack\n");

#endif

struct fiber::state {
#if defined(__x86_64__)
    void* top = nullptr;
#else
    ucontext_t context{};
#endif
    std::unique_ptr<std::byte[]> stack;
    std::size_t stack_bytes = 0;
#ifdef WEFT_MODEL_ASAN
    const void* bottom = nullptr;
    std::size_t size = 0;
    void* fake = nullptr;
    state* came_from = nullptr;
#endif
#ifdef WEFT_MODEL_TSAN
    void* tsan = __tsan_get_current_fiber();
    bool own = false;
    unsigned uses = 1;
#endif
};

fiber::fiber(std::size_t stack_bytes) : state_(std::make_unique<state>()) { state_->stack_bytes = stack_bytes; }

fiber::~fiber()
{
#ifdef WEFT_MODEL_TSAN
    if (state_->own) __tsan_destroy_fiber(state_->tsan);
#endif
}

void fiber::prepare(void (*entry)())
{
    state& s = *state_;
    if (!s.stack) s.stack.reset(new std::byte[s.stack_bytes]);
#ifdef WEFT_MODEL_ASAN
    s.bottom = s.stack.get();
    s.size = s.stack_bytes;
    s.fake = nullptr;
    ASAN_UNPOISON_MEMORY_REGION(s.stack.get(), s.stack_bytes);  // left behind by abandoned frames
#endif
#ifdef WEFT_MODEL_TSAN
    // Making a fiber takes milliseconds, but abandoned frames stay on its record of calls, which must not overflow.
    if (s.own && s.uses++ % 500 == 0) {
        __tsan_destroy_fiber(s.tsan);
        s.own = false;
    }
    if (!s.own) s.tsan = __tsan_create_fiber(0);
    s.own = true;
#endif
#if defined(WEFT_MODEL_WIN64)
    const auto end = (reinterpret_cast<std::uintptr_t>(s.stack.get()) + s.stack_bytes) & ~std::uintptr_t{63};
    auto* const words = reinterpret_cast<void**>(end);
    // Above the return address, which entry does not use, it finds four words where it may keep its arguments.
    words[-5] = nullptr;
    words[-6] = reinterpret_cast<void*>(entry);
    for (int i = 7; i <= 14; ++i) words[-i] = nullptr;
    words[-15] = words;
    words[-16] = s.stack.get();
    words[-17] = s.stack.get();
    words[-18] = reinterpret_cast<void*>(~std::uintptr_t{0});  // no handlers
    for (int i = 19; i <= 38; ++i) words[-i] = nullptr;
    s.top = words - 38;
#elif defined(__x86_64__)
    const auto end = (reinterpret_cast<std::uintptr_t>(s.stack.get()) + s.stack_bytes) & ~std::uintptr_t{63};
    auto* const words = reinterpret_cast<void**>(end);
    words[-1] = nullptr;  // no return address: entry does not return
    words[-2] = reinterpret_cast<void*>(entry);
    for (int i = 3; i <= 8; ++i) words[-i] = nullptr;
    s.top = words - 8;
#else
    getcontext(&s.context);
    s.context.uc_stack.ss_sp = s.stack.get();
    s.context.uc_stack.ss_size = s.stack_bytes;
    s.context.uc_link = nullptr;
    makecontext(&s.context, entry, 0);
#endif
}

void fiber::go(fiber& from, fiber& to) noexcept
{
    state& a = *from.state_;
    state& b = *to.state_;
#ifdef WEFT_MODEL_ASAN
    b.came_from = &a;
    __sanitizer_start_switch_fiber(&a.fake, b.bottom, b.size);
#endif
#ifdef WEFT_MODEL_TSAN
    __tsan_switch_to_fiber(b.tsan, 0);
#endif
#if defined(__x86_64__)
    weft_model_switch_stack(&a.top, b.top);
#else
    swapcontext(&a.context, &b.context);
#endif
    from.arrived();
}

void fiber::arrived() noexcept
{
#ifdef WEFT_MODEL_ASAN
    state& s = *state_;
    const void* bottom = nullptr;
    std::size_t size = 0;
    __sanitizer_finish_switch_fiber(s.fake, &bottom, &size);
    s.fake = nullptr;
    if (s.came_from != nullptr && s.came_from->bottom == nullptr) {
        s.came_from->bottom = bottom;  // the bounds of the thread's own stack are known once it is first left
        s.came_from->size = size;
    }
#endif
}

}  // namespace weft::model::detail
