// tests/main.cpp - Catch2's main, compiled once: a test that is asked for by a name that no test has is a failure.
// SPDX-License-Identifier: MIT OR Apache-2.0
#if __has_include(<catch2/catch_session.hpp>)
#include <catch2/catch_session.hpp>
#else
#define CATCH_CONFIG_RUNNER
#include <catch2/catch.hpp>
#endif

namespace {

/// Of Catch2's warnings the one about names that match nothing: a template, since the versions call it differently.
template <class WarnAbout>
constexpr auto nothing_matches()
{
    if constexpr (requires { WarnAbout::UnmatchedTestSpec; }) {
        return WarnAbout::UnmatchedTestSpec;  // 3
    } else {
        return WarnAbout::NoTests;  // 2
    }
}

}  // namespace

int main(int argc, char** argv)
{
    Catch::Session session;
    const int wrong = session.applyCommandLine(argc, argv);
    if (wrong != 0) return wrong;
    auto& warnings = session.configData().warnings;
    using warning = Catch::WarnAbout::What;
    warnings = static_cast<warning>(static_cast<int>(warnings) | static_cast<int>(nothing_matches<Catch::WarnAbout>()));
    return session.run();
}
