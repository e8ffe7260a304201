#!/usr/bin/env python3
# tests/house/check_packages.py - are the packages of cmake/packages true to what is installed, and what does cpack make?
# SPDX-License-Identifier: MIT OR Apache-2.0
#
# check_packages.py ROOT BUILD WORK
#
# Recipes of tools that are not here are compared with an installed tree: options, paths, names, versions, licences.
import ast
import json
import pathlib
import re
import shutil
import subprocess
import sys

found = []


def expect(holds, what):
    if not holds:
        found.append(what)


def run(*command, **how):
    done = subprocess.run(list(map(str, command)), text=True, capture_output=True, **how)
    if done.returncode != 0:
        sys.exit(f"{' '.join(map(str, command))}\n{done.stdout}{done.stderr}")
    return done.stdout


def check_options(root, name, text):
    options = set(re.findall(r"option\((\w+)", (root / "CMakeLists.txt").read_text()))
    for option in sorted(set(re.findall(r"\bWEFT_(?!SHARED\b)\w+", text))):
        expect(option in options, f"{name} sets {option}, which is no option of weft")


def check_vcpkg(root, prefix, version):
    port = root / "cmake/packages/vcpkg/weft"
    about = json.loads((port / "vcpkg.json").read_text())
    text = (port / "portfile.cmake").read_text()
    check_options(root, "the port for vcpkg", text)
    expect(about["version"] == version, f"vcpkg.json has version {about['version']}, not {version}")
    expect(set(about["features"]) == {"highway", "hwloc"}, "vcpkg.json has other features than the library")
    for feature in about["features"]:
        expect(re.search(rf"\b{feature} WEFT_WITH_{feature.upper()}\b", text), f"the port does not know the feature {feature}")
    config = re.search(r"CONFIG_PATH (\S+)\)", text)[1]
    expect((prefix / config / "weft-config.cmake").is_file(), f"the port expects {config}")
    for licence in re.findall(r"\$\{SOURCE_PATH\}/(LICENSE-\w+)", text):
        expect((root / licence).is_file(), f"the port installs {licence}")
    expect((port / "../../../..").resolve() == root.resolve(), "the port does not lie where it looks for the sources")


def check_conan(root, prefix, version):
    recipe = root / "cmake/packages/conan/conanfile.py"
    text = recipe.read_text()
    ast.parse(text)
    check_options(root, "the recipe for Conan", text)
    for part in ast.literal_eval(re.search(r"for part in (\(.*?\)):", text)[1]):
        expect(any(root.glob(part)), f"the recipe exports {part}")
    for library in ast.literal_eval(re.search(r"cpp_info\.libs = (.*)", text)[1]):
        expect(any((prefix / "lib").glob(f"lib{library}.*")), f"the recipe has the library {library}")
    expect("weft::weft" in re.findall(r'"cmake_target_name", "([^"]+)"', text), "the recipe has another target")
    header = (root / "include/weft/version.hpp").read_text()
    expect(re.search(r'version = "([^"]+)"', header)[1] == version, "the recipe does not find the version")
    for folder in re.search(r"for folder in \(([^)]*)\)", text)[1].replace('"', "").split(", "):
        expect((prefix / "lib" / folder).is_dir(), f"the recipe removes {folder}, which is not there")


def check_bazel(root, build):
    """The build file is read as Python, which it is, too: what it compiles is what CMake does without hwloc and Highway."""
    rules = {}

    def glob(patterns, exclude=()):
        return {str(p.relative_to(root)) for pattern in patterns for p in root.glob(pattern)} - (glob(exclude) if exclude else set())

    exec((root / "cmake/packages/bazel/weft.BUILD").read_text(),
         {"load": lambda *names: None, "licenses": lambda kinds: None, "glob": glob,
          "cc_library": lambda name, **what: rules.update({name: what})})
    weft, inside = rules["weft"], rules["inside"]
    optional = re.compile(r"src/(simd/(kernels_|sort_|target|no_highway)|topology/topology_(no_)?hwloc)")
    compiled = {str(pathlib.Path(step["file"]).resolve().relative_to(root.resolve()))
                for step in json.loads((build / "compile_commands.json").read_text())
                if " -o CMakeFiles/weft.dir/" in step["command"]}
    for source in {p for p in compiled ^ weft["srcs"] if not optional.match(p)}:
        expect(False, f"{source}: compiled by one of CMake and Bazel only")
    expect({p for p in weft["srcs"] if optional.match(p)} == {"src/simd/no_highway.cpp", "src/topology/topology_no_hwloc.cpp"},
           "Bazel compiles other files in the place of hwloc and Highway")
    installed = {str(p.relative_to(root)) for p in (root / "include").rglob("*") if p.suffix in (".hpp", ".h")}
    expect(installed == weft["hdrs"], "Bazel shows other headers than are installed")
    private = {str(p.relative_to(root)) for p in (root / "src").rglob("*.hpp")}
    expect(private <= inside["hdrs"], f"Bazel does not find {sorted(private - inside['hdrs'])}")


def check_cpack(root, build, work, version):
    run("cpack", "-G", "DEB;TGZ", "-B", work, cwd=build)
    archives = list(work.glob("*.tar.gz"))
    debs = list(work.glob("*.deb"))
    expect(len(archives) == 1 and len(debs) == 1, f"cpack makes {archives} and {debs}")
    trees = []
    if archives:
        run("tar", "-xzf", archives[0], "-C", work)
        trees.append(next(work.glob("weft-*/usr"), next((p for p in work.glob("weft-*") if p.is_dir()), work)))
    if debs and shutil.which("dpkg-deb"):
        fields = run("dpkg-deb", "-f", debs[0])
        expect(f"Version: {version}" in fields, f"the Debian package has another version:\n{fields}")
        run("dpkg-deb", "-x", debs[0], work / "deb")
        trees.append(work / "deb/usr")
        if shutil.which("lintian"):
            # Whoever publishes it sets the contact; and a weft that is configured with the prefix /usr has its library where
            # cross compilers look.
            suppressed = "bogus-mail-host,bogus-mail-host-in-debian-changelog,pkg-config-unavailable-for-cross-compilation"
            run("lintian", "--allow-root", "--fail-on", "error,warning", "--suppress-tags", suppressed, debs[0])
            print("lintian: nothing to complain of")
        else:
            print("lintian: not run, it is not here")
    for tree in trees:
        for needed in ("include/weft/weft.hpp", "include/weft/weft.h"):
            expect((tree / needed).is_file(), f"{tree} has no {needed}")
        for needed in ("libweft.*", "weft-config.cmake", "weft.pc", "LICENSE-MIT"):
            expect(any(tree.rglob(needed)), f"{tree} has no {needed}")
    return trees


def use(root, build, tree, work):
    """The project of a user, with what was unpacked."""
    compiler = re.search(r"^CMAKE_CXX_COMPILER:\w+=(.*)$", (build / "CMakeCache.txt").read_text(), re.M)[1]
    flags = re.search(r"^CMAKE_CXX_FLAGS:\w+=(.*)$", (build / "CMakeCache.txt").read_text(), re.M)[1]
    run("cmake", "-S", root / "tests/house/outside", "-B", work, "-G", "Ninja", "-DWAY=find_package", f"-DCMAKE_PREFIX_PATH={tree}",
        f"-DCMAKE_CXX_COMPILER={compiler}", f"-DCMAKE_CXX_FLAGS={flags}")
    run("cmake", "--build", work)
    run(work / "app")


def main():
    root, build, work = map(pathlib.Path, sys.argv[1:4])
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    prefix = work / "prefix"
    run("cmake", "--install", build, "--prefix", prefix)
    config = next(prefix.rglob("weft-config-version.cmake")).read_text()
    version = re.search(r'PACKAGE_VERSION "([^"]+)"', config)[1]
    check_vcpkg(root, prefix, version)
    check_conan(root, prefix, version)
    check_bazel(root, build)
    trees = check_cpack(root, build, work / "cpack", version)
    for number, tree in enumerate(trees):
        use(root, build, tree.resolve(), work / f"use{number}")
    for tool in ("vcpkg", "conan", "bazel"):
        print(f"{tool}: not run{'' if shutil.which(tool) else ', it is not here'}; its file was compared with what is installed")
    print("\n".join(found) or f"cpack: {len(trees)} packages made, unpacked and used")
    sys.exit(1 if found else 0)


if __name__ == "__main__":
    main()
