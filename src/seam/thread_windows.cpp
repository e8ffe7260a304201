// src/seam/thread_windows.cpp - threads with a name and a stack size on Windows.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include "seam/windows.hpp"

#include <weft/seam/this_thread.hpp>
#include <weft/seam/thread.hpp>

#if defined(_WIN32)

#include <process.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <exception>
#include <memory>
#include <new>
#include <string>
#include <system_error>
#include <utility>

namespace weft::detail {

struct thread::handle {
    HANDLE id;
};

namespace {

/// Names are UTF-8 outside, and UTF-16 for the system; what is not valid shows as replacement characters.
std::wstring wide(const std::string& name)
{
    std::wstring out(name.size(), L'\0');
    const int size = static_cast<int>(name.size());
    const int length = size == 0 ? 0 : MultiByteToWideChar(CP_UTF8, 0, name.data(), size, out.data(), size);
    out.resize(static_cast<std::size_t>(length));
    return out;
}

/// What is to be done when a thread ends, the last one first.
struct ending {
    void (*end)(void*);
    void* object;
    ending* below;
};

void WINAPI run_endings(void* newest)
{
    // When the process ends, other threads may have been stopped with locks in their hands.
    if (RtlDllShutdownInProgress() != FALSE) return;
    for (auto* one = static_cast<ending*>(newest); one != nullptr;) {
        one->end(one->object);
        delete std::exchange(one, one->below);
    }
}

/// Where each thread keeps its endings: the system calls `run_endings`, which must therefore not be unloaded.
DWORD slot_of_endings()
{
    static const DWORD slot = [] {
        static const char here = 0;
        HMODULE file = nullptr;
        GetModuleHandleExW(GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS | GET_MODULE_HANDLE_EX_FLAG_PIN,
                           reinterpret_cast<LPCWSTR>(&here), &file);
        return FlsAlloc(&run_endings);
    }();
    return slot;
}

std::string narrow(const wchar_t* name)
{
    const int bytes = WideCharToMultiByte(CP_UTF8, 0, name, -1, nullptr, 0, nullptr, nullptr);
    if (bytes <= 1) return {};
    std::string out(static_cast<std::size_t>(bytes), '\0');
    WideCharToMultiByte(CP_UTF8, 0, name, -1, out.data(), bytes, nullptr, nullptr);
    out.pop_back();  // the zero
    return out;
}

}  // namespace

thread::thread(const options& how, erased body) : handle_(std::make_unique<handle>())
{
    body->name = how.name;
    const auto entry = [](void* about) -> unsigned {
        thread::enter(about);
        return 0;
    };
    // A size is that of the address range; pages are taken as the stack grows.
    constexpr std::size_t least = std::size_t{64} * 1024;
    const std::size_t size = how.stack_size != 0 ? std::max(how.stack_size, least) : 0;
    if (size > UINT_MAX)
        throw std::system_error(ENOMEM, std::generic_category(), "weft: cannot start a thread with such a stack");
    const auto id = _beginthreadex(nullptr, static_cast<unsigned>(size), entry, body.get(),
                                   STACK_SIZE_PARAM_IS_A_RESERVATION, nullptr);
    if (id == 0) throw std::system_error(errno, std::generic_category(), "weft: cannot start a thread");
    handle_->id = reinterpret_cast<HANDLE>(id);
    body.release();
}

void thread::join() noexcept
{
    WaitForSingleObject(handle_->id, INFINITE);
    CloseHandle(handle_->id);
    handle_.reset();
}

void thread::detach() noexcept
{
    CloseHandle(handle_->id);
    handle_.reset();
}

void thread::abandon() noexcept { handle_.release(); }

thread::~thread()
{
    if (handle_) std::terminate();
}

void* thread::enter(void* body) noexcept
{
    const erased owned(static_cast<body_base*>(body));
    // The thread does it itself, so that its body never sees another name.
    if (!owned->name.empty()) SetThreadDescription(GetCurrentThread(), wide(owned->name).c_str());
    owned->run();
    return nullptr;
}

std::string this_thread_name()
{
    PWSTR name = nullptr;
    if (FAILED(GetThreadDescription(GetCurrentThread(), &name))) return {};
    std::string out;
    try {
        out = narrow(name);
    } catch (...) {
        LocalFree(name);
        throw;
    }
    LocalFree(name);
    return out;
}

void at_thread_end(void (*end)(void*), void* object)
{
    try {
        const DWORD slot = slot_of_endings();
        auto one = std::make_unique<ending>(ending{end, object, static_cast<ending*>(FlsGetValue(slot))});
        if (slot == FLS_OUT_OF_INDEXES || FlsSetValue(slot, one.get()) == 0) throw std::bad_alloc();
        one.release();
    } catch (...) {
        end(object);
        throw;
    }
}

void yield_thread() noexcept { SwitchToThread(); }

}  // namespace weft::detail

#endif
