// examples/blazing/main.cpp - how much of what we install calls itself fast?
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// Searches one field of every record of a CSV file or of Debian's package index for a pattern, with a plain loop, with
// weft and with oneTBB; checks that all find the same, and prints what they found and how long each took.
#include "blazing/csv.hpp"
#include "blazing/debian_index.hpp"
#include "blazing/engines.hpp"
#include "blazing/generate.hpp"
#include "blazing/mapped_file.hpp"

#include <weft/pool/thread_pool.hpp>
#include <weft/topology/cpu_counts.hpp>

#include <tbb/global_control.h>
#include <tbb/task_arena.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>

namespace {

using namespace blazing;
using clock_type = std::chrono::steady_clock;

constexpr const char* usage =
    R"(usage: example_blazing [OPTION]... FILE
       example_blazing [OPTION]... --generate=MEGABYTES
  --format=csv|index   what the file is; found out by itself if not given
  --field=NAME         the column or field to search: readme (CSV), Description (index)
  --pattern=REGEX      RE2 syntax, upper and lower case alike: (blazing|blazingly|\d+)
  --threads=N          for weft and oneTBB: as many as there are processors
  --repeat=N           runs of each engine, the fastest counts: 3
  --generate=MEGABYTES search a CSV file made for the purpose, whose answer is known
)";

struct options {
    std::string file;
    std::string format;
    std::string field;
    std::string pattern = R"((blazing|blazingly|\d+))";
    std::size_t threads = weft::available_parallelism();
    std::size_t repeat = 3;
    std::size_t generate = 0;
};

std::size_t number(std::string_view name, std::string_view text, std::size_t least, std::size_t most)
{
    std::size_t n = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), n);
    if (error != std::errc() || end != text.data() + text.size() || n < least || n > most) {
        throw std::invalid_argument("--" + std::string(name) + " wants a number from " + std::to_string(least) +
                                    " to " + std::to_string(most) + ", not '" + std::string(text) + "'");
    }
    return n;
}

options parse(int argc, char** argv)
{
    options o;
    for (int i = 1; i < argc; ++i) {
        const std::string_view argument = argv[i];
        const std::size_t equals = argument.find('=');
        if (!argument.starts_with("--") || equals == std::string_view::npos) {
            if (argument.starts_with("--") || !o.file.empty())
                throw std::invalid_argument("what is '" + std::string(argument) + "'?");
            o.file = argument;
            continue;
        }
        const std::string_view name = argument.substr(2, equals - 2);
        const std::string_view value = argument.substr(equals + 1);
        if (name == "format" && (value == "csv" || value == "index")) {
            o.format = value;
        } else if (name == "field") {
            o.field = value;
        } else if (name == "pattern") {
            o.pattern = value;
        } else if (name == "threads") {
            o.threads = number(name, value, 1, 4096);
        } else if (name == "repeat") {
            o.repeat = number(name, value, 1, 1000);
        } else if (name == "generate") {
            o.generate = number(name, value, 1, 1'000'000);
        } else {
            throw std::invalid_argument("what is '" + std::string(argument) + "'?");
        }
    }
    if (o.file.empty() == (o.generate == 0)) throw std::invalid_argument("give a file, or --generate");
    return o;
}

/// A file that is removed when this object is destroyed.
struct temporary_file {
    std::filesystem::path path =
        std::filesystem::temp_directory_path() / ("blazing-" + std::to_string(::getpid()) + ".csv");
    temporary_file() = default;
    temporary_file(const temporary_file&) = delete;
    ~temporary_file()
    {
        std::error_code ignored;
        std::filesystem::remove(path, ignored);
    }
};

truth write_csv(const std::filesystem::path& path, std::size_t megabytes)
{
    std::printf("writing %zu MB of CSV whose answer is known ...\n", megabytes);
    const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "wb"), std::fclose);
    if (!file) throw std::system_error(errno, std::system_category(), path.string());
    truth all;
    std::string text = "id,name,readme,downloads\n";
    for (std::size_t i = 0; i < megabytes; ++i) {
        const truth t = generate_csv(text, 1'000'000, i);
        all.records += t.records;
        all.matching += t.matching;
        all.matches += t.matches;
        all.blazing += t.blazing;
        if (std::fwrite(text.data(), 1, text.size(), file.get()) != text.size()) {
            throw std::system_error(errno, std::system_category(), path.string());
        }
        text.assign(1, '\n');  // not empty, so without a header; an empty line is no record
    }
    if (std::fflush(file.get()) != 0) throw std::system_error(errno, std::system_category(), path.string());
    return all;
}

/// A growing line on the terminal; nothing where the output is not a terminal.
class progress_bar {
public:
    progress_bar(std::string name, std::size_t total) : name_(std::move(name)), total_(total) {}
    ~progress_bar()
    {
        if (shown_) std::fprintf(stderr, "\r%*s\r", 60, "");
    }
    progress_bar(const progress_bar&) = delete;

    [[nodiscard]] progress watch()
    {
        if (!shown_) return {};
        return {[](void* self, std::size_t bytes) { static_cast<progress_bar*>(self)->add(bytes); }, this};
    }

private:
    void add(std::size_t bytes)
    {
        const std::size_t done = done_.fetch_add(bytes, std::memory_order_relaxed) + bytes;
        const std::size_t percent = done * 100 / total_;
        std::size_t last = percent_.load(std::memory_order_relaxed);
        // Whichever thread advances the number prints it.
        if (percent > last && percent_.compare_exchange_strong(last, percent, std::memory_order_relaxed)) {
            constexpr const char* bar = "##############################";
            std::fprintf(stderr, "\r%-7s [%-30.*s] %3zu %%", name_.c_str(), static_cast<int>(percent * 30 / 100), bar,
                         percent);
        }
    }

    std::string name_;
    std::size_t total_;
    bool shown_ = ::isatty(2) != 0;
    std::atomic<std::size_t> done_{0};
    std::atomic<std::size_t> percent_{0};
};

struct engine {
    const char* name;
    std::size_t threads;
    std::function<result(const job&)> search;
    double best = 0;
    std::optional<result> found{};
};

void run(engine& e, job j)
{
    progress_bar bar(e.name, std::max<std::size_t>(j.text.size(), 1));
    j.watch = bar.watch();
    const auto begin = clock_type::now();
    result r = e.search(j);
    const double seconds = std::chrono::duration<double>(clock_type::now() - begin).count();
    e.best = e.found ? std::min(e.best, seconds) : seconds;
    e.found = std::move(r);
}

/// Made fit for a terminal: no control characters, and not much longer than a word.
std::string printable(std::string text)
{
    constexpr std::size_t most = 60;
    std::string rest;
    if (text.size() > most) {
        rest = "... [" + std::to_string(text.size()) + " bytes]";
        text.resize(most);
    }
    for (char& c : text) {
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = '?';
    }
    return text + rest;
}

void print_top(const char* title, const counter& counts, std::size_t n)
{
    std::printf("%s:", title);
    for (const auto& [text, count] : counts.top(n)) std::printf(" %s (%zu)", printable(text).c_str(), count);
    std::printf("\n");
}

void print(const result& r, std::size_t bytes)
{
    const tally& t = r.found;
    std::printf("%zu records in %.1f MB; %zu (%.2f %%) match, %zu matches in all\n", t.records,
                static_cast<double>(bytes) * 1e-6, t.matching,
                t.records == 0 ? 0.0 : 100.0 * static_cast<double>(t.matching) / static_cast<double>(t.records),
                t.matches);
    print_top("most frequent matches", t.match_counts, 8);
    print_top("most frequent words", t.word_counts, 8);
    if (t.missing > 0)
        std::printf("note: %zu records lack the field, the first is number %zu\n", t.missing, r.first_missing);
    if (t.quoting > 0) {
        std::printf("note: %zu records have quotes where none may be, the first is number %zu\n", t.quoting,
                    r.first_quoting);
    }
    if (t.nuls > 0) std::printf("note: %zu records have NUL bytes in the field\n", t.nuls);
    if (r.unclosed != 0) {
        std::printf("error: record %zu opens a quote that is never closed; what follows it was taken for its text\n",
                    r.unclosed);
    }
}

bool as_constructed(const truth& t, const tally& found)
{
    return found.records == t.records && found.matching == t.matching && found.matches == t.matches &&
           found.match_counts.of("blazing") == t.blazing;
}

int run(const options& o)
{
    temporary_file made;
    std::optional<truth> known;
    if (o.generate > 0) known = write_csv(made.path, o.generate);
    const mapped_file file(o.generate > 0 ? made.path.string() : o.file);
    const std::string_view text = file.text();
    if (text.empty()) throw std::invalid_argument(o.file + ": the file is empty, there is nothing to search");

    const bool index = o.format.empty() ? text.starts_with("Package:") : o.format == "index";
    std::unique_ptr<format> how;
    std::size_t body = 0;
    if (index) {
        how = std::make_unique<debian_index>(o.field.empty() ? "Description" : o.field);
    } else {
        auto table = std::make_unique<csv>(text, o.field.empty() ? "readme" : o.field);
        body = table->body();
        how = std::move(table);
    }
    const job j{.text = text, .body = body, .how = *how, .pattern = o.pattern};
    searcher{o.pattern};  // a bad pattern is reported before anything runs

    weft::thread_pool pool({.num_threads = o.threads});
    const tbb::global_control allow(tbb::global_control::max_allowed_parallelism, std::max<std::size_t>(o.threads, 2));
    tbb::task_arena arena(static_cast<int>(o.threads));
    engine engines[] = {
        {"serial", 1, search_serial},
        {"weft", o.threads, [&](const job& work) { return pool.install([&] { return search_weft(work); }); }},
        {"oneTBB", o.threads, [&](const job& work) { return arena.execute([&] { return search_tbb(work); }); }},
    };
    for (std::size_t i = 0; i < o.repeat; ++i) {
        for (engine& e : engines) run(e, j);
    }

    const result& r = *engines[0].found;
    print(r, text.size());
    std::printf("\n%-8s %7s %9s %9s %14s %8s\n", "engine", "threads", "seconds", "MB/s", "records/s", "speed-up");
    bool same = true;
    for (const engine& e : engines) {
        std::printf("%-8s %7zu %9.3f %9.0f %14.0f %7.2fx\n", e.name, e.threads, e.best,
                    static_cast<double>(text.size()) * 1e-6 / e.best, static_cast<double>(r.found.records) / e.best,
                    engines[0].best / e.best);
        same = same && *e.found == r;
    }
    std::printf("same answer from all: %s\n", same ? "yes" : "NO");
    bool right = true;
    if (known) {
        right = as_constructed(*known, r.found);
        std::printf("answer as constructed: %s\n", right ? "yes" : "NO");
    }
    return same && right && r.unclosed == 0 ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv)
{
    options o;
    try {
        o = parse(argc, argv);
    } catch (const std::exception& e) {
        std::fprintf(stderr, "blazing: %s\n%s", e.what(), usage);
        return 2;
    }
    try {
        return run(o);
    } catch (const std::exception& e) {
        std::fprintf(stderr, "blazing: %s\n", e.what());
        return 1;
    }
}
