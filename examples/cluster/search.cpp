// examples/cluster/search.cpp - the main job (examples/blazing) on several machines: mpirun -n RANKS example_cluster_search FILE
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// Searches the column "readme" of a CSV file that all ranks can read; --generate=MEGABYTES makes a text in each of them instead.
// The file is cut into as many parts as there are ranks, anywhere. A part may begin inside quotes, so there are two passes, as
// there are inside a rank: each says whether its part changes the state, a prefix over the ranks gives the state that each part
// begins in, and then each searches the records that begin in its part. Answers are added up on the first rank, and compared with
// those of one process.
#include "blazing/csv.hpp"
#include "blazing/engines.hpp"
#include "blazing/generate.hpp"
#include "blazing/mapped_file.hpp"
#include "cluster/ranks.hpp"

#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <string>

namespace {

using blazing::result;

/// A result as bytes, and back.
class parcel {
public:
    parcel() = default;
    explicit parcel(std::string_view bytes) : bytes_(bytes) {}

    void put(std::uint64_t value) { bytes_.append(reinterpret_cast<const char*>(&value), sizeof value); }
    void put(const blazing::counter& counts)
    {
        const auto all = counts.top(counts.size());
        put(all.size());
        for (const auto& [text, n] : all) {
            put(n);
            put(text.size());
            bytes_ += text;
        }
    }
    void get(std::size_t& value)
    {
        std::uint64_t stored = 0;
        std::memcpy(&stored, bytes_.data() + at_, sizeof stored);
        at_ += sizeof stored;
        value = stored;
    }
    void get(blazing::counter& counts)
    {
        std::size_t entries = 0;
        for (get(entries); entries > 0; --entries) {
            std::size_t n = 0;
            std::size_t length = 0;
            get(n);
            get(length);
            counts.add(std::string_view(bytes_).substr(at_, length), n);
            at_ += length;
        }
    }
    [[nodiscard]] const std::string& bytes() const noexcept { return bytes_; }

private:
    std::string bytes_;
    std::size_t at_ = 0;
};

/// Calls `f` for each part of a result, in the order in which it travels.
template <class Result>
void each_part(Result& r, auto f)
{
    f(r.found.records);
    f(r.found.matching);
    f(r.found.matches);
    f(r.found.missing);
    f(r.found.quoting);
    f(r.found.nuls);
    f(r.found.match_counts);
    f(r.found.word_counts);
    f(r.first_missing);
    f(r.first_quoting);
    f(r.unclosed);
}

/// On the first rank: the results of all, in order, as one.
result gather(const cluster::ranks& all, const result& mine)
{
    parcel out;
    each_part(mine, [&](const auto& part) { out.put(part); });
    const int size = static_cast<int>(out.bytes().size());
    std::vector<int> sizes(static_cast<std::size_t>(all.count()));
    MPI_Gather(&size, 1, MPI_INT, sizes.data(), 1, MPI_INT, 0, MPI_COMM_WORLD);
    std::vector<int> starts(sizes.size());
    for (std::size_t r = 1; r < sizes.size(); ++r) starts[r] = starts[r - 1] + sizes[r - 1];
    std::string bytes(all.is_first() ? static_cast<std::size_t>(starts.back() + sizes.back()) : 0, '\0');
    MPI_Gatherv(out.bytes().data(), size, MPI_CHAR, bytes.data(), sizes.data(), starts.data(), MPI_CHAR, 0,
                MPI_COMM_WORLD);
    result sum;
    if (!all.is_first()) return sum;
    for (std::size_t r = 0; r < sizes.size(); ++r) {
        parcel in(
            std::string_view(bytes).substr(static_cast<std::size_t>(starts[r]), static_cast<std::size_t>(sizes[r])));
        result one;
        each_part(one, [&](auto& part) { in.get(part); });
        // Records are numbered from the beginning of the file.
        const auto note = [&](std::size_t& first, std::size_t here) {
            if (first == 0 && here != 0) first = sum.found.records + here;
        };
        note(sum.first_missing, one.first_missing);
        note(sum.first_quoting, one.first_quoting);
        note(sum.unclosed, one.unclosed);
        sum.found.add(one.found);
    }
    return sum;
}

result search(const cluster::ranks& all, const blazing::job& whole)
{
    blazing::job mine = whole;
    const std::size_t length = whole.text.size() - whole.body;
    mine.body = whole.body + all.begin_of(all.rank(), length);
    mine.end = whole.body + all.begin_of(all.rank() + 1, length);
    const int changes = blazing::carries_weft(mine) ? 1 : 0;
    int inside = 0;
    MPI_Exscan(&changes, &inside, 1, MPI_INT, MPI_BXOR, MPI_COMM_WORLD);
    mine.inside = !all.is_first() && inside == 1;  // the first rank is given nothing
    return gather(all, blazing::search_weft(mine));
}

int search_on(const cluster::ranks& all, int argc, char** argv)
{
    const std::string_view argument = argc > 1 ? argv[1] : "--generate=8";
    constexpr std::string_view generate = "--generate=";
    std::string made;
    std::optional<blazing::mapped_file> file;
    if (argument.starts_with(generate)) {
        const std::size_t megabytes = std::strtoull(argument.data() + generate.size(), nullptr, 10);
        blazing::generate_csv(made, megabytes * 1'000'000, 1);
    } else {
        file.emplace(std::string(argument));
    }
    const std::string_view text = file ? file->text() : made;
    const blazing::csv table(text, "readme");
    const blazing::job whole{.text = text, .body = table.body(), .how = table, .pattern = R"((blazing|blazingly|\d+))"};
    all.print();

    const double begin = all.together();
    const result found = search(all, whole);
    const double end = all.together();
    int same = 1;
    if (all.is_first()) {
        const result alone = blazing::search_weft(whole);
        const double alone_end = MPI_Wtime();
        same = found == alone && found == blazing::search_serial(whole) ? 1 : 0;
        std::printf("%zu records in %.1f MB, of which %zu match; together %.3f s, this rank alone %.3f s\n",
                    found.found.records, static_cast<double>(text.size()) * 1e-6, found.found.matching, end - begin,
                    alone_end - end);
        std::printf("same answer as from one process: %s\n", same == 1 ? "yes" : "NO");
    }
    MPI_Bcast(&same, 1, MPI_INT, 0, MPI_COMM_WORLD);
    return same == 1 ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) { return cluster::run(argc, argv, search_on); }
