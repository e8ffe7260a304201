// tests/topology/topology_test.cpp - how machines are built: this one, others, and broken ones.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/topology/topology.hpp>

#include "fake_machine.hpp"
#include "test.hpp"
#include "topology/machine_facts.hpp"
#include "topology/system_files.hpp"

#include <algorithm>
#include <cstdlib>
#include <random>

using weft::core_kind;
using weft::cpu_set;
using weft::topology;

namespace {

topology read(const test::fake_machine& machine)
{
    return topology(weft::detail::read_sysfs(weft::detail::system_files(machine.root())));
}

cpu_set list(const char* text) { return weft::detail::parse_cpu_list(text).value(); }

template <class Parts>
bool is_partition(const topology& machine, const Parts& parts, std::size_t topology::hardware_thread::* place)
{
    cpu_set all;
    std::size_t count = 0;
    for (std::size_t i = 0; i < parts.size(); ++i) {
        for (const std::size_t cpu : parts[i].cpus) {
            const auto* const t = machine.find(cpu);
            if (t == nullptr || t->*place != i) return false;
        }
        all = all | parts[i].cpus;
        count += parts[i].cpus.size();
    }
    return all == machine.cpus() && count == all.size();
}

/// What holds for every topology, whatever it was made from.
bool is_sound(const topology& m)
{
    bool sound = !m.cpus().empty() && m.hardware_threads().size() == m.cpus().size();
    sound = sound && is_partition(m, m.cores(), &topology::hardware_thread::core);
    sound = sound && is_partition(m, m.packages(), &topology::hardware_thread::package);
    sound = sound && is_partition(m, m.nodes(), &topology::hardware_thread::node);
    for (const auto& node : m.nodes()) sound = sound && node.distances.size() == m.nodes().size();
    for (const auto& c : m.caches()) sound = sound && !c.cpus.empty() && (c.cpus & m.cpus()) == c.cpus && c.level >= 1;
    const std::size_t first = *m.cpus().next(0);
    for (const std::size_t cpu : m.cpus()) {
        sound = sound && m.distance(first, cpu) == m.distance(cpu, first) &&
                (m.distance(first, cpu) == 0) == (cpu == first);
    }
    const auto near = m.nearest(first);
    sound = sound && near.size() + 1 == m.cpus().size();
    sound = sound && std::is_sorted(near.begin(), near.end(), [&](std::size_t a, std::size_t b) {
                return m.distance(first, a) < m.distance(first, b);
            });
    return sound;
}

}  // namespace

TEST_CASE("topology: this machine makes sense, and all sources agree on it")
{
    const topology& machine = topology::system();
    CHECK(is_sound(machine));
    CHECK(is_sound(topology::read()));
    CHECK((machine.cpus() & weft::this_thread_affinity()) == weft::this_thread_affinity());
    CHECK(&machine == &topology::system());

    const auto told = weft::detail::read_hwloc();
    const topology from_files(weft::detail::read_sysfs(weft::detail::system_files()));
    CHECK(is_sound(from_files));
    if (!told || from_files.source() != "sysfs" || !from_files.degraded_reason().empty()) return;
    const topology from_hwloc(*told);
    CHECK(from_hwloc.cpus() == from_files.cpus());
    CHECK(from_hwloc.cores().size() == from_files.cores().size());
    CHECK(from_hwloc.packages().size() == from_files.packages().size());
    CHECK(from_hwloc.nodes().size() == from_files.nodes().size());
    for (const std::size_t a : from_files.cpus()) {
        for (const std::size_t b : from_files.cpus()) CHECK(from_hwloc.distance(a, b) == from_files.distance(a, b));
    }
}

TEST_CASE("topology: a machine of two nodes")
{
    test::fake_machine files;
    files.be_two_nodes();
    const topology m = read(files);
    CHECK(is_sound(m));
    CHECK(m.degraded_reason() == "");
    CHECK(m.source() == "sysfs");
    CHECK(m.cpus() == list("0-15"));
    REQUIRE(m.packages().size() == 2);
    CHECK(m.packages()[1].cpus == list("4-7,12-15"));
    REQUIRE(m.nodes().size() == 2);
    CHECK(m.nodes()[0].cpus == list("0-3,8-11"));
    CHECK(m.nodes()[1].memory_bytes == std::uint64_t{2} << 30);
    CHECK(m.nodes()[0].distances == std::vector<unsigned>{10, 21});
    REQUIRE(m.cores().size() == 8);
    CHECK(m.cores()[5].cpus == cpu_set{5, 13});
    CHECK(m.cores()[5].kind == core_kind::uniform);
    CHECK(m.caches().size() == 8 * 3 + 2);
    REQUIRE(m.last_cache(12) != nullptr);
    CHECK(m.last_cache(12)->level == 3);
    CHECK(m.last_cache(12)->size_bytes == std::uint64_t{32} << 20);
    CHECK(m.last_cache(12)->line_bytes == 64);
    CHECK(m.last_cache(12)->cpus == list("4-7,12-15"));
    CHECK(m.last_cache(16) == nullptr);

    CHECK(m.distance(3, 3) == 0);
    CHECK(m.distance(3, 11) < m.distance(3, 0));
    CHECK(m.distance(3, 0) < m.distance(3, 4));
    CHECK(m.distance(3, 4) < m.distance(3, 16));
    CHECK(m.nearest(1) == std::vector<std::size_t>{9, 2, 3, 8, 10, 11, 0, 4, 5, 6, 7, 12, 13, 14, 15});
}

#if defined(__linux__)  // elsewhere hwloc asks the system, not its files

TEST_CASE("topology: hwloc and the files tell the same about another machine")
{
    if (!weft::detail::read_hwloc()) return;
    const bool hybrid = GENERATE(false, true);
    test::fake_machine files;
    hybrid ? files.be_hybrid() : files.be_two_nodes();
    setenv("HWLOC_FSROOT", files.root().c_str(), 1);
    auto told = weft::detail::read_hwloc();
    unsetenv("HWLOC_FSROOT");
    REQUIRE(told);
    read_sysfs_kinds(weft::detail::system_files(files.root()), *told);
    const topology a = read(files);
    const topology b(*told);
    CHECK(is_sound(b));
    CHECK(b.source() == "hwloc");
    CHECK(a.cpus() == b.cpus());
    REQUIRE(a.cores().size() == b.cores().size());
    for (std::size_t i = 0; i < a.cores().size(); ++i) {
        CHECK(a.cores()[i].cpus == b.cores()[i].cpus);
        CHECK(a.cores()[i].kind == b.cores()[i].kind);
    }
    REQUIRE(a.nodes().size() == b.nodes().size());
    for (std::size_t i = 0; i < a.nodes().size(); ++i) {
        CHECK(a.nodes()[i].cpus == b.nodes()[i].cpus);
        CHECK(a.nodes()[i].distances == b.nodes()[i].distances);
        CHECK(a.nodes()[i].memory_bytes == b.nodes()[i].memory_bytes);
    }
    CHECK(a.packages().size() == b.packages().size());
    CHECK(a.caches().size() == b.caches().size());
    for (const std::size_t x : a.cpus()) {
        for (const std::size_t y : a.cpus()) CHECK(a.distance(x, y) == b.distance(x, y));
    }
}

#endif

TEST_CASE("topology: hwloc's description of a machine")
{
    const auto told = weft::detail::read_hwloc("package:2 numa:2 l3:1 l2:2 core:2 pu:2");
    if (!told) return;  // built without hwloc
    const topology m(*told);
    CHECK(is_sound(m));
    CHECK(m.cpus().size() == 32);
    CHECK(m.cores().size() == 16);
    CHECK(m.packages().size() == 2);
    CHECK(m.nodes().size() == 4);
    CHECK(m.distance(0, 1) < m.distance(0, 2));
    CHECK(m.distance(0, 2) < m.distance(0, 4));
    CHECK(m.distance(0, 4) < m.distance(0, 8));
    CHECK_FALSE(weft::detail::read_hwloc("no such machine"));
}

TEST_CASE("topology: cores of two kinds")
{
    test::fake_machine files;
    files.be_hybrid();
    const topology m = read(files);
    CHECK(is_sound(m));
    CHECK(m.degraded_reason() == "");
    REQUIRE(m.cores().size() == 6);
    CHECK(m.cores()[0].cpus == cpu_set{0, 1});
    CHECK(m.cores()[0].kind == core_kind::performance);
    CHECK(m.cores()[2].kind == core_kind::efficiency);
    CHECK(m.distance(4, 5) < m.distance(4, 3));
    CHECK(m.nearest(6) == std::vector<std::size_t>{7, 4, 5, 0, 1, 2, 3});

    files.write("sys/devices/cpu_lowpower/cpus", "7");
    files.write("sys/devices/cpu_atom/cpus", "4-6");
    CHECK(read(files).cores()[5].kind == core_kind::efficiency);
    files.remove("sys/devices/cpu_atom");
    files.remove("sys/devices/cpu_lowpower");
    CHECK(read(files).cores()[0].kind == core_kind::uniform);
}

TEST_CASE("topology: cores of several strengths, without numbers for packages or caches")
{
    test::fake_machine files;
    files.cpus("0-7", "0-7");
    const int strength[] = {250, 250, 250, 250, 768, 768, 768, 1024};
    for (int cpu = 0; cpu < 8; ++cpu) {
        files.cpu(cpu, -1, cpu, std::to_string(cpu), "0-7");
        files.write("sys/devices/system/cpu/cpu" + std::to_string(cpu) + "/cpu_capacity",
                    std::to_string(strength[cpu]));
    }
    const topology m = read(files);
    CHECK(is_sound(m));
    CHECK(m.packages().size() == 1);
    CHECK(m.nodes().size() == 1);
    CHECK(m.caches().empty());
    CHECK(m.cores()[3].kind == core_kind::efficiency);
    CHECK(m.cores()[4].kind == core_kind::performance);
    CHECK(m.cores()[7].kind == core_kind::performance);
    CHECK(m.degraded_reason() == "the caches of some processors are unknown");
    files.write("sys/devices/system/cpu/cpu3/cpu_capacity", "much");
    CHECK(read(files).cores()[3].kind == core_kind::uniform);
    for (int cpu = 0; cpu < 8; ++cpu) {
        files.write("sys/devices/system/cpu/cpu" + std::to_string(cpu) + "/cpu_capacity", cpu == 0 ? "1024" : "980");
    }
    CHECK(read(files).cores()[3].kind == core_kind::uniform);
}

TEST_CASE("topology: processors that are switched off")
{
    test::fake_machine files;
    files.be_two_nodes();
    files.write("sys/devices/system/cpu/online", "0-2,4-7");
    const topology m = read(files);
    CHECK(is_sound(m));
    CHECK(m.cpus() == list("0-2,4-7"));
    CHECK(m.cores().size() == 7);
    CHECK(m.find(3) == nullptr);
    CHECK(m.last_cache(0)->cpus == list("0-2"));
    files.write("sys/devices/system/cpu/online", "0-3,8-11");
    CHECK(read(files).nodes().size() == 2);  // the second one is memory only now
    CHECK(read(files).nodes()[1].cpus.empty());
    CHECK(read(files).packages().size() == 1);
}

TEST_CASE("topology: a node of memory only, and processors that no node claims")
{
    test::fake_machine files;
    files.be_two_nodes();
    files.write("sys/devices/system/node/online", "0-2");
    files.node(0, "0-3,8-11", "10 21 40", 1);
    files.node(1, "4-7", "21 10 40", 1);
    files.node(2, "", "40 40 10", 1);
    const topology m = read(files);
    CHECK(is_sound(m));
    REQUIRE(m.nodes().size() == 3);
    CHECK(m.nodes()[2].cpus.empty());
    CHECK(m.find(12)->node == 0);
    CHECK(m.degraded_reason() == "the NUMA nodes of some processors are unknown: they count to the first one");
}

TEST_CASE("topology: what is missing is replaced, and said")
{
    test::fake_machine nothing;
    CHECK(is_sound(read(nothing)));
    CHECK_FALSE(read(nothing).degraded_reason().empty());

    test::fake_machine little;
    little.cpus("0-3", "0-3");
    const topology m = read(little);
    CHECK(is_sound(m));
    CHECK(m.cores().size() == 4);
    CHECK(m.packages().size() == 1);
    CHECK(m.nodes().size() == 1);
    CHECK(m.degraded_reason() ==
          "the cores of some processors are unknown: each counts as a core; the caches of some processors are unknown");

    test::fake_machine old;  // names and files of older kernels
    old.be_two_nodes();
    for (int cpu = 0; cpu < 16; ++cpu) {
        const std::string folder = "sys/devices/system/cpu/cpu" + std::to_string(cpu) + "/topology/";
        old.remove(folder + "core_cpus_list");
        old.remove(folder + "package_cpus_list");
    }
    CHECK(read(old).cores().size() == 8);
    for (int cpu = 0; cpu < 16; ++cpu) {
        old.remove("sys/devices/system/cpu/cpu" + std::to_string(cpu) + "/topology/thread_siblings_list");
    }
    CHECK(read(old).cores().size() == 8);
    CHECK(read(old).degraded_reason() == "");
}

TEST_CASE("topology: facts that contradict each other")
{
    weft::detail::machine_facts facts;
    facts.online = list("0-3");
    facts.cores = {list("0-1"), list("1-2"), list("9"), {}};
    facts.packages = {list("0-3"), list("2-3")};
    facts.nodes = {{.number = 0, .cpus = list("0-2"), .memory_bytes = 0, .distances = {1, 2, 3}},
                   {.number = 1, .cpus = list("2-5"), .memory_bytes = 0, .distances = {0, 0}}};
    facts.caches = {
        {.level = 2, .type = weft::cache_type::unified, .size_bytes = 1, .line_bytes = 1, .cpus = list("0-1")},
        {.level = 2, .type = weft::cache_type::unified, .size_bytes = 1, .line_bytes = 1, .cpus = list("1-3")},
        {.level = 77, .type = weft::cache_type::data, .size_bytes = 1, .line_bytes = 1, .cpus = list("0-3")}};
    facts.performance = list("0-3");
    facts.efficiency = list("2-9");
    const topology m(facts);
    CHECK(is_sound(m));
    CHECK(m.cores().size() == 3);
    CHECK(m.packages().size() == 1);
    CHECK(m.caches().size() == 2);
    CHECK(m.degraded_reason().find("make no sense") != std::string::npos);
}

TEST_CASE("topology: broken files never hurt")
{
    std::mt19937 random(11);
    test::fake_machine files;
    files.be_two_nodes();
    files.write("sys/devices/cpu_core/cpus", "0-3");
    files.write("sys/devices/cpu_atom/cpus", "4-7");
    const auto names = files.files();
    const std::string nonsense[] = {"",
                                    "\n\n",
                                    "-1",
                                    "0-",
                                    "-",
                                    ",",
                                    "0,,1",
                                    "3-1",
                                    "0-3,2-5",
                                    "99999999999999999999999",
                                    "0-99999999999",
                                    "65535",
                                    "0-4000",
                                    "18446744073709551615",
                                    std::string(300, '7'),
                                    std::string("1\0002", 3),
                                    "Node 0 MemTotal: 99999999999999999999 kB",
                                    "10 20 30 40 50",
                                    "32X",
                                    "99999999999K"};
    for (std::size_t round = 0; round < test::scaled(60); ++round) {
        std::vector<std::string> spoilt;
        for (int i = 0; i < 12; ++i) {
            const std::string& name = names[random() % names.size()];
            spoilt.push_back(name);
            if (random() % 4 == 0) {
                files.remove(name);
            } else if (random() % 4 == 0) {
                std::string noise(random() % 50, ' ');
                for (char& c : noise) c = static_cast<char>(random());
                files.write(name, noise);
            } else {
                files.write(name, nonsense[random() % std::size(nonsense)]);
            }
        }
        const topology m = read(files);
        if (!is_sound(m)) FAIL("not sound after spoiling " << spoilt.back());
        if (round % 8 == 7) files.be_two_nodes();
    }
}
