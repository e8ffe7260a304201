# Toolchain: builds for 64-bit ARM with Debian's cross compiler, and runs the programs in an emulator, whose processor
# QEMU_CPU chooses. Libraries for that architecture are those that cmake/setup.sh has unpacked below build/aarch64-root, if any.
set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_SYSTEM_PROCESSOR aarch64)
set(CMAKE_CXX_COMPILER aarch64-linux-gnu-g++)
set(CMAKE_CROSSCOMPILING_EMULATOR qemu-aarch64 -L /usr/aarch64-linux-gnu)

get_filename_component(root "${CMAKE_CURRENT_LIST_DIR}/../build/aarch64-root" ABSOLUTE)
set(CMAKE_FIND_ROOT_PATH "${root}")
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_EXE_LINKER_FLAGS_INIT "-L${root}/usr/lib/aarch64-linux-gnu -Wl,-rpath,${root}/usr/lib/aarch64-linux-gnu")
# Not the libraries of this machine.
set(ENV{PKG_CONFIG_LIBDIR} "${root}/usr/lib/aarch64-linux-gnu/pkgconfig")
set(ENV{PKG_CONFIG_SYSROOT_DIR} "${root}")
