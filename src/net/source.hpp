// src/net/source.hpp - one descriptor: who uses it, and what it is ready for.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// Invariants  I1  The object is never freed, only used again: the reactor may have got an event of an earlier life. That
//                 wakes somebody for nothing, which does no harm: readiness, I3.
//             I2  where_ and wants_ are written under watching_, and read without it: what they tell was told to the
//                 reactor before.
//
// Orders      O1  watch: where_ store release -> is_watched: load acquire.
//
// Checked by  tests/net/tcp_end_test.cpp, tests/net/reactor_test.cpp; its words by themselves: readiness.hpp, use_word.hpp.
#pragma once

#include <weft/net/detail/descriptor.hpp>
#include <weft/seam/atomic.hpp>
#include <weft/sync/spinlock.hpp>

#include "net/readiness.hpp"
#include "net/use_word.hpp"

#include <cstdint>
#include <utility>

namespace weft::detail {

class reactor;

enum class io_side : std::uint8_t { reader, writer };

class alignas(64) io_source {
public:
    /// Takes a descriptor over. Throws std::system_error, std::bad_alloc; closes it then.
    static io_source* make(int fd, descriptor::kind of);

    /// An operation begins: granted, unless there is one of this side, or it is closed.
    [[nodiscard]] use_word::admission begin_use(io_side which) noexcept;
    void end_use(io_side which) noexcept { end_use(part_of(which)); }
    /// For calls that are no operations: false if it is closed, else it stays open until let_go().
    [[nodiscard]] bool hold() noexcept
    {
        if (!uses_.hold()) return true;
        let_go();
        return false;
    }
    void let_go() noexcept { end_use(use_word::closer); }
    [[nodiscard]] bool reads_all() const noexcept { return reads_all_; }

    /// Wakes who waits, with an error; the last user closes the descriptor. `disown`: by its owner, who does not look at it
    /// again.
    void close(bool disown) noexcept;
    [[nodiscard]] bool is_closed() const noexcept { return uses_.is_closed(); }

    [[nodiscard]] int fd() const noexcept { return fd_; }
    [[nodiscard]] readiness& side(io_side which) noexcept { return sides_[static_cast<std::uint32_t>(which)]; }

    /// Whether the reactor watches this side; and sees to it that it does. Throws std::system_error.
    [[nodiscard]] bool is_watched(io_side which) const noexcept;
    void watch(io_side which);

    /// Events have come: a mask of epoll's.
    void wake(std::uint32_t events) noexcept;

private:
    friend class reactor;
    io_source() noexcept = default;
    [[nodiscard]] static std::uint32_t part_of(io_side which) noexcept
    {
        return which == io_side::reader ? use_word::reader : use_word::writer;
    }
    void end_use(std::uint32_t part) noexcept;
    void end() noexcept;

    readiness sides_[2];
    use_word uses_;
    int fd_ = -1;
    atomic<reactor*> where_{nullptr};
    atomic<std::uint32_t> wants_{0};
    bool reads_all_ = false;
    spinlock watching_;
    io_source* next_free_ = nullptr;  ///< the reactor's
};

/// Keeps a descriptor open during a call. Throws std::system_error if it is closed.
class io_hold {
public:
    io_hold(io_source* source, const char* what);
    io_hold(const io_hold&) = delete;
    io_hold& operator=(const io_hold&) = delete;
    ~io_hold() { source_->let_go(); }
    [[nodiscard]] int fd() const noexcept { return source_->fd(); }

private:
    io_source* source_;
};

/// An operation of one side: keeps the descriptor open while it lives. It is made when the operation is called, and moves
/// into its coroutine.
class io_use {
public:
    io_use(io_source* source, io_side which) noexcept : which_(which)
    {
        if (source == nullptr) return;
        admitted_ = source->begin_use(which);
        if (admitted_ == use_word::admission::granted) source_ = source;
    }
    io_use(io_use&& other) noexcept
        : source_(std::exchange(other.source_, nullptr)), which_(other.which_), admitted_(other.admitted_)
    {
    }
    io_use& operator=(io_use&&) = delete;
    ~io_use()
    {
        if (source_ != nullptr) source_->end_use(which_);
    }

    /// First: throws if the descriptor is closed, or another operation is under way.
    void check(const char* what) const;

    /// Whether a system call may have something to do; else wait(). Throws if it has been closed meanwhile.
    [[nodiscard]] bool may_try(const char* what);
    /// After a system call that failed: true if it is to be made again, false if it is to wait. Throws for all else.
    [[nodiscard]] bool is_interrupted(const char* what) const;
    void note_drained() noexcept { source_->side(which_).note_drained(); }
    [[nodiscard]] bool reads_all_there_is() const noexcept { return source_->reads_all(); }

    /// To be awaited: something has happened, or not. Throws weft::stopped.
    [[nodiscard]] io_wait wait()
    {
        if (!source_->is_watched(which_)) [[unlikely]]
            source_->watch(which_);
        return io_wait(source_->side(which_), seen_);
    }

    [[nodiscard]] int fd() const noexcept { return source_->fd(); }

private:
    io_source* source_ = nullptr;
    io_side which_;
    use_word::admission admitted_ = use_word::admission::refused;
    std::uintptr_t seen_ = 0;
};

}  // namespace weft::detail
