// examples/net/gzip.hpp - gzip on all threads: blocks that are compressed side by side, and read as one text.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// The format allows it: what a block refers to is the text before it, which is there already, and each block but the last is
// filled up to a whole byte, so that the next one can be put behind it. The checksum of the whole comes from those of its parts.
// Mark Adler's pigz does the same.
#pragma once

#include <weft/iter/collect.hpp>
#include <weft/iter/map.hpp>
#include <weft/iter/par_chunks.hpp>
#include <weft/iter/par_iter.hpp>
#include <weft/iter/zip.hpp>

#include <zlib.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <new>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace gzip {

inline constexpr std::size_t block_bytes = 131'072;
inline constexpr std::size_t window_bytes = 32'768;  ///< how far back a block may refer

namespace detail {

struct block {
    std::string bytes;
    uLong checksum;
    std::size_t text_bytes;
};

inline Bytef* in(std::span<const std::byte> text)
{
    return const_cast<Bytef*>(reinterpret_cast<const Bytef*>(text.data()));
}

/// zlib's state, without heads and ends of its own.
class deflater {
public:
    deflater()
    {
        constexpr int no_head = -15;
        constexpr int memory = 8;
        if (deflateInit2(&z_, Z_DEFAULT_COMPRESSION, Z_DEFLATED, no_head, memory, Z_DEFAULT_STRATEGY) != Z_OK)
            throw std::bad_alloc();
    }
    deflater(const deflater&) = delete;
    deflater& operator=(const deflater&) = delete;
    ~deflater() { deflateEnd(&z_); }

    block compress(std::span<const std::byte> text, std::span<const std::byte> before, bool is_last)
    {
        constexpr uLong room_for_flush = 16;
        if (!before.empty()) deflateSetDictionary(&z_, in(before), static_cast<uInt>(before.size()));
        block made{std::string(deflateBound(&z_, text.size()) + room_for_flush, '\0'),
                   crc32_z(0, in(text), text.size()), text.size()};
        z_.next_in = in(text);
        z_.avail_in = static_cast<uInt>(text.size());
        z_.next_out = reinterpret_cast<Bytef*>(made.bytes.data());
        z_.avail_out = static_cast<uInt>(made.bytes.size());
        const int result = deflate(&z_, is_last ? Z_FINISH : Z_SYNC_FLUSH);
        if (result != (is_last ? Z_STREAM_END : Z_OK) || z_.avail_out == 0) throw std::logic_error("zlib: no room");
        made.bytes.resize(z_.total_out);
        return made;
    }

private:
    z_stream z_{};
};

inline void append_number(std::string& to, std::uint32_t value)
{
    constexpr std::uint32_t byte = 256;
    for (int i = 0; i < 4; ++i, value /= byte) to += static_cast<char>(value % byte);
}

}  // namespace detail

/// A text in compressed form, bit by bit.
class member {
public:
    /// What the next part of the text becomes, which is not empty: with the head before the first part, and the end behind the
    /// last one.
    std::string add(std::span<const std::byte> text, bool is_last)
    {
        std::string out;
        if (!has_begun_) out.assign("\x1f\x8b\x08\0\0\0\0\0\0\x03", 10);  // deflate; no name, no time; Unix
        has_begun_ = true;
        const std::size_t last = (text.size() - 1) / block_bytes;
        const std::vector<detail::block> blocks =
            weft::par_chunks(text, block_bytes)
                .enumerate()
                .map([&](std::size_t i, std::span<const std::byte> block) {
                    const std::span<const std::byte> before =
                        i == 0 ? window_ : text.subspan(i * block_bytes - window_bytes, window_bytes);
                    return detail::deflater().compress(block, before, is_last && i == last);
                })
                .to_vector();
        for (const detail::block& b : blocks) {
            out += b.bytes;
            checksum_ = crc32_combine(checksum_, b.checksum, static_cast<z_off_t>(b.text_bytes));
            text_bytes_ += static_cast<std::uint32_t>(b.text_bytes);  // the format keeps its last 32 bits
        }
        const std::span<const std::byte> end = text.last(std::min(text.size(), window_bytes));
        window_.assign(end.begin(), end.end());
        if (is_last) {
            detail::append_number(out, static_cast<std::uint32_t>(checksum_));
            detail::append_number(out, text_bytes_);
        }
        return out;
    }

private:
    bool has_begun_ = false;
    std::vector<std::byte> window_;  ///< the end of the last part
    uLong checksum_ = 0;
    std::uint32_t text_bytes_ = 0;
};

/// The text of something compressed by anybody. Throws std::runtime_error: it is damaged, or incomplete.
inline std::string text_of(std::string_view compressed)
{
    constexpr int gzip_head = 15 + 16;
    constexpr std::size_t piece = 65'536;
    z_stream z{};
    if (inflateInit2(&z, gzip_head) != Z_OK) throw std::bad_alloc();
    std::string text;
    z.next_in = detail::in(std::as_bytes(std::span(compressed)));
    z.avail_in = static_cast<uInt>(compressed.size());
    int result = Z_OK;
    while (result == Z_OK) {
        const std::size_t before = text.size();
        text.resize(before + piece);
        z.next_out = reinterpret_cast<Bytef*>(text.data() + before);
        z.avail_out = piece;
        result = inflate(&z, Z_NO_FLUSH);
        text.resize(text.size() - z.avail_out);
    }
    const bool is_whole = result == Z_STREAM_END && z.avail_in == 0;
    inflateEnd(&z);
    if (!is_whole) throw std::runtime_error("this is no whole gzip text");
    return text;
}

}  // namespace gzip
