// tests/topology/cpu_counts_test.cpp - counts of processors, and the quotas of control groups, on other machines.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/topology/cpu_counts.hpp>

#include "fake_machine.hpp"
#include "test.hpp"
#include "topology/system_files.hpp"

#include <optional>
#include <random>

using weft::detail::system_files;

namespace {

weft::processor_counts counts(const test::fake_machine& machine) { return system_files(machine.root()).counts(); }
std::optional<double> quota(const test::fake_machine& machine) { return system_files(machine.root()).quota(); }

const std::string v2_mount = "30 24 0:26 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw,nsdelegate\n";
const std::string v1_mount = "31 24 0:27 / /sys/fs/cgroup/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct\n";
const std::string other_mount = "24 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw\n";

}  // namespace

TEST_CASE("cpu_counts: each sense of the word on other machines")
{
    test::fake_machine two;
    two.be_two_nodes();
    CHECK(counts(two).configured == 16);
    CHECK(counts(two).online == 16);
    CHECK(counts(two).physical == 8);
    two.write("sys/devices/system/cpu/online", "0-3,8");
    two.write("sys/devices/system/cpu/possible", "0-63");
    CHECK(counts(two).configured == 64);  // read anew
    CHECK(counts(two).online == 5);
    CHECK(counts(two).physical == 4);

    test::fake_machine hybrid;
    hybrid.be_hybrid();
    CHECK(counts(hybrid).physical == 6);

    test::fake_machine without_smt;
    without_smt.cpus("0-7", "0,2,4,6");
    for (int cpu = 0; cpu < 8; cpu += 2) without_smt.cpu(cpu, 0, cpu / 2, std::to_string(cpu), "0,2,4,6");
    CHECK(counts(without_smt).online == 4);
    CHECK(counts(without_smt).physical == 4);

    test::fake_machine nothing;
    CHECK(counts(nothing).configured == 0);
    CHECK(counts(nothing).online == 0);
    CHECK(counts(nothing).physical == 0);
    CHECK_FALSE(counts(nothing).quota);
}

TEST_CASE("quota: control groups of version 2, the tightest of the nested ones")
{
    test::fake_machine m;
    m.write("proc/self/cgroup", "0::/user.slice/app");
    m.write("proc/self/mountinfo", other_mount + v2_mount);
    CHECK_FALSE(quota(m));
    m.write("sys/fs/cgroup/user.slice/app/cpu.max", "max 100000");
    CHECK_FALSE(quota(m));
    m.write("sys/fs/cgroup/user.slice/cpu.max", "250000 100000");
    CHECK(quota(m) == 2.5);
    m.write("sys/fs/cgroup/user.slice/app/cpu.max", "50000 100000");
    CHECK(quota(m) == 0.5);
    m.write("sys/fs/cgroup/user.slice/app/cpu.max", "400000 100000");
    CHECK(quota(m) == 2.5);
    m.write("sys/fs/cgroup/cpu.max", "100000 100000");
    CHECK(quota(m) == 1.0);
}

TEST_CASE("quota: control groups of version 1")
{
    test::fake_machine m;
    m.write("proc/self/cgroup", "5:cpu,cpuacct:/docker/abc\n3:cpuset:/\n1:name=systemd:/\n0::/other");
    m.write("proc/self/mountinfo", other_mount + v1_mount);
    const std::string group = "sys/fs/cgroup/cpu,cpuacct/docker/";
    m.write(group + "abc/cpu.cfs_quota_us", "-1");
    m.write(group + "abc/cpu.cfs_period_us", "100000");
    CHECK_FALSE(quota(m));
    m.write(group + "abc/cpu.cfs_quota_us", "150000");
    CHECK(quota(m) == 1.5);
    m.write(group + "cpu.cfs_quota_us", "75000");
    m.write(group + "cpu.cfs_period_us", "50000");
    m.write(group + "abc/cpu.cfs_quota_us", "900000");
    CHECK(quota(m) == 1.5);

    SECTION("beside version 2, the tighter one counts")
    {
        m.write("proc/self/mountinfo", other_mount + v1_mount + v2_mount);
        m.write("sys/fs/cgroup/other/cpu.max", "120000 100000");
        CHECK(quota(m) == 1.2);
    }
    SECTION("in a container that sees its group as the root of the mount")
    {
        m.write("proc/self/mountinfo", "31 24 0:27 /docker/abc /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu\n");
        m.write("sys/fs/cgroup/cpu/cpu.cfs_quota_us", "300000");
        m.write("sys/fs/cgroup/cpu/cpu.cfs_period_us", "100000");
        CHECK(quota(m) == 3.0);
    }
    SECTION("a mount of a group with a longer name of the same beginning is no ancestor")
    {
        m.write("proc/self/mountinfo", "31 24 0:27 /dock /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu\n");
        m.write("sys/fs/cgroup/cpu/er/abc/cpu.cfs_quota_us", "300000");
        m.write("sys/fs/cgroup/cpu/er/abc/cpu.cfs_period_us", "100000");
        CHECK_FALSE(quota(m));
    }
}

TEST_CASE("quota: files that make no sense are no quota, and do no harm")
{
    test::fake_machine m;
    for (const std::string text :
         {"", "max", "0 100000", "-5 100000", "5 0", "1 2 3", "x y", "99999999999999999999 1"}) {
        m.write("proc/self/cgroup", "0::/");
        m.write("proc/self/mountinfo", v2_mount);
        m.write("sys/fs/cgroup/cpu.max", text);
        CHECK_FALSE(quota(m));
    }
    std::mt19937 random(3);
    const std::string alphabet = "0:/ -\ncpu,acgrou2.";
    for (std::size_t round = 0; round < test::scaled(200); ++round) {
        std::string groups = "5:cpu:/a/b\n0::/a";
        std::string mounts = other_mount + v1_mount + v2_mount;
        for (std::string* text : {&groups, &mounts}) {
            for (int i = 0; i < 4; ++i) (*text)[random() % text->size()] = alphabet[random() % alphabet.size()];
            text->resize(random() % (text->size() + 1));
        }
        m.write("proc/self/cgroup", groups);
        m.write("proc/self/mountinfo", mounts);
        const auto found = quota(m);
        if (found && !(*found > 0)) FAIL("a quota of nothing");
    }
}

TEST_CASE("lists of processors: what the kernel writes is read, and nothing else")
{
    using weft::detail::parse_cpu_list;
    CHECK(parse_cpu_list("") == weft::cpu_set{});
    CHECK(parse_cpu_list("0") == weft::cpu_set{0});
    CHECK(parse_cpu_list("0-2,5,7-8") == weft::cpu_set{0, 1, 2, 5, 7, 8});
    CHECK(parse_cpu_list("65535")->size() == 1);
    for (const char* text :
         {",", "1,", "-", "1-", "-1", "3-1", "2,1", "0-3,3-4", "1 2", "a", "0x1", "65536", "0-99999999999"}) {
        CHECK_FALSE(parse_cpu_list(text));
    }
}

TEST_CASE("files: an endless or unreadable one is no trouble")
{
    test::fake_machine m;
    m.write("big", std::string(std::size_t{3} << 20, '1'));
    m.write("folder/file", "1");
    const system_files files(m.root());
    CHECK(files.text("/big")->size() <= (std::size_t{1} << 20) + 4096);
    CHECK_FALSE(files.number("/big"));
    CHECK_FALSE(files.text("/folder"));
    CHECK_FALSE(files.text("/none"));
    CHECK(files.number("/folder/file") == 1);
}
