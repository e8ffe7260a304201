// src/observe/environment.cpp - WEFT_TRACE, WEFT_REPORT and WEFT_PROBES, and what is written when the program exits.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include "observe/ledger.hpp"
#include "observe/output.hpp"
#include "observe/recorder.hpp"

#include <weft/observe/trace.hpp>
#include <weft/seam/events.hpp>
#include <weft/seam/ticks.hpp>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <memory>
#include <system_error>

namespace weft::detail {
namespace {

ledger* whole_program = nullptr;  // written once, before the exit; never destroyed, for threads may still write

bool is_set(const char* value) { return value != nullptr && *value != '\0'; }

std::string& path_of_report()
{
    static auto* const path = new std::string;
    return *path;
}

void write_report()
{
    if (whole_program == nullptr) return;
    const auto now = recorder::instance().remove(*whole_program);
    if (!now) return;
    const measurement all = whole_program->end(*now, static_cast<double>(ticks_per_microsecond()));
    const std::string& path = path_of_report();
    if (path == "1") {
        std::fputs(all.text().c_str(), stderr);
    } else {
        write_file(path, path.ends_with(".html") ? all.html() : all.text());
    }
}

void now_it_exits()
{
    for (const auto write : {&write_report, &end_trace}) {
        try {
            write();
        } catch (const std::exception& e) {
            std::fprintf(stderr, "weft: %s\n", e.what());
        }
    }
}

}  // namespace

void write_file(const std::string& path, std::string_view text)
{
    const auto failed = [&path] { return std::system_error(errno, std::generic_category(), "cannot write " + path); };
    std::FILE* const file = std::fopen(path.c_str(), "wb");
    if (file == nullptr) throw failed();
    const bool whole = std::fwrite(text.data(), 1, text.size(), file) == text.size();
    if (std::fclose(file) != 0 || !whole) throw failed();
}

void at_exit()
{
    static const int once = std::atexit(&now_it_exits);
    static_cast<void>(once);
}

void watch_if_asked() noexcept
{
    static const bool once = [] {
        try {
            if (const char* const path = std::getenv("WEFT_TRACE"); is_set(path)) trace_to(path);
            if (is_set(std::getenv("WEFT_PROBES"))) recorder::instance().tell_probes();
            if (const char* const path = std::getenv("WEFT_REPORT"); is_set(path)) {
                at_exit();
                path_of_report() = path;
                auto fresh = std::make_unique<ledger>();
                recorder::instance().add(*fresh);
                whole_program = fresh.release();
            }
        } catch (const std::exception& e) {
            std::fprintf(stderr, "weft: no trace and no report: %s\n", e.what());
        }
        return true;
    }();
    static_cast<void>(once);
}

namespace {
/// Before main: what happens before the first pool is made belongs to the program, too.
[[maybe_unused]] const bool asked = (watch_if_asked(), true);
}  // namespace

}  // namespace weft::detail
