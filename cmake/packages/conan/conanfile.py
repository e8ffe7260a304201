# cmake/packages/conan/conanfile.py - a recipe for Conan 2: conan create <weft>/cmake/packages/conan
# SPDX-License-Identifier: MIT OR Apache-2.0
import os
import re

from conan import ConanFile
from conan.tools.build import check_min_cppstd
from conan.tools.cmake import CMake, CMakeDeps, CMakeToolchain, cmake_layout
from conan.tools.files import copy, load, rmdir

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "..")


class WeftRecipe(ConanFile):
    name = "weft"
    description = "Parallel algorithms and concurrency for C++20"
    license = "MIT OR Apache-2.0"
    package_type = "library"
    settings = "os", "arch", "compiler", "build_type"
    options = {"shared": [True, False], "fPIC": [True, False], "with_highway": [True, False], "with_hwloc": [True, False]}
    default_options = {"shared": False, "fPIC": True, "with_highway": False, "with_hwloc": False}

    def set_version(self):
        header = load(self, os.path.join(ROOT, "include", "weft", "version.hpp"))
        self.version = re.search(r'version = "([^"]+)"', header)[1]

    def export_sources(self):
        for part in ("CMakeLists.txt", "LICENSE-*", "include/*", "src/*", "cmake/*"):
            copy(self, part, src=ROOT, dst=self.export_sources_folder)

    def requirements(self):
        if self.options.with_highway:
            self.requires("highway/[>=1.0.3 <2]")
        if self.options.with_hwloc:
            self.requires("hwloc/[>=2.1 <3]")

    def validate(self):
        check_min_cppstd(self, 20)

    def layout(self):
        cmake_layout(self)

    def generate(self):
        CMakeDeps(self).generate()
        toolchain = CMakeToolchain(self)
        toolchain.cache_variables.update({
            "WEFT_INSTALL": True, "WEFT_BUILD_TESTS": False, "WEFT_BUILD_BENCH": False, "WEFT_BUILD_EXAMPLES": False,
            "WEFT_WARNINGS_AS_ERRORS": False, "WEFT_WITH_HIGHWAY": bool(self.options.with_highway),
            "WEFT_WITH_HWLOC": bool(self.options.with_hwloc)})
        toolchain.generate()

    def build(self):
        cmake = CMake(self)
        cmake.configure()
        cmake.build()

    def package(self):
        copy(self, "LICENSE-*", src=self.source_folder, dst=os.path.join(self.package_folder, "licenses"))
        CMake(self).install()
        for folder in ("cmake", "pkgconfig"):  # Conan makes its own
            rmdir(self, os.path.join(self.package_folder, "lib", folder))

    def package_info(self):
        self.cpp_info.libs = ["weft"]
        self.cpp_info.set_property("cmake_file_name", "weft")
        self.cpp_info.set_property("cmake_target_name", "weft::weft")
        self.cpp_info.set_property("pkg_config_name", "weft")
        if self.options.shared:
            self.cpp_info.defines = ["WEFT_SHARED"]
        if self.settings.os in ("Linux", "FreeBSD"):
            self.cpp_info.system_libs = ["pthread"]
