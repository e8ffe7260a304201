# Toolchain: builds for 64-bit Windows with Debian's MinGW-w64, and runs the programs under Wine. Programs hold all of their
# libraries, so that nothing else must be found, and have stacks as large as on Linux. Catch2 is the one that tests/run has
# linked below build/windows-root: the folder where it lies by itself has the headers of this machine, too.
set(CMAKE_SYSTEM_NAME Windows)
set(CMAKE_SYSTEM_PROCESSOR x86_64)
set(CMAKE_C_COMPILER x86_64-w64-mingw32-gcc-posix)
set(CMAKE_CXX_COMPILER x86_64-w64-mingw32-g++-posix)
set(CMAKE_RC_COMPILER x86_64-w64-mingw32-windres)
set(CMAKE_CROSSCOMPILING_EMULATOR wine)

get_filename_component(root "${CMAKE_CURRENT_LIST_DIR}/../build/windows-root" ABSOLUTE)
set(CMAKE_FIND_ROOT_PATH "${root}" /usr/x86_64-w64-mingw32)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_PACKAGE ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_EXE_LINKER_FLAGS_INIT "-static -Wl,--stack,8388608")
# Not the libraries of this machine.
set(ENV{PKG_CONFIG_LIBDIR} "${root}/lib/pkgconfig")
