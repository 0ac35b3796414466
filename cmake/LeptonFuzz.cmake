# lepton_fuzz_target(NAME SOURCES … DEPENDS …): one LLVMFuzzerTestOneInput, its corpus in tests/fuzz/NAME.
#
# In the fuzz preset fuzz_NAME is a libFuzzer program (`./dev nightly` runs it). In every other preset it has a main of ours that runs the
# corpus, and ctest does so: an input that once broke a reader never breaks it again.
add_custom_target(fuzz_targets COMMENT "All fuzz targets")

function(lepton_fuzz_target name)
  cmake_parse_arguments(arg "" "" "SOURCES;DEPENDS" ${ARGN})
  if(NOT LEPTON_BUILD_TESTS AND NOT LEPTON_BUILD_FUZZERS)
    return()
  endif()
  set(corpus ${PROJECT_SOURCE_DIR}/tests/fuzz/${name})
  add_executable(fuzz_${name} ${arg_SOURCES})
  target_link_libraries(fuzz_${name} PRIVATE lepton_warnings ${arg_DEPENDS})
  add_dependencies(fuzz_targets fuzz_${name})
  if(LEPTON_BUILD_FUZZERS)
    target_link_options(fuzz_${name} PRIVATE -fsanitize=fuzzer)
    add_test(NAME fuzz_${name} COMMAND fuzz_${name} -runs=0 ${corpus})
  else()
    target_sources(fuzz_${name} PRIVATE ${PROJECT_SOURCE_DIR}/tests/fuzz/corpus_runner.cpp)
    add_test(NAME fuzz_${name} COMMAND fuzz_${name} ${corpus})
  endif()
  set_tests_properties(fuzz_${name} PROPERTIES LABELS "unit;fuzz" TIMEOUT 300)
endfunction()
