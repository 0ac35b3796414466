# Build options, the compiler cache, the linker and the one interface target that carries our warnings.
option(LEPTON_BUILD_TESTS "Build the unit, conformance, golden and integration tests" ON)
option(LEPTON_BUILD_FUZZERS "Build the libFuzzer targets (clang only)" OFF)
option(LEPTON_WARNINGS_AS_ERRORS "Turn warnings into errors" OFF)
set(LEPTON_PYTHON "" CACHE FILEPATH "A Python interpreter with nanobind: builds the Python package with it")
option(LEPTON_USE_OPENMP "Run parallel_for on OpenMP; OFF uses std::thread (thread sanitizer)" ON)

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)

find_program(LEPTON_CCACHE ccache)
if(LEPTON_CCACHE)
  set(CMAKE_C_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env CCACHE_BASEDIR=${CMAKE_SOURCE_DIR} CCACHE_NOHASHDIR=1 ${LEPTON_CCACHE})
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_C_COMPILER_LAUNCHER})
endif()

find_program(LEPTON_MOLD mold)
if(LEPTON_MOLD)
  add_link_options(-fuse-ld=mold)
endif()

add_library(lepton_warnings INTERFACE)
target_compile_options(lepton_warnings INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wno-sign-conversion
                       -Wnon-virtual-dtor -Woverloaded-virtual -Wno-missing-field-initializers)
if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  target_compile_options(lepton_warnings INTERFACE -Wno-missing-designated-field-initializers -Wno-unknown-warning-option
                         -Wno-pass-failed)  # The clang presets are for finding faults: at -O1 no loop is vectorised.
endif()
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  # False alarms of g++ 12 on std::string's operator+ (GCC bug 105651).
  target_compile_options(lepton_warnings INTERFACE -Wno-restrict)
endif()
if(LEPTON_WARNINGS_AS_ERRORS)
  target_compile_options(lepton_warnings INTERFACE -Werror)
endif()
# Same bits everywhere: a multiply and an add are contracted only where a kernel says so.
target_compile_options(lepton_warnings INTERFACE -ffp-contract=off)
