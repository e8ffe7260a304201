#!/usr/bin/env python3
# tests/house/check_meson.py - a project of Meson's uses weft as a subproject, by the wrap of cmake/packages.
# SPDX-License-Identifier: MIT OR Apache-2.0
#
# check_meson.py ROOT WORK COMPILER
#
# Without Meson, or with one older than 1.0, it ends with 77: skipped. Meson reads `method` in a wrap from 1.3 on; before, a
# project names CMake itself.
import configparser
import os
import pathlib
import re
import shutil
import subprocess
import sys

# Weft is compiled as one source, so that it does not take long, and without Highway, which cannot be.
HEAD = """project('app', 'cpp', default_options: ['cpp_std=c++20', 'buildtype=release', 'unity=subprojects', 'unity_size=1000'])
"""
BY_CMAKE = HEAD + """cmake = import('cmake')
options = cmake.subproject_options()
options.add_cmake_defines({'WEFT_WITH_HIGHWAY': false})
executable('app', 'main.cpp', dependencies: cmake.subproject('weft', options: options).dependency('weft'))
"""
BY_WRAP = HEAD + "executable('app', 'main.cpp', dependencies: dependency('weft'))\n"


def run(*command, **how):
    done = subprocess.run(list(map(str, command)), text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, **how)
    if done.returncode != 0:
        sys.exit(f"{' '.join(map(str, command))}\n{done.stdout}")
    return done.stdout


def project(root, folder, text):
    """A project with weft's sources in subprojects/weft, where Meson takes them instead of fetching what the wrap names."""
    weft = folder / "subprojects/weft"
    weft.mkdir(parents=True)
    for part in ("include", "src", "cmake"):
        shutil.copytree(root / part, weft / part)
    for part in root.glob("*"):
        if part.name == "CMakeLists.txt" or part.name.startswith("LICENSE"):
            shutil.copy(part, weft)
    shutil.copy(root / "cmake/packages/meson/weft.wrap", folder / "subprojects")
    shutil.copy(root / "tests/house/outside/main.cpp", folder)
    (folder / "meson.build").write_text(text)


def main():
    root, work, compiler = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]), sys.argv[3]
    if shutil.which("meson") is None:
        print("skipped: there is no meson here (Debian: meson)")
        sys.exit(77)
    version = tuple(map(int, re.findall(r"\d+", run("meson", "--version"))[:2]))
    if version < (1, 0):
        print(f"skipped: Meson {version} is older than 1.0")
        sys.exit(77)
    shutil.rmtree(work, ignore_errors=True)
    environment = {**os.environ, "CXX": compiler}

    project(root, work / "by_cmake", BY_CMAKE)
    run("meson", "setup", "build", cwd=work / "by_cmake", env=environment)
    run("ninja", "-C", work / "by_cmake/build", "app")
    run(work / "by_cmake/build/app")

    if version < (1, 3):
        wrap = configparser.ConfigParser()
        wrap.read(root / "cmake/packages/meson/weft.wrap")
        if wrap["wrap-git"]["method"] != "cmake" or wrap["provide"]["weft"] != "weft_dep":  # its name for the target weft
            sys.exit("the wrap is not one that CMake builds and that provides the target weft")
        print("used by import('cmake'); the wrap needs Meson 1.3 and was not run")
        return
    project(root, work / "by_wrap", BY_WRAP)
    # A wrap cannot pass options on, so Highway is hidden.
    run("meson", "setup", "build", cwd=work / "by_wrap", env={**environment, "PKG_CONFIG_LIBDIR": str(work)})
    run("ninja", "-C", work / "by_wrap/build", "app")
    run(work / "by_wrap/build/app")
    print("used by import('cmake'), and by the wrap")


if __name__ == "__main__":
    main()
