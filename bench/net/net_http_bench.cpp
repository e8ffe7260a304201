// bench/net/net_http_bench.cpp - file servers, asked by wrk, where that is installed.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// The server is a process of its own: weft's is examples/net/http_files.cpp as it is. wrk keeps 32 connections, on one thread,
// and asks for the same file of 1 KiB on each of them. With two threads of the server there are three, on a machine of two
// processors.
#include "harness/bench.hpp"
#include "net/sockets.hpp"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>

namespace {

namespace fs = std::filesystem;

struct implementation {
    std::string name;
    std::string program;
    bool takes_threads;  ///< as an argument, and its port is free; else by WEFT_NUM_THREADS
};

class folder_of_files {
public:
    folder_of_files() : path_(fs::temp_directory_path() / ("weft_bench_http_" + std::to_string(::getpid())))
    {
        constexpr std::size_t size = 1024;
        fs::create_directories(path_);
        std::ofstream(path_ / "small.html") << std::string(size, 'x');
    }
    folder_of_files(const folder_of_files&) = delete;
    folder_of_files& operator=(const folder_of_files&) = delete;
    ~folder_of_files()
    {
        std::error_code ignored;
        fs::remove_all(path_, ignored);
    }
    [[nodiscard]] std::string path() const { return path_.string(); }

private:
    fs::path path_;
};

/// What a program prints, up to its end or to the first line that begins so.
std::string line_of(std::FILE* from, const std::string& begin)
{
    std::array<char, 512> line;
    while (std::fgets(line.data(), line.size(), from) != nullptr) {
        const std::string text = line.data();
        if (text.starts_with(begin)) return text.substr(begin.size(), text.find('\n') - begin.size());
    }
    throw std::runtime_error("a program does not say \"" + begin + "\"");
}

class server_process {
public:
    server_process(const implementation& impl, int threads)
    {
        const std::string count = std::to_string(threads);
        int ends[2];
        bench::checked(::pipe2(ends, O_CLOEXEC), "pipe2");
        bench::owned_fd to(ends[1]);
        said_ = ::fdopen(ends[0], "r");
        const std::string path = files_.path();
        child_ = bench::checked(::fork(), "fork");
        if (child_ == 0) {
            ::setenv("WEFT_NUM_THREADS", count.c_str(), 1);
            ::dup2(to.get(), STDOUT_FILENO);
            ::execl(impl.program.c_str(), impl.program.c_str(), path.c_str(), impl.takes_threads ? count.c_str() : "0",
                    static_cast<char*>(nullptr));
            ::_exit(1);
        }
        to = bench::owned_fd();
        address_ = line_of(said_, "listening at ");
    }
    server_process(const server_process&) = delete;
    server_process& operator=(const server_process&) = delete;
    ~server_process()
    {
        std::fclose(said_);
        ::kill(child_, SIGKILL);
        ::waitpid(child_, nullptr, 0);
    }
    [[nodiscard]] const std::string& address() const noexcept { return address_; }

private:
    folder_of_files files_;
    std::FILE* said_ = nullptr;
    pid_t child_ = -1;
    std::string address_;
};

double requests_per_second(const std::string& address, int seconds)
{
    const std::string command =
        "wrk --threads 1 --connections 32 --duration " + std::to_string(seconds) + "s " + address + "small.html 2>&1";
    std::FILE* const said = ::popen(command.c_str(), "r");
    if (said == nullptr) throw std::runtime_error("wrk cannot be started");
    std::string rate;
    bool all_right = true;
    std::array<char, 512> line;
    while (std::fgets(line.data(), line.size(), said) != nullptr) {
        const std::string text = line.data();
        if (text.find("Socket errors") != std::string::npos || text.find("Non-2xx") != std::string::npos)
            all_right = false;
        if (text.starts_with("Requests/sec:")) rate = text.substr(text.find(':') + 1);
    }
    ::pclose(said);
    if (rate.empty() || !all_right) throw std::runtime_error("wrk did not get every answer");
    return std::atof(rate.c_str());
}

void add(const implementation& impl, int threads)
{
    bench::add("net", "http, 1 KiB, 32 connections", impl.name, threads, {"requests/s"},
               [=](benchmark::State& state) {
                   try {
                       const server_process server(impl, threads);
                       for (auto _ : state) state.SetIterationTime(1 / requests_per_second(server.address(), 1));
                   } catch (const std::exception& e) {
                       state.SkipWithError(e.what());
                   }
               })
        ->UseManualTime()
        ->Iterations(1);
}

const bench::definition here([] {
    constexpr int not_found = 127;  // what a shell exits with
    if (WEXITSTATUS(std::system("wrk --version >/dev/null 2>&1")) == not_found) {
        std::fprintf(stderr, "bench_net: there is no wrk: the file servers are not measured\n");
        return;
    }
    for (const int threads : bench::thread_counts()) {
        add({"weft", WEFT_BENCH_HTTP_WEFT, false}, threads);
#ifdef WEFT_BENCH_HTTP_ASIO
        add({"asio", WEFT_BENCH_HTTP_ASIO, true}, threads);
#endif
    }
});

}  // namespace
