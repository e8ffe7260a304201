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

TEST_CASE("quota: the mount that shows the process's group counts, wherever it is listed")
{
    test::fake_machine m;
    m.write("proc/self/cgroup", "0::/user.slice/app");
    m.write("sys/fs/cgroup/user.slice/app/cpu.max", "150000 100000");
    const std::string foreign = "28 24 0:26 /machine.slice/box /srv/box rw - cgroup2 cgroup2 rw\n";
    m.write("srv/box/cpu.max", "10000 100000");
    m.write("srv/box/user.slice/app/cpu.max", "20000 100000");  // a group of the box with the name of ours

    SECTION("a foreign one first") { m.write("proc/self/mountinfo", other_mount + foreign + v2_mount); }
    SECTION("a foreign one last") { m.write("proc/self/mountinfo", other_mount + v2_mount + foreign); }
    SECTION("foreign ones on both sides")
    {
        m.write("proc/self/mountinfo", foreign + other_mount + v2_mount +
                                           "40 24 0:26 /user.slice/application /srv/like rw - cgroup2 none rw\n" +
                                           "41 24 0:26 /../elsewhere /srv/above rw - cgroup2 none rw\n");
        m.write("srv/like/cpu.max", "10000 100000");
        m.write("srv/above/cpu.max", "10000 100000");
    }
    SECTION("one that shows the group without those above it")
    {
        m.write("proc/self/mountinfo", "29 24 0:26 /user.slice/app /srv/app rw - cgroup2 cgroup2 rw\n" + v2_mount);
        m.write("srv/app/cpu.max", "200000 100000");
        m.write("sys/fs/cgroup/user.slice/app/cpu.max", "200000 100000");
        m.write("sys/fs/cgroup/user.slice/cpu.max", "150000 100000");
    }
    SECTION("one that ought to show the group, but something is mounted over it")
    {
        m.write("proc/self/mountinfo", "29 24 0:26 / /hidden rw - cgroup2 cgroup2 rw\n" + v2_mount);
        m.write("hidden/cpu.max", "10000 100000");
    }
    SECTION("one that lies under another one at the same place")
    {
        m.write("proc/self/mountinfo",
                "29 24 0:26 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n"
                "30 29 0:26 /user.slice /sys/fs/cgroup rw - cgroup2 cgroup2 rw");
        m.write("sys/fs/cgroup/app/cpu.max", "150000 100000");
        m.remove("sys/fs/cgroup/user.slice");
        m.write("sys/fs/cgroup/cpu.max", "300000 100000");
    }
    CHECK(quota(m) == 1.5);
}

TEST_CASE("quota: no mount that shows the process's group, no quota")
{
    test::fake_machine m;
    m.write("proc/self/cgroup", "7:cpu:/app\n0::/user.slice/app");
    m.write("proc/self/mountinfo",
            "28 24 0:26 /machine.slice /srv/box rw - cgroup2 cgroup2 rw\n"
            "29 24 0:26 /machine /srv/old rw - cgroup cgroup rw,cpu,cpuacct");
    for (const std::string folder : {"srv/box/", "srv/box/user.slice/app/", "user.slice/app/", ""}) {
        m.write(folder + "cpu.max", "10000 100000");
    }
    for (const std::string folder : {"srv/old/", "srv/old/app/", "app/", ""}) {
        m.write(folder + "cpu.cfs_quota_us", "10000");
        m.write(folder + "cpu.cfs_period_us", "100000");
    }
    CHECK_FALSE(quota(m));
}

#if !defined(_WIN32)  // names that Windows has not
TEST_CASE("quota: blanks, tabs and backslashes in the names of mounts and groups")
{
    test::fake_machine m;
    m.write("proc/self/cgroup", "5:cpu,cpuacct:/my jobs/a:b \n0::/my jobs/a\\b");
    m.write(
        "proc/self/mountinfo",
        "30 24 0:26 /my\\040jobs /mnt/control\\040groups\\011\\134040 rw shared:4 master:7 - cgroup2 my\\040groups rw\n"
        "31 24 0:27 / /mnt/\\303\\244\\04 rw - cgroup  rw,cpuacct,cpu");
    SECTION("version 2") { m.write("mnt/control groups\t\\040/a\\b/cpu.max", "150000 100000"); }
    SECTION("version 2, a group above") { m.write("mnt/control groups\t\\040/cpu.max", "150000 100000"); }
    SECTION("version 1")
    {
        m.write("mnt/\u00e4\\04/my jobs/a:b /cpu.cfs_quota_us", "150000");
        m.write("mnt/\u00e4\\04/my jobs/a:b /cpu.cfs_period_us", "100000");
    }
    CHECK(quota(m) == 1.5);
}
#endif

TEST_CASE("quota: a namespace of control groups whose root is not the hierarchy's")
{
    test::fake_machine m;
    SECTION("the process is above the root of its namespace, and so is the mount")
    {
        m.write("proc/self/cgroup", "0::/../jobs/app");
        m.write("proc/self/mountinfo",
                "29 24 0:26 / /srv/mine rw - cgroup2 cgroup2 rw\n"
                "30 24 0:26 /.. /sys/fs/cgroup rw - cgroup2 cgroup2 rw");
        m.write("srv/mine/cpu.max", "10000 100000");
        m.write("srv/mine/jobs/app/cpu.max", "10000 100000");
        m.write("sys/fs/cgroup/jobs/app/cpu.max", "150000 100000");
    }
    SECTION("the mount begins so far above that the way to the group has no name")
    {
        m.write("proc/self/cgroup", "0::/app");
        m.write("proc/self/mountinfo", "30 24 0:26 /../.. /sys/fs/cgroup rw - cgroup2 cgroup2 rw");
        m.write("sys/fs/cgroup/app/cpu.max", "10000 100000");  // somebody else's
        m.write("sys/fs/cgroup/cpu.max", "150000 100000");
    }
    CHECK(quota(m) == 1.5);
}

TEST_CASE("quota: hybrid machines, where version 2 is there and has no cpu controller")
{
    test::fake_machine m;
    m.write("proc/self/cgroup", "9:name=systemd:/app\n2:cpuacct:/acct\n1:cpu:/jobs/app\n0::/app");
    m.write("proc/self/mountinfo",
            "31 23 0:28 / /sys/fs/cgroup rw - tmpfs tmpfs rw,mode=755\n"
            "33 31 0:30 / /sys/fs/cgroup/cpuacct rw - cgroup cgroup rw,cpuacct\n"
            "34 31 0:31 / /sys/fs/cgroup/cpuset rw - cgroup cgroup rw,cpuset\n"
            "32 31 0:29 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu\n"
            "40 31 0:37 / /sys/fs/cgroup/systemd rw - cgroup cgroup rw,name=systemd\n"
            "41 31 0:38 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw");
    m.write("sys/fs/cgroup/unified/app/cgroup.procs", "1");
    for (const std::string folder : {"cpuacct/jobs/app", "cpuset/jobs/app", "systemd/app"}) {
        m.write("sys/fs/cgroup/" + folder + "/cpu.cfs_quota_us", "10000");
        m.write("sys/fs/cgroup/" + folder + "/cpu.cfs_period_us", "100000");
    }
    CHECK_FALSE(quota(m));
    m.write("sys/fs/cgroup/cpu/jobs/cpu.cfs_quota_us", "150000");
    m.write("sys/fs/cgroup/cpu/jobs/cpu.cfs_period_us", "100000");
    CHECK(quota(m) == 1.5);
    m.write("sys/fs/cgroup/cpu/jobs/app/cpu.cfs_quota_us", "-1");
    m.write("sys/fs/cgroup/cpu/jobs/app/cpu.cfs_period_us", "100000");
    CHECK(quota(m) == 1.5);
}

TEST_CASE("quota: less than one period, without a newline at the end, and among thousands of mounts")
{
    test::fake_machine m;
    m.write_bare("proc/self/cgroup", "0::/app");
    m.write_bare("proc/self/mountinfo", v2_mount.substr(0, v2_mount.size() - 1));
    m.write_bare("sys/fs/cgroup/app/cpu.max", "1000 100000");
    CHECK(quota(m) == 0.01);
    m.write_bare("sys/fs/cgroup/app/cpu.max", "9223372036854775807 1");
    CHECK(quota(m) > 1e18);
    m.write_bare("sys/fs/cgroup/app/cpu.max", "9223372036854775808 1");
    CHECK_FALSE(quota(m));

    m.write("sys/fs/cgroup/app/cpu.max", "150000 100000");
    std::string mounts;
    while (mounts.size() < (std::size_t{3} << 20))
        mounts += other_mount + "28 24 0:9 / /srv/" + std::string(8000, 'x') + " rw - ext4 y rw\n";
    m.write("proc/self/mountinfo", mounts + v2_mount);
    CHECK(quota(m) == 1.5);
}

#if !defined(_WIN32)  // paths that Windows has not
TEST_CASE("quota: very long names and lines do no harm")
{
    test::fake_machine m;
    m.write("sys/fs/cgroup/cpu.max", "150000 100000");
    m.write("proc/self/mountinfo", v2_mount);
    std::string deep;
    while (deep.size() < (std::size_t{1} << 20)) deep += "/a";
    m.write("proc/self/cgroup", "0::" + deep);
    CHECK(quota(m) == 1.5);  // of the groups above it, those that a path can name count
    m.write("proc/self/cgroup", "0::" + std::string(std::size_t{1} << 20, 'a'));
    static_cast<void>(quota(m));
    m.write("proc/self/cgroup", "0::/" + std::string(std::size_t{1} << 20, 'a'));
    CHECK(quota(m) == 1.5);
    // A line that is cut where its end would be another controller.
    m.write("proc/self/cgroup", "1:cpu:/");
    m.write("sys/fs/cgroup/cpu.cfs_quota_us", "10000");
    m.write("sys/fs/cgroup/cpu.cfs_period_us", "100000");
    const std::string last = "31 24 0:27 / /sys/fs/cgroup rw - cgroup cgroup rw,cpu";
    const std::size_t most = std::size_t{16} << 20;
    std::string mounts(most - last.size() - 1, 'x');
    m.write("proc/self/mountinfo", mounts + "\n" + last + "set");
    CHECK_FALSE(quota(m));
    // Long names everywhere, and blanks without end.
    m.write("proc/self/mountinfo", std::string(std::size_t{1} << 20, ' ') + "\n" +
                                       std::string(std::size_t{1} << 20, '\\') + "\n - - - - \n31 24 0:27 / /" +
                                       std::string(std::size_t{1} << 20, 'y') + " rw - cgroup c cpu\n");
    CHECK_FALSE(quota(m));
}
#endif

TEST_CASE("quota: files that make no sense are no quota, and do no harm")
{
    test::fake_machine m;
    for (const std::string text :
         {"", "max", "0 100000", "-5 100000", "5 0", "1 2 3", "x y", "99999999999999999999 1", "max max", " 5 1",
          "5  1", "5,1", "0x5 1", "5e3 1", "+5 1", "5\n1", "1 99999999999999999999"}) {
        m.write("proc/self/cgroup", "0::/");
        m.write("proc/self/mountinfo", v2_mount);
        m.write("sys/fs/cgroup/cpu.max", text);
        CHECK_FALSE(quota(m));
    }
    for (const std::string text : {"", "\n", "::", "0:", "0::", ":::", "0:/", "cpu", "0::/\n0::/other"}) {
        for (const std::string& mounts : {std::string(), std::string("\n\n"), v2_mount, v2_mount.substr(0, 40)}) {
            m.write("sys/fs/cgroup/cpu.max", "max 100000");
            m.write_bare("proc/self/cgroup", text);
            m.write_bare("proc/self/mountinfo", mounts);
            CHECK_FALSE(quota(m));
        }
    }
    m.write("sys/fs/cgroup/cpu.max", "50000 100000");
    m.remove("proc/self/mountinfo");
    CHECK_FALSE(quota(m));
    m.write("proc/self/mountinfo", v2_mount);
    m.remove("proc/self/cgroup");
    CHECK_FALSE(quota(m));
    m.write("proc/self/cgroup/a folder", "");
    CHECK_FALSE(quota(m));
    m.remove("proc/self/cgroup");

    std::mt19937 random(3);
    const std::string alphabet = "0:/ -\ncpu,acgrou2.\\4";
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
