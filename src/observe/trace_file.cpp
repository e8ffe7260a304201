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

std::string in_quotes(std::string_view text)
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
            out_ += ",\"args\":{\"name\":" + in_quotes(name.empty() ? "thread " + std::to_string(number) : name) + "}}";
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
    enum class slice_kind { visit, region, job, wait, search, work, sleep, block, span, task, call };
    struct slice {
        slice_kind kind;
        std::string name;
        std::uint64_t began;
        std::uint64_t items = 0;
        std::uint64_t object = 0;     ///< the address of what is waited for
        const char* waits = nullptr;  ///< what a task waits for from its end on
        const void* covers = nullptr;
    };
    /// What has been done to a thread or a task that will notice later.
    struct call {
        std::uint32_t thread;
        std::uint64_t time;
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
                open(e, slice_kind::region,
                     n.what != nullptr ? std::string(file) + ":" + std::to_string(n.line) : std::string(file));
                open_[e.thread].back().items = n.value;
                return;
            }
            case event_kind::region_end:
                if (n.what == nullptr) return close_kind(e, slice_kind::region);
                return close_any(e, [&n](const slice& s) { return s.covers == n.what; });
            case event_kind::steal:
                if (const auto victim = worked_at_.find(n.what);
                    victim != worked_at_.end() && victim->second != e.thread) {
                    root({victim->second, e.time}, "stolen from");
                    arrows("steal", {victim->second, e.time}, e);
                }
                return open(
                    e, slice_kind::job,
                    n.value == 0
                        ? "stolen"
                        : "stolen: " + type_in(reinterpret_cast<const char*>(static_cast<std::uintptr_t>(n.value))));
            case event_kind::help_begin: {
                const auto region = covered_.find(n.what);
                return open(e, slice_kind::job, region != covered_.end() ? "helps " + region->second : "helps");
            }
            case event_kind::help_end:
            case event_kind::job_end:
                return close_kind(e, slice_kind::job);
            case event_kind::wait_begin:
                return open(e, slice_kind::wait, "waits");
            case event_kind::wait_end:
                return close_kind(e, slice_kind::wait);
            case event_kind::search:
                close_all(e);
                open(e, slice_kind::search, "searches");
                return answer(called_, n.at, "wake", e);
            case event_kind::found:
                close_all(e);
                return open(e, slice_kind::work, "works");
            case event_kind::sleep:
                close_all(e);
                return open(e, slice_kind::sleep, "sleeps");
            case event_kind::wake:
                called_[n.what] = {e.thread, e.time};
                return root(called_[n.what], "wakes");
            case event_kind::block_begin:
                open(e, slice_kind::block,
                     n.what != nullptr ? std::string("blocked: ") + static_cast<const char*>(n.what) : "blocked");
                open_[e.thread].back().object = n.value;
                return;
            case event_kind::block_end:
                return close_kind(e, slice_kind::block);
            case event_kind::span_begin:
                return open(e, slice_kind::span, static_cast<const char*>(n.what));
            case event_kind::span_end:
                return close_any(e, [&n](const slice& s) {
                    return s.kind == slice_kind::span && s.name == static_cast<const char*>(n.what);
                });
            case event_kind::task_run:
                open(e, slice_kind::task, "task " + std::to_string(n.value));
                return answer(ready_, n.what, "ready", e);
            case event_kind::task_waits:
                for (auto s = open_[e.thread].rbegin(); s != open_[e.thread].rend(); ++s) {
                    if (s->kind != slice_kind::task) continue;
                    s->waits = static_cast<const char*>(n.what);
                    break;
                }
                return;
            case event_kind::task_pause:
                return close_kind(e, slice_kind::task);
            case event_kind::task_ready:
                ready_[n.what] = {e.thread, e.time};
                return root(ready_[n.what], "lets go on");
            case event_kind::scope_open:
                for (auto s = open_[e.thread].rbegin(); s != open_[e.thread].rend(); ++s) {
                    if (s->kind != slice_kind::region) continue;
                    covered_[n.what] = s->name;
                    s->covers = n.what;
                    break;
                }
                return;
            case event_kind::long_block:
            case event_kind::slowdown:
                return;
        }
    }

    void begin(const char* phase, std::string_view name, const char* category, std::uint32_t thread)
    {
        out_ += words(",\n{\"ph\":\"%s\",\"name\":", phase) + in_quotes(name);
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

    /// From what was done then to what this thread does now.
    void arrows(const char* what, call from, const timed_event& to)
    {
        ++arrows_;
        arrow("s", what, from.thread, from.time);
        arrow("f", what, to.thread, to.time);
    }

    /// `e` is the answer to a call, if there was one.
    void answer(std::unordered_map<const void*, call>& calls, const void* to, const char* what, const timed_event& e)
    {
        const auto at = calls.find(to);
        if (at == calls.end()) return;
        arrows(what, at->second, e);
        calls.erase(at);
    }

    /// An arrow needs a slice to come from; a thread outside may have none.
    void root(call from, const char* name)
    {
        if (!open_[from.thread].empty()) return;
        begin("X", name, "call", from.thread);
        out_ += words(",\"ts\":%.3f,\"dur\":0.001}", microseconds(from.time));
    }

    void open(const timed_event& e, slice_kind kind, std::string name)
    {
        open_[e.thread].push_back({kind, std::move(name), e.time});
    }

    void close(std::uint32_t thread, std::uint64_t time)
    {
        static constexpr const char* categories[] = {"visit", "region", "job",  "wait", "search", "work",
                                                     "sleep", "block",  "span", "task", "call"};
        std::vector<slice>& slices = open_[thread];
        const slice last = std::move(slices.back());
        slices.pop_back();
        begin("X", last.name, categories[static_cast<std::size_t>(last.kind)], thread);
        out_ +=
            words(",\"ts\":%.3f,\"dur\":%.3f", microseconds(last.began), microseconds(time) - microseconds(last.began));
        if (last.items != 0) out_ += words(",\"args\":{\"items\":%llu}", static_cast<unsigned long long>(last.items));
        if (last.object != 0)
            out_ += words(",\"args\":{\"object\":\"0x%llx\"}", static_cast<unsigned long long>(last.object));
        if (last.waits != nullptr) out_ += ",\"args\":{\"waits for\":" + in_quotes(last.waits) + "}";
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

    /// The newest slice of this thread that `is`, else of any, ends. Those that lie on it go on as others: in a track
    /// slices lie within each other.
    template <class Is>
    void close_any(const timed_event& e, const Is& is)
    {
        const auto close_in = [&](std::uint32_t thread, std::vector<slice>& slices) {
            const auto at = std::find_if(slices.rbegin(), slices.rend(), is);
            if (at == slices.rend()) return false;
            std::vector<slice> go_on(at.base(), slices.end());
            for (std::size_t i = 0; i <= go_on.size(); ++i) close(thread, e.time);
            for (slice& s : go_on) {
                s.began = e.time;
                slices.push_back(std::move(s));
            }
            return true;
        };
        if (close_in(e.thread, open_[e.thread])) return;
        for (auto& [thread, slices] : open_) {
            if (close_in(thread, slices)) return;
        }
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
    std::unordered_map<const void*, std::uint32_t> worked_at_;  // place: thread
    std::unordered_map<const void*, call> called_;              // place
    std::unordered_map<const void*, call> ready_;               // strand
    std::unordered_map<const void*, std::string> covered_;      // scope, or what has helpers: its region
    std::uint64_t arrows_ = 0;
};

}  // namespace

std::string trace_json(const recorded_trace& trace, double ticks_per_microsecond)
{
    return json_writer(trace, ticks_per_microsecond).write();
}

}  // namespace weft::detail
