// weft/base/detail/lock_guard.hpp - holds a lock for as long as a block lasts.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/seam/language.hpp>

namespace weft::detail {

/// As std::lock_guard, without <mutex>.
template <class Lock>
class [[nodiscard]] lock_guard {
public:
    explicit lock_guard(Lock& lock) : lock_(lock) { lock_.lock(); }
    ~lock_guard() { lock_.unlock(); }
    lock_guard(const lock_guard&) = delete;
    lock_guard& operator=(const lock_guard&) = delete;

private:
    Lock& lock_;
};

}  // namespace weft::detail
