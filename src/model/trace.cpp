// src/model/trace.cpp - executions as text.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include "model/engine.hpp"

#include <cstdio>
#include <cstring>
#include <string_view>

namespace weft::model::detail {

const char* order_name(memory_order o) noexcept
{
    switch (o) {
        case memory_order::relaxed:
            return "relaxed";
        case memory_order::consume:
            return "consume";
        case memory_order::acquire:
            return "acquire";
        case memory_order::release:
            return "release";
        case memory_order::acq_rel:
            return "acq_rel";
        case memory_order::seq_cst:
            return "seq_cst";
    }
    return "?";
}

namespace {

std::string value_text(std::uint64_t v)
{
    if (v < 1'000'000) return std::to_string(v);
    if (~v < 1'000'000) return std::to_string(static_cast<std::int64_t>(v));
    char text[32];
    std::snprintf(text, sizeof text, "0x%llx", static_cast<unsigned long long>(v));
    return text;
}

std::string place(const source_location& where)
{
    if (where.line() == 0) return "";
    std::string_view file = where.file_name();
    if (const auto slash = file.find_last_of('/'); slash != std::string_view::npos) file.remove_prefix(slash + 1);
    return std::string(file) + ":" + std::to_string(where.line());
}

std::string padded(std::string text, std::size_t width)
{
    if (text.size() < width) text.append(width - text.size(), ' ');
    return text;
}

constexpr char digits[] = "0123456789abcdefghijklmnopqrstuvwxyz";

}  // namespace

/// A digit per choice; larger numbers in parentheses.
std::string path_text(const std::vector<std::uint16_t>& path)
{
    std::string text;
    for (const std::uint16_t choice : path) {
        if (choice < 36) {
            text += digits[choice];
        } else {
            text += '(';
            text += std::to_string(choice);
            text += ')';
        }
    }
    return text;
}

std::vector<std::uint16_t> path_from(const std::string& text)
{
    std::vector<std::uint16_t> path;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '(') {
            unsigned number = 0;
            while (++i < text.size() && text[i] != ')') number = number * 10 + static_cast<unsigned>(text[i] - '0');
            path.push_back(static_cast<std::uint16_t>(number));
        } else if (const char* digit = std::strchr(digits, text[i]); digit != nullptr && *digit != '\0') {
            path.push_back(static_cast<std::uint16_t>(digit - digits));
        }
    }
    return path;
}

std::string engine::name_of(index at) const
{
    const char* const given = locations_[static_cast<std::size_t>(at)].name;
    return given != nullptr ? given : "atomic " + std::to_string(at);
}

void engine::trace_line(std::size_t thread, const source_location& where, const std::string& text)
{
    constexpr std::uint32_t most_lines = 250;
    if (++trace_lines_ == most_lines) trace_ += "  ... and so on\n";
    if (trace_lines_ >= most_lines) return;
    trace_ += "  T" + std::to_string(thread) + "  " + padded(place(where), 26) + "  " + text + "\n";
}

void engine::trace_step(const transition& what)
{
    const modelled_thread& t = threads_[what.thread];
    const operation& op = t.next;
    // What was read, and what could have been read instead: the location after the step, without the step's own
    // message.
    const auto seen = [&](const char* verb, memory_order order) {
        const location& l = locations_[static_cast<std::size_t>(what.at)];
        std::string text = padded(verb, 9) + name_of(what.at) + " = " + value_text(t.answer) + "  " + order_name(order);
        const message& newest = l.messages[static_cast<std::size_t>(l.newest())];
        if (!what.writes && what.message != l.newest()) {
            text += "   [old: the newest is " + value_text(newest.value) + ", stored by T" +
                    std::to_string(newest.thread) + "]";
        }
        return text;
    };
    const auto name = [&] { return name_of(what.at); };
    std::string text;
    switch (what.kind) {
        case action::begin:
            text = "begins";
            break;
        case action::load:
            text = seen("load", op.order);
            break;
        case action::store: {
            const location& l = locations_[static_cast<std::size_t>(what.at)];
            text = padded("store", 9) + name() + " := " + value_text(op.operand) + "  " + order_name(op.order);
            const auto own = l.messages[l.messages.size() - 1].position;
            if (own != l.last()) text += "   [older in modification order than what is there]";
            break;
        }
        case action::change: {
            const location& l = locations_[static_cast<std::size_t>(what.at)];
            text = seen(op.how == change::exchange ? "exchange" : "change", op.order) + ", now " +
                   value_text(l.messages.back().value);
            break;
        }
        case action::lock:
            text = padded("lock", 9) + name();
            break;
        case action::compare:
            if (what.writes) {
                text = seen("compare", op.order) + ", exchanged, now " + value_text(op.desired);
            } else {
                text =
                    seen("compare", op.failure) + ", fails" +
                    (what.variant == transition::spurious ? " without reason" : "; expected " + value_text(op.operand));
            }
            break;
        case action::fence:
            text = padded("fence", 9) + order_name(op.order);
            break;
        case action::spin:
            text = "turns once more";
            break;
        case action::join:
            text = "joins T" + std::to_string(op.operand);
            break;
        case action::wait:
            if (t.parked) {
                text = "sleeps on " + name() + " = " + value_text(op.operand);
            } else if (what.variant == transition::times_out) {
                text = "gives up waiting for " + name();
            } else if (what.variant == transition::looks) {
                text = "does not sleep: " + name() + " is not " + value_text(op.operand);
            } else {
                text = "wakes";
            }
            break;
        case action::wake:
            text = padded("wake", 9) + name() + (op.all ? "  everybody" : "");
            if (!op.all) text += what.message < 0 ? "  (nobody sleeps)" : "  T" + std::to_string(what.message);
            break;
    }
    trace_line(what.thread, op.where, text);
}

std::string engine::describe_stuck() const
{
    std::string text;
    for (std::size_t i = 0; i < thread_count_; ++i) {
        const modelled_thread& t = threads_[i];
        if (t.done) continue;
        if (!text.empty()) text += ", ";
        text += "thread " + std::to_string(i);
        if (t.parked) {
            text += " sleeps on " + name_of(t.next.at);
        } else if (t.next.kind == action::join) {
            text += " joins thread " + std::to_string(t.next.operand);
        } else if (t.next.kind == action::lock) {
            text += " waits for a mutex";
        } else if (t.next.kind == action::spin) {
            text += " spins";
        } else {
            text += " cannot go on";
        }
        if (t.next.where.line() != 0) text += " at " + place(t.next.where);
    }
    return text;
}

}  // namespace weft::model::detail

namespace weft::model {

std::string result::summary() const
{
    char line[200];
    std::snprintf(line, sizeof line, "%s: %llu executions, %llu complete, %s, at most %u steps, %.3f s",
                  passed ? "no violation within the bounds" : "VIOLATION", static_cast<unsigned long long>(executions),
                  static_cast<unsigned long long>(complete), exhaustive ? "exhaustive" : "not exhaustive", longest,
                  seconds);
    std::string text = line;
    text += '\n';
    if (!passed) text += failure + "\n" + trace + "replay: " + path + "\n";
    return text;
}

}  // namespace weft::model
