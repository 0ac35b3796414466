# lepton_module(NAME SOURCES … DEPENDS … [PRIVATE_DEPENDS …] [TESTS …] [TEST_DEPENDS …] [TEST_LABELS …]): one module, one target.
#
# Makes the library lepton_NAME with the alias lepton::NAME and, from TESTS, the gtest program NAME_test whose cases ctest lists.
# DEPENDS names lower modules and libraries that appear in headers; PRIVATE_DEPENDS what only sources use.
function(lepton_module name)
  cmake_parse_arguments(arg "" "" "SOURCES;DEPENDS;PRIVATE_DEPENDS;TESTS;TEST_DEPENDS;TEST_LABELS" ${ARGN})
  if(arg_SOURCES)
    add_library(lepton_${name} STATIC ${arg_SOURCES})
    set(scope PUBLIC)
    target_link_libraries(lepton_${name} PRIVATE $<BUILD_INTERFACE:lepton_warnings> ${arg_PRIVATE_DEPENDS})
  else()
    add_library(lepton_${name} INTERFACE)
    set(scope INTERFACE)
  endif()
  add_library(lepton::${name} ALIAS lepton_${name})
  target_include_directories(lepton_${name} ${scope} $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}> $<INSTALL_INTERFACE:include>)
  target_compile_features(lepton_${name} ${scope} cxx_std_20)
  target_link_libraries(lepton_${name} ${scope} ${arg_DEPENDS})
  set_target_properties(lepton_${name} PROPERTIES EXPORT_NAME ${name})
  set_property(GLOBAL APPEND PROPERTY LEPTON_MODULES lepton_${name})
  if(arg_TESTS AND LEPTON_BUILD_TESTS)
    lepton_test(${name}_test SOURCES ${arg_TESTS} DEPENDS lepton::${name} ${arg_TEST_DEPENDS} LABELS ${arg_TEST_LABELS})
  endif()
endfunction()

# lepton_test(NAME SOURCES … DEPENDS … [LABELS …] [TIMEOUT s]): a gtest program; ctest runs it case by case grouped in one process.
# With the label `nightly` only `ctest -C nightly` runs it; those with the label `threads` also run under the sanitizer of threads.
add_custom_target(threads_tests COMMENT "All tests of what runs on several threads")

function(lepton_test name)
  cmake_parse_arguments(arg "" "TIMEOUT" "SOURCES;DEPENDS;LABELS" ${ARGN})
  if(NOT arg_LABELS)
    set(arg_LABELS unit)
  endif()
  if(NOT arg_TIMEOUT)
    set(arg_TIMEOUT 300)
  endif()
  add_executable(${name} ${arg_SOURCES})
  target_link_libraries(${name} PRIVATE ${arg_DEPENDS} lepton_warnings GTest::gtest GTest::gmock GTest::gtest_main)
  target_compile_definitions(${name} PRIVATE LEPTON_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
  set(configurations "")
  if("nightly" IN_LIST arg_LABELS)
    set(configurations CONFIGURATIONS nightly)
  endif()
  add_test(NAME ${name} COMMAND ${name} ${configurations})
  if("threads" IN_LIST arg_LABELS)
    add_dependencies(threads_tests ${name})
  endif()
  # Waiting threads give way soon: tests share their machine (see restart_with_short_waits).
  set_tests_properties(${name} PROPERTIES LABELS "${arg_LABELS}" TIMEOUT ${arg_TIMEOUT} ENVIRONMENT GOMP_SPINCOUNT=1000)
endfunction()

# lepton_table(KIND TYPE NAMESPACE HEADER ENTRIES…): writes ${KIND}_list.cpp, which joins `<entry>_<kind>()` of all entries into
# make_all_<kind>(): a table from a CMake list, without static initialisers that a linker could drop.
function(lepton_table kind type namespace header)
  set(declarations "")
  set(calls "")
  foreach(entry IN LISTS ARGN)
    string(APPEND declarations "std::vector<${type}> ${entry}_${kind}();\n")
    string(APPEND calls "  for (auto& row : ${entry}_${kind}()) rows.push_back(std::move(row));\n")
  endforeach()
  file(CONFIGURE OUTPUT ${CMAKE_CURRENT_BINARY_DIR}/${kind}_list.cpp @ONLY CONTENT [[
// Made by CMake from the list of this module.
#include "@header@"

namespace @namespace@ {
@declarations@
std::vector<@type@> make_all_@kind@() {
  std::vector<@type@> rows;
@calls@  return rows;
}
}  // namespace @namespace@
]])
endfunction()
