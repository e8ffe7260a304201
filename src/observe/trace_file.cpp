// src/observe/trace_file.cpp - events as a file for Perfetto: Chrome trace events in JSON.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// What begins and ends on a thread becomes a slice (ph X). What was begun before the oldest event that is left is left
// out; what has not ended goes on to the end of the trace. A steal is an arrow (ph s, f) from the thread that had the
// job to the one that runs it, a wake-up one from the thread that calls to the one that comes.
#include "observe/trace_file.hpp"
#include "observe/advice.hpp"

#include <algorithm>
#include <string_view>
#include <unordered_map>

#if defined(__unix__) || defined(__APPLE__)
#include <unistd.h>
#endif

namespace weft::detail {
namespace {

long process_number()
{
#if defined(__unix__) || defined(__APPLE__)
    return static_cast<long>(getpid());
#else
    return 1;
#endif
}

std::string quoted(std::string_view text)
{
    std::string out = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\') {
            out += '\\';
            out += c;
        } else if (static_cast<unsigned char>(c) < 0x20 || static_cast<unsigned char>(c) >= 0x7f) {
            // Bytes of any encoding: the file shall be valid in each.
            out += words("\\u%04x", static_cast<unsigned>(static_cast<unsigned char>(c)));
        } else {
            out += c;
        }
    }
    return out + '"';
}

class json_writer {
public:
    json_writer(const recorded_trace& trace, double ticks_per_microsecond)
        : trace_(trace),
          per_microsecond_(ticks_per_microsecond),
          process_(process_number()),
          from_(trace.events.empty() ? 0 : trace.events.front().time),
          to_(trace.events.empty() ? 0 : trace.events.back().time)
    {
    }

    std::string write()
    {
        out_ = "{\"displayTimeUnit\":\"ns\",\"traceEvents\":[\n";
        out_ += words("{\"ph\":\"M\",\"name\":\"process_name\",\"pid\":%ld,\"tid\":0,\"args\":{\"name\":\"weft\"}}",
                      process_);
        for (const auto& [number, name] : trace_.threads) {
            begin("M", "thread_name", nullptr, number);
            out_ += ",\"args\":{\"name\":" + quoted(name.empty() ? "thread " + std::to_string(number) : name) + "}}";
        }
        for (const timed_event& e : trace_.events) add(e);
        for (auto& [number, slices] : open_) {
            while (!slices.empty()) close(number, to_);
        }
        out_ +=
            words("\n],\"otherData\":{\"dropped_events\":%llu}}\n", static_cast<unsigned long long>(trace_.dropped));
        return std::move(out_);
    }

private:
    enum class slice_kind { visit, region, job, wait, search, work, sleep, block, span };
    struct slice {
        slice_kind kind;
        std::string name;
        std::uint64_t began;
        std::uint64_t items = 0;
    };

    void add(const timed_event& e)
    {
        const event_note& n = e.note;
        if (n.at != nullptr) worked_at_[n.at] = e.thread;
        switch (n.kind) {
            case event_kind::visit_begin:
                return open(e, slice_kind::visit, "in the pool");
            case event_kind::visit_end:
                return close_kind(e, slice_kind::visit);
            case event_kind::region_begin: {
                std::string_view file(n.what != nullptr ? static_cast<const char*>(n.what) : "region");
                if (const auto slash = file.rfind('/'); slash != std::string_view::npos) file.remove_prefix(slash + 1);
                open(e, slice_kind::region, std::string(file) + ":" + std::to_string(n.line));
                open_[e.thread].back().items = n.value;
                return;
            }
            case event_kind::region_end:
                return close_kind(e, slice_kind::region);
            case event_kind::steal:
                if (const auto victim = worked_at_.find(n.what);
                    victim != worked_at_.end() && victim->second != e.thread) {
                    ++arrows_;
                    arrow("s", "steal", victim->second, e.time);
                    arrow("f", "steal", e.thread, e.time);
                }
                return open(
                    e, slice_kind::job,
                    n.value == 0
                        ? "stolen"
                        : "stolen: " + type_in(reinterpret_cast<const char*>(static_cast<std::uintptr_t>(n.value))));
            case event_kind::job_end:
                return close_kind(e, slice_kind::job);
            case event_kind::wait_begin:
                return open(e, slice_kind::wait, "waits");
            case event_kind::wait_end:
                return close_kind(e, slice_kind::wait);
            case event_kind::search:
                if (const auto called = called_.find(n.at); called != called_.end()) {
                    ++arrows_;
                    arrow("s", "wake", called->second.first, called->second.second);
                    arrow("f", "wake", e.thread, e.time);
                    called_.erase(called);
                }
                close_all(e);
                return open(e, slice_kind::search, "searches");
            case event_kind::found:
                close_all(e);
                return open(e, slice_kind::work, "works");
            case event_kind::sleep:
                close_all(e);
                return open(e, slice_kind::sleep, "sleeps");
            case event_kind::wake:
                called_[n.what] = {e.thread, e.time};
                return;
            case event_kind::block_begin:
                return open(e, slice_kind::block, "blocked");
            case event_kind::block_end:
                return close_kind(e, slice_kind::block);
            case event_kind::span_begin:
                return open(e, slice_kind::span, static_cast<const char*>(n.what));
            case event_kind::span_end:
                return close_kind(e, slice_kind::span);
            case event_kind::scope_open:
            case event_kind::long_block:
                return;
        }
    }

    void begin(const char* phase, std::string_view name, const char* category, std::uint32_t thread)
    {
        out_ += words(",\n{\"ph\":\"%s\",\"name\":", phase) + quoted(name);
        if (category != nullptr) out_ += words(",\"cat\":\"%s\"", category);
        out_ += words(",\"pid\":%ld,\"tid\":%u", process_, thread);
    }

    [[nodiscard]] double microseconds(std::uint64_t time) const
    {
        return static_cast<double>(time - from_) / per_microsecond_;
    }

    void arrow(const char* phase, const char* what, std::uint32_t thread, std::uint64_t time)
    {
        begin(phase, what, what, thread);
        out_ += words(",\"ts\":%.3f,\"id\":%llu", microseconds(time), static_cast<unsigned long long>(arrows_));
        out_ += *phase == 'f' ? ",\"bp\":\"e\"}" : "}";
    }

    void open(const timed_event& e, slice_kind kind, std::string name)
    {
        open_[e.thread].push_back({kind, std::move(name), e.time});
    }

    void close(std::uint32_t thread, std::uint64_t time)
    {
        static constexpr const char* categories[] = {"visit", "region", "job",   "wait", "search",
                                                     "work",  "sleep",  "block", "span"};
        std::vector<slice>& slices = open_[thread];
        const slice last = std::move(slices.back());
        slices.pop_back();
        begin("X", last.name, categories[static_cast<std::size_t>(last.kind)], thread);
        out_ +=
            words(",\"ts\":%.3f,\"dur\":%.3f", microseconds(last.began), microseconds(time) - microseconds(last.began));
        if (last.items != 0) out_ += words(",\"args\":{\"items\":%llu}", static_cast<unsigned long long>(last.items));
        out_ += '}';
    }

    void close_kind(const timed_event& e, slice_kind kind)
    {
        const std::vector<slice>& slices = open_[e.thread];
        const auto is = [kind](const slice& s) { return s.kind == kind; };
        if (std::none_of(slices.begin(), slices.end(), is)) return;
        while (!is(slices.back())) close(e.thread, e.time);
        close(e.thread, e.time);
    }

    void close_all(const timed_event& e)
    {
        while (!open_[e.thread].empty()) close(e.thread, e.time);
    }

    const recorded_trace& trace_;
    const double per_microsecond_;
    const long process_;
    const std::uint64_t from_;
    const std::uint64_t to_;
    std::string out_;
    std::unordered_map<std::uint32_t, std::vector<slice>> open_;
    std::unordered_map<const void*, std::uint32_t> worked_at_;                         // place: thread
    std::unordered_map<const void*, std::pair<std::uint32_t, std::uint64_t>> called_;  // place: by whom, when
    std::uint64_t arrows_ = 0;
};

}  // namespace

std::string trace_json(const recorded_trace& trace, double ticks_per_microsecond)
{
    return json_writer(trace, ticks_per_microsecond).write();
}

}  // namespace weft::detail
