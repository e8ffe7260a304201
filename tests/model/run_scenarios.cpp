// tests/model/run_scenarios.cpp - runs the scenarios, or weakens the memory orders of what they run.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/model/mutation.hpp>

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "scenarios.hpp"

namespace scenarios {

std::vector<scenario>& all()
{
    static std::vector<scenario> list;
    return list;
}

weft::model::options exhaustive()
{
    weft::model::options how;
    how.max_seconds = 2;
    return how;
}

weft::model::options bounded(int preemptions)
{
    weft::model::options how = exhaustive();
    how.max_preemptions = preemptions;
    how.reorder_stores = false;
    return how;
}

}  // namespace scenarios

namespace {

using scenarios::scenario;
using weft::model::order_site;
using weft::model::result;

const char* name_of(std::memory_order o)
{
    switch (o) {
        case std::memory_order_relaxed:
            return "relaxed";
        case std::memory_order_acquire:
            return "acquire";
        case std::memory_order_release:
            return "release";
        case std::memory_order_acq_rel:
            return "acq_rel";
        default:
            return "seq_cst";
    }
}

/// How the checks went, one line each; returns the number of failures.
int run(const std::vector<scenario>& chosen, double seconds, std::uint64_t seed, const std::string& replay)
{
    int failures = 0;
    double total = 0;
    for (const scenario& s : chosen) {
        weft::model::options how = s.how;
        how.max_seconds = seconds;
        how.seed = seed;
        how.replay = replay;
        const result found = weft::model::check(how, s.body);
        total += found.seconds;
        std::printf("%-12s %-32s %s %9llu executions, %s, %.2f s\n", s.group.c_str(), s.name.c_str(),
                    found.passed ? "passed" : "FAILED", static_cast<unsigned long long>(found.executions),
                    found.exhaustive ? "exhaustive" : (how.max_preemptions >= 0 ? "bounded" : "cut short"),
                    found.seconds);
        if (!found.passed) {
            ++failures;
            std::printf("%s", found.summary().c_str());
        }
        std::fflush(stdout);
    }
    std::printf("%zu scenarios, %d failures, %.1f s\n", chosen.size(), failures, total);
    return failures;
}

/// The part of a path from include/ or src/ on; empty for other files.
std::string production_file(const std::string& file)
{
    for (const char* top : {"include/weft/", "src/"}) {
        const auto at = file.rfind(top);
        if (at != std::string::npos && file.find("weft/model/") == std::string::npos) return file.substr(at);
    }
    return "";
}

/// The scenario that fails, or null.
const scenario* killer(const std::vector<scenario>& chosen, double seconds)
{
    for (const scenario& s : chosen) {
        weft::model::options how = s.how;
        how.max_seconds = seconds;
        if (!weft::model::check(how, s.body).passed) return &s;
    }
    return nullptr;
}

/// As killer, in a process of its own: a weakened order may make the code itself crash. Its name, or "".
std::string killer_apart(const std::vector<scenario>& chosen, double seconds)
{
    std::fflush(stdout);
    const pid_t child = fork();
    if (child == 0) {
        const scenario* const by = killer(chosen, seconds);
        _exit(by == nullptr ? 0 : static_cast<int>(by - chosen.data()) + 1);
    }
    int status = 0;
    if (child < 0 || waitpid(child, &status, 0) != child) return "a process that could not be watched";
    if (!WIFEXITED(status)) return "a crash";
    const int code = WEXITSTATUS(status);
    return code == 0 ? "" : chosen[static_cast<std::size_t>(code) - 1].name;
}

std::vector<std::string> lines_of(const std::string& file)
{
    std::vector<std::string> lines;
    std::ifstream in(file);
    for (std::string text; std::getline(in, text);) lines.push_back(text);
    return lines;
}

/// A comment "order: reason" on the site's line, or in the lines of comment above it, says why a surviving order stays.
std::string justification(const std::string& file, unsigned line)
{
    const std::string tag = "// order: ";
    const std::vector<std::string> lines = lines_of(file);
    if (line > lines.size()) return "";
    if (const auto at = lines[line - 1].find(tag); at != std::string::npos)
        return lines[line - 1].substr(at + tag.size());
    std::string why;
    for (unsigned i = line - 1; i > 0; --i) {
        const std::string& text = lines[i - 1];
        const auto begin = text.find_first_not_of(' ');
        if (begin == std::string::npos || text.compare(begin, 3, "// ") != 0) return "";
        if (text.compare(begin, tag.size(), tag) == 0) return text.substr(begin + tag.size()) + why;
        why = text.substr(begin + 2) + why;  // a space, and the rest
    }
    return "";
}

/// The lines of a file that name an order stronger than relaxed.
std::vector<unsigned> ordered_lines(const std::string& file)
{
    std::vector<unsigned> found;
    unsigned number = 0;
    for (const std::string& text : lines_of(file)) {
        ++number;
        const std::string code = text.substr(0, text.find("//"));
        for (const char* word :
             {"order::acquire", "order::release", "order::acq_rel", "order::seq_cst", "full_fence()"}) {
            if (code.find(word) == std::string::npos) continue;
            found.push_back(number);
            break;
        }
    }
    return found;
}

/// The order sites of the production code, each with the scenarios that come by.
struct reached {
    order_site site;
    std::vector<scenario> by;
};

/// Those whose `path:line` contains one of `only`; all if it is empty. False if a scenario fails as things are.
bool find_sites(const std::vector<scenario>& chosen, double seconds, const std::vector<std::string>& only,
                std::vector<reached>& out, std::map<std::string, std::vector<unsigned>>& met)
{
    const auto is_wanted = [&](const order_site& site) {
        const std::string file = production_file(site.file);
        if (file.empty() || only.empty()) return !file.empty();
        const std::string place = file + ":" + std::to_string(site.line);
        return std::any_of(only.begin(), only.end(),
                           [&](const std::string& each) { return place.find(each) != std::string::npos; });
    };
    std::map<std::string, reached> sites;
    for (const scenario& s : chosen) {
        weft::model::begin_mutation();
        if (killer({s}, seconds) != nullptr) {
            std::printf("%s fails without any mutation\n", s.name.c_str());
            return false;
        }
        for (const order_site& site : weft::model::order_sites()) {
            met[site.file].push_back(site.line);
            if (!is_wanted(site) || site.order == std::memory_order_relaxed) continue;
            char key[300];
            std::snprintf(key, sizeof key, "%s:%06u:%06u:%d", production_file(site.file).c_str(), site.line,
                          site.column, site.failure ? 1 : 0);
            sites[key].site = site;
            sites[key].by.push_back(s);
        }
    }
    for (auto& [key, each] : sites) out.push_back(std::move(each));
    return true;
}

struct tally {
    int killed = 0;
    int survived = 0;
    std::vector<std::string> unjustified;
    std::vector<std::string> unreached;
};

/// Weakens one site step by step, for as long as nothing notices.
void mutate_site(const reached& each, double seconds, tally& count)
{
    const order_site& site = each.site;
    std::vector<std::memory_order> level = weft::model::weaker_orders(site, site.order);
    while (!level.empty()) {
        std::vector<std::memory_order> next;
        for (const std::memory_order weaker : level) {
            weft::model::mutate(site, weaker);
            const std::string by = killer_apart(each.by, seconds);
            weft::model::restore_order();
            const bool gone = site.what == "fence" && weaker == std::memory_order_relaxed;
            std::printf("| %u | %s | %s | %s | ", site.line, site.what.c_str(), name_of(site.order),
                        gone ? "removed" : name_of(weaker));
            if (!by.empty()) {
                ++count.killed;
                std::printf("killed by %s |\n", by.c_str());
                continue;
            }
            ++count.survived;
            const std::string why = justification(site.file, site.line);
            if (why.empty()) {
                count.unjustified.push_back(production_file(site.file) + ":" + std::to_string(site.line) + " " +
                                            site.what + ", " + name_of(weaker));
            }
            std::printf("**survives**%s |\n", why.empty() ? "" : (": " + why).c_str());
            for (const std::memory_order o : weft::model::weaker_orders(site, weaker)) {
                if (std::find(next.begin(), next.end(), o) == next.end()) next.push_back(o);
            }
        }
        level = next;
        std::fflush(stdout);
    }
}

/// The lines of the files of `sites` that name an order, were not met, and do not say why.
void find_unreached(const std::vector<reached>& sites, const std::map<std::string, std::vector<unsigned>>& met,
                    std::vector<std::string>& out)
{
    for (const auto& [file, lines] : met) {
        const auto is_here = [&](const reached& each) { return each.site.file == file; };
        if (std::none_of(sites.begin(), sites.end(), is_here)) continue;
        for (const unsigned line : ordered_lines(file)) {
            // A call may be broken over two lines, and its site is the first of them.
            const auto near = [&](unsigned l) { return l == line || l + 1 == line; };
            if (std::none_of(lines.begin(), lines.end(), near) && justification(file, line).empty()) {
                out.push_back(production_file(file) + ":" + std::to_string(line));
            }
        }
    }
}

void print_list(const char* title, const std::vector<std::string>& list)
{
    if (list.empty()) return;
    std::printf("\n%s\n\n", title);
    for (const std::string& each : list) std::printf("- %s\n", each.c_str());
}

int mutate(const std::vector<scenario>& chosen, double seconds, const std::vector<std::string>& only)
{
    std::vector<reached> sites;
    std::map<std::string, std::vector<unsigned>> met;
    if (!find_sites(chosen, seconds, only, sites, met)) return 1;
    tally count;
    std::string file;
    for (const reached& each : sites) {
        const std::string short_name = production_file(each.site.file);
        if (short_name != file) {
            std::printf("\n### %s\n\n| line | operation | order | weakened to | |\n|---|---|---|---|---|\n",
                        short_name.c_str());
            file = short_name;
        }
        mutate_site(each, seconds, count);
    }
    find_unreached(sites, met, count.unreached);
    std::printf(
        "\n%d mutants: %d killed, %d survive, %zu of these without a reason in the source. "
        "%zu lines with an order are not reached, and do not say why.\n",
        count.killed + count.survived, count.killed, count.survived, count.unjustified.size(), count.unreached.size());
    print_list("Survivors without a reason:", count.unjustified);
    print_list("Orders that no scenario reaches:", count.unreached);
    weft::model::end_mutation();
    return count.unjustified.empty() ? 0 : 1;
}

}  // namespace

// run_scenarios [--seconds S] [--seed N] [--replay PATH] [--mutate] [--only PART_OF_A_PATH]... [--list] [GROUP | NAME]...
int main(int argc, char** argv)
{
    std::vector<std::string> wanted;
    std::vector<std::string> only;
    bool mutates = false;
    bool lists = false;
    double seconds = 1.5;
    std::uint64_t seed = 1;
    std::string replay;
    for (int i = 1; i < argc; ++i) {
        const std::string word = argv[i];
        if (word == "--mutate") {
            mutates = true;
        } else if (word == "--list") {
            lists = true;
        } else if (word == "--replay" && i + 1 < argc) {
            replay = argv[++i];
        } else if (word == "--seconds" && i + 1 < argc) {
            seconds = std::strtod(argv[++i], nullptr);
        } else if (word == "--only" && i + 1 < argc) {
            only.emplace_back(argv[++i]);
        } else if (word == "--seed" && i + 1 < argc) {
            seed = std::strtoull(argv[++i], nullptr, 10);
        } else {
            wanted.push_back(word);
        }
    }
    std::vector<scenario> chosen;
    for (const scenario& s : scenarios::all()) {
        if (wanted.empty() || std::find(wanted.begin(), wanted.end(), s.group) != wanted.end() ||
            std::find(wanted.begin(), wanted.end(), s.name) != wanted.end()) {
            chosen.push_back(s);
        }
    }
    std::sort(chosen.begin(), chosen.end(), [](const scenario& a, const scenario& b) {
        return std::pair(a.group, a.name) < std::pair(b.group, b.name);
    });
    if (lists) {
        for (const scenario& s : chosen) std::printf("%s %s\n", s.group.c_str(), s.name.c_str());
        return 0;
    }
    if (mutates) return mutate(chosen, seconds, only);
    return run(chosen, seconds, seed, replay) == 0 ? 0 : 1;
}
