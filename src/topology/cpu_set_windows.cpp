// src/topology/cpu_set_windows.cpp - pinning on Windows, where a thread runs on processors of one group at a time.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include "topology/processor_group.hpp"

#include "topology/thread_affinity.hpp"

#if defined(_WIN32)

#include <cerrno>
#include <optional>

namespace weft {
namespace {

GROUP_AFFINITY affinity_of(HANDLE thread) noexcept
{
    GROUP_AFFINITY out{};
    if (GetThreadGroupAffinity(thread, &out) == 0) out = {};
    return out;
}

/// The bits of the processors of `group` that run.
KAFFINITY running(WORD group) noexcept
{
    const DWORD count = GetActiveProcessorCount(group);
    constexpr DWORD bits = sizeof(KAFFINITY) * 8;
    return count >= bits ? ~KAFFINITY{0} : (KAFFINITY{1} << count) - 1;
}

}  // namespace

std::error_code pin_this_thread(const cpu_set& cpus)
{
    const cpu_set usable = cpus & detail::process_affinity();
    if (usable.empty()) return std::make_error_code(std::errc::invalid_argument);
    // Of several groups, the one in which the thread is, so that it need not move; or else the first.
    WORD group = affinity_of(GetCurrentThread()).Group;
    KAFFINITY mask = detail::bits_of(usable, group);
    if (mask == 0) {
        group = static_cast<WORD>(*usable.next(0) / detail::group_size);
        mask = detail::bits_of(usable, group);
    }
    GROUP_AFFINITY wanted{};
    wanted.Group = group;
    wanted.Mask = mask;
    if (SetThreadGroupAffinity(GetCurrentThread(), &wanted, nullptr) != 0) return {};
    return std::error_code(static_cast<int>(GetLastError()), std::system_category());
}

namespace detail {

std::int64_t this_thread_id() noexcept { return GetCurrentThreadId(); }

cpu_set thread_affinity(std::int64_t id)
{
    GROUP_AFFINITY mask{};
    if (id == 0) {
        mask = affinity_of(GetCurrentThread());
    } else if (const HANDLE thread = OpenThread(THREAD_QUERY_INFORMATION, FALSE, static_cast<DWORD>(id))) {
        if (GetProcessIdOfThread(thread) == GetCurrentProcessId()) mask = affinity_of(thread);
        CloseHandle(thread);
    }
    cpu_set out;
    add_processors(out, mask.Group, mask.Mask);
    return out;
}

cpu_set process_affinity()
{
    cpu_set out;
    // A process may be kept to a part of one group. All others may move their threads to any group; of those with threads
    // in several ones the system gives no masks.
    DWORD_PTR own = 0;
    DWORD_PTR all = 0;
    if (GetProcessAffinityMask(GetCurrentProcess(), &own, &all) != 0 && own != all) {
        USHORT group = 0;
        USHORT count = 1;
        if (GetProcessGroupAffinity(GetCurrentProcess(), &count, &group) != 0) {
            add_processors(out, group, own);
            return out;
        }
    }
    for (WORD group = 0; group < GetActiveProcessorGroupCount(); ++group) add_processors(out, group, running(group));
    return out;
}

}  // namespace detail

cpu_set this_thread_affinity() { return detail::thread_affinity(0); }

std::optional<std::size_t> this_thread_cpu() noexcept
{
    PROCESSOR_NUMBER here{};
    GetCurrentProcessorNumberEx(&here);
    return here.Group * detail::group_size + here.Number;
}

}  // namespace weft

#endif
